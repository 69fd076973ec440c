"""Chromium, driven by the DevTools protocol over two pipes: no further packages."""

import base64
import collections
import json
import os
import select
import subprocess
import tempfile
import time

PATIENCE = 30  # seconds for anything the browser should do


class Browser:
    """Headless, with a profile of its own."""

    def __init__(self, *options):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", f"--user-data-dir={self.profile.name}", "--remote-debugging-pipe", *options]
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "-", *command],
                                        pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.rest, self.last_id, self.answers = b"", 0, {}
        self.events = collections.defaultdict(list)  # session -> events

    def read(self, until):
        """One message, which goes where it belongs."""
        while b"\0" not in self.rest:
            assert select.select([self.back], [], [], max(0, until - time.monotonic()))[0], "the browser is silent"
            more = os.read(self.back, 1 << 16)
            assert more, "the browser has ended"
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            self.events[message.get("sessionId")].append(message)

    def call(self, method, session=None, **parameters):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while self.last_id not in self.answers:
            self.read(until)
        answer = self.answers.pop(self.last_id)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def open(self, address):
        return Tab(self, address)

    def close(self):
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.to)
        os.close(self.back)
        self.profile.cleanup()


class Tab:
    """A tab of its own window: it counts as visible whatever others there are."""

    def __init__(self, browser, address):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Page", "Log"):
            self.call(f"{domain}.enable")
        self.go(address)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def go(self, address):
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def value(self, expression):
        """The value of an expression of JavaScript, awaited if it is a promise."""
        outcome = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in outcome, (expression, outcome["exceptionDetails"])
        return outcome["result"].get("value")

    def until(self, expression):
        until = time.monotonic() + PATIENCE
        while not self.value(expression):
            assert time.monotonic() < until, f"in vain: {expression}: {self.value('document.body.innerText')}"
            time.sleep(0.05)

    def look(self, width, height, scheme):
        """Sets the size of the window, and whether the system is light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, file):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def press(self, key, code, text=None, modifiers=0):
        """A key with its number, as a keyboard sends it."""
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def complaints(self):
        """What the page threw, and what the browser logged: a policy that was broken, for example."""
        kinds = ("Runtime.exceptionThrown", "Log.entryAdded")
        return [event["params"] for event in self.browser.events[self.session] if event["method"] in kinds]

    def accessible(self):
        """(role, name) of everything that a screen reader is told."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
