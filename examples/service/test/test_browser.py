"""The page in Chromium."""

import functools
import http.server
import signal
import socket
import tempfile
import threading

from devtools import Browser
from service_lib import until
from test_service import Case

# The contrast of each text with what is behind it, by WCAG 2; returns those below 4.5.
PALE = """(() => {
  const rgb = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
                         return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3) return c; } };
  const texts = [...document.body.querySelectorAll("*")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return texts.filter((e) => e.checkVisibility() && !e.closest("noscript")).map((e) => {
    const [low, high] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(ground(e))].sort((a, b) => a - b);
    return [e.textContent.trim(), (high + 0.05) / (low + 0.05)]; }).filter(([, ratio]) => ratio < 4.5); })()"""

# A stream of a server that checks nothing.
FAKE_STREAM = """window.EventSource = class extends EventTarget {
  static OPEN = 1;
  readyState = 1;
  constructor() {
    super();
    const links = ["javascript:alert(1)", "data:text/html,x", "https://docs.example/", "//docs.example/", " JavaScript:alert(1)", "\\u0001javascript:alert(1)"];
    const jobs = links.map((link, i) => ({ key: `${i}`, title: "x", id: "", link, state: "completed", note: "", began: 1, ended: 2, next_poll: 0 }));
    const data = JSON.stringify({ now: 3, uses: { left: 1, limit: 1 }, jobs, gone: [] });
    setTimeout(() => this.dispatchEvent(new MessageEvent("snapshot", { data })));
  }
  close() {}
};"""

CARD = """[...document.querySelectorAll("#rows tr")].map((tr) => [tr.querySelector(".title").textContent, tr.querySelector(".state").textContent])"""


def has(title, state):
    return f"{CARD}.some(([title, state]) => title === {title!r} && state === {state!r})"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class BrowserCase(Case):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser("--host-resolver-rules=MAP evil.example 127.0.0.1, MAP jobs.example 127.0.0.1")
        cls.addClassCleanup(cls.browser.close)

    def tab(self, service):
        tab = self.browser.open(service.origin + "/")
        tab.until("document.querySelector('#connection').textContent === 'Live'")
        return tab

    @staticmethod
    def press_create(tab, prompt):
        tab.until("!document.querySelector('#create').disabled")
        tab.value("document.querySelector('#prompt').focus()")
        tab.type(prompt)
        tab.value("document.querySelector('#create').click()")

    def job_of(self, tab, title):
        tab.until(has(title, "active"))
        return tab.value(f"[...document.querySelectorAll('#rows tr')].find((tr) => tr.querySelector('.title').textContent === {title!r})"
                         ".querySelector('.id').textContent")


class Pages(BrowserCase):
    def test_three_jobs_in_two_tabs_over_a_kill_of_the_server(self):
        service = self.start("--uses", "10")
        one, two = self.tab(service), self.tab(service)
        titles = ["Document the /users endpoint", "Explain how webhooks are signed", "Write a page about rate limits"]
        for tab, title in zip((one, two, one), titles):
            self.press_create(tab, title)
            tab.until(has(title, "active"))
        fails, first, last = (self.job_of(two, titles[i]) for i in (1, 0, 2))
        self.mock.say(f"{fails} failed")
        for tab in (one, two):
            tab.until(has(titles[1], "failed"))
            self.assertEqual(tab.value("document.querySelector('#uses-text').textContent"), "7 of 10")
        two.close()
        until("the end of its stream", lambda: service.metric("service_streams") == 1)

        service.kill()
        one.until("document.querySelector('#connection').textContent === 'Connecting' && document.querySelector('#create').disabled")
        self.mock.say(f"{first} completed")
        again = self.start("--uses", "10", port=service.port)
        one.until(has(titles[0], "completed"))
        self.assertTrue(one.value(has(titles[1], "failed")))
        self.assertTrue(one.value(has(titles[2], "active")))
        self.assertEqual(one.value("document.querySelector('#said').textContent"), f"{titles[0]}: completed")
        link = one.value("(({ href, rel, textContent }) => [href, rel, textContent])(document.querySelector('#rows a'))")
        self.assertEqual(link, [f"https://github.com/example/docs/pull/{first[4:]}", "noopener noreferrer", f"Pull request {first[4:]}"])
        self.press_create(one, "And one more")  # with the token of the new run
        one.until(has("And one more", "active"))
        self.mock.say(f"{last} completed")
        one.until(has(titles[2], "completed"))
        again.terminate()
        self.assertEqual(len(self.mock.posts()), 4)

    def test_a_servers_word_is_shown_as_it_is_and_the_services_own_is_explained(self):
        self.mock = self.mock_with("lost")
        service = self.start()
        tab = self.tab(service)
        self.press_create(tab, "Document it")
        tab.until(has("Document it", "lost"))
        self.mock.say("refuse 401")
        tab.until(has("Document it", "cannot be watched"))

    def test_a_creation_that_was_sent_to_a_dying_server_is_sent_again_and_creates_one_job(self):
        service = self.start()
        tab = self.tab(service)
        service.process.send_signal(signal.SIGSTOP)  # the system still takes the request for it
        self.press_create(tab, "Document it")
        tab.until("document.querySelector('#create').disabled")
        service.kill()
        again = self.start(port=service.port)
        tab.until(has("Document it", "active"))
        tab.until("document.querySelector('#prompt').value === ''")
        again.terminate()
        self.assertEqual(len(self.mock.posts()), 1)

    def test_a_creation_whose_answer_a_proxy_has_lost_is_sent_again_and_creates_one_job(self):
        service = self.start()
        tab = self.tab(service)
        tab.value("""(() => { const send = window.fetch; window.fetch = async (...request) => {
          await send(...request);
          window.fetch = send;
          return new Response("<h1>Bad gateway</h1>", { status: 502 }); }; })()""")
        self.press_create(tab, "Document it")
        tab.until("document.querySelector('#trouble').textContent === 'No answer yet. Trying again.'")
        tab.until("document.querySelector('#prompt').value === '' && document.querySelector('#trouble').textContent === ''")
        tab.until(has("Document it", "active"))
        service.terminate()
        self.assertEqual(len(self.mock.posts()), 1)

    def test_a_page_without_tls_and_not_on_the_loopback_creates_jobs_too(self):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        self.start("--origin", f"http://jobs.example:{port}", port=port)
        tab = self.browser.open(f"http://jobs.example:{port}/")
        self.assertFalse(tab.value("isSecureContext"))
        self.press_create(tab, "Document it")
        tab.until(has("Document it", "active"))

    def test_a_page_that_nobody_sees_leaves_its_connection_to_others(self):
        service = self.start()
        tabs = [self.tab(service) for _ in range(3)]
        hide = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))"
        tabs[0].value(hide % "true")
        until("the end of its stream", lambda: service.metric("service_streams") == 2)
        tabs[0].value(hide % "false")
        tabs[0].until("document.querySelector('#connection').textContent === 'Live'")

    def test_by_keyboard_and_for_a_screen_reader(self):
        service = self.start()
        tab = self.tab(service)
        tab.press("Tab", 9)
        self.assertEqual(tab.value("document.activeElement.id"), "prompt")
        tab.type("Document the /users endpoint")
        tab.press("Enter", 13, "\r", modifiers=2)
        job = self.job_of(tab, "Document the /users endpoint")
        self.mock.say(f"{job} completed")
        tab.until("!!document.querySelector('#rows a')")
        self.assertEqual(tab.value("document.activeElement.id"), "prompt")
        tab.press("Tab", 9)
        tab.press("Tab", 9)
        self.assertEqual(tab.value("document.activeElement.textContent"), f"Pull request {job[4:]}")
        for width in (1280, 360):
            tab.look(width, 800, "light")
            told = tab.accessible()
            for node in (("heading", "Jobs"), ("meter", "Uses left this hour"), ("textbox", "What should be documented?"), ("button", "Create job"),
                         ("table", "All jobs"), ("columnheader", "Next poll"), ("cell", "completed"),
                         ("link", f"Pull request {job[4:]} of Document the /users endpoint (opens in a new tab)")):
                self.assertIn(node, told)
            self.assertIn("status", [role for role, _ in told])
        self.assertEqual(tab.complaints(), [])

    def test_from_narrow_to_wide_in_light_and_dark(self):
        service = self.start("--uses", "8")
        tab = self.tab(service)
        titles = ["Document the /users endpoint", "Explain how webhooks are signed, with an example for each language",
                  "Write a page about rate limits", "Averyveryverylongwordwithoutanyspaceinitthatmustbebrokensomewhere" * 2]
        for title in titles:
            self.press_create(tab, title)
            tab.until(has(title, "active"))
        for title, state in ((titles[0], "completed"), (titles[1], "failed")):
            self.mock.say(f"{self.job_of(tab, title)} {state}")
            tab.until(has(title, state))
        for width, height in ((360, 900), (860, 900), (870, 900), (1280, 760), (2560, 900)):
            for scheme in ("light", "dark"):
                tab.look(width, height, scheme)
                self.assertLessEqual(tab.value("document.documentElement.scrollWidth"), width)
                self.assertEqual(tab.value(PALE), [], (width, scheme))


class HostilePages(BrowserCase):
    """In a real browser, which decides what a foreign page may send."""

    def setUp(self):
        super().setUp()
        self.service = self.start()
        handler = functools.partial(Quiet, directory=self.ends.enter_context(tempfile.TemporaryDirectory()))
        foreign = self.ends.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=foreign.serve_forever, daemon=True).start()
        self.ends.callback(foreign.shutdown)
        self.foreign = f"http://127.0.0.1:{foreign.server_port}/"

    def refused(self):
        text = self.service.ask("GET", "/metrics")[2]
        return sum(int(line.split()[-1]) for line in text.splitlines() if line.startswith("service_refusals_total{"))

    def requests(self):
        return int(self.service.metric("service_requests_total"))

    def nothing_was_created(self):
        self.service.terminate()
        self.assertEqual(self.mock.posts(), [])

    def test_another_site_can_neither_create_nor_read(self):
        tab = self.browser.open(self.foreign)
        body = '{"key":"0123456789abcdef","prompt":"Spend a use"}'
        for options in ("mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }", "mode: 'cors', headers: { 'Content-Type': 'application/json' }",
                        "mode: 'cors', headers: { 'Content-Type': 'application/json', 'X-Page-Token': '0' }"):
            before = self.refused()
            tab.value(f"fetch('{self.service.origin}/jobs', {{ method: 'POST', body: '{body}', {options} }}).catch(() => 0).then(() => 0)")
            self.assertGreater(self.refused(), before, options)
        for path in ("/events", "/metrics", "/"):
            self.assertEqual(tab.value(f"fetch('{self.service.origin}{path}').then((r) => r.text(), () => 'unreadable')"), "unreadable")
        stream = f"new Promise((done) => {{ const s = new EventSource('{self.service.origin}/events'); s.onopen = () => done('open'); s.onerror = () => done('refused'); }})"
        self.assertEqual(tab.value(stream), "refused")
        before = self.requests()
        frame = (f"new Promise((done) => {{ const f = document.createElement('iframe'); f.src = '{self.service.origin}/'; f.onload = () => done(f.contentDocument === null);"
                 " document.body.append(f); })")
        self.assertTrue(tab.value(frame))
        self.assertEqual(self.requests() - before, 2)  # for the page, and this one: its scripts and its stream were not loaded
        before = self.refused()
        tab.value(f"document.body.innerHTML = '<form method=post enctype=text/plain action={self.service.origin}/jobs><input name=prompt value=x></form>';"
                  " document.forms[0].submit()")
        until("the refusal of the form", lambda: self.refused() > before)
        self.nothing_was_created()

    def test_a_rebound_name_gets_nothing(self):
        tab = self.browser.open(f"http://evil.example:{self.service.port}/")
        self.assertEqual(tab.value("document.body.textContent"), '{"error":"host"}')
        told = tab.value("fetch('/events').then((r) => r.text())")
        self.assertEqual(told, '{"error":"host"}')
        self.nothing_was_created()

    def test_what_a_server_writes_is_text_and_no_script(self):
        tab = self.tab(self.service)
        prompt = "<img src=x onerror='document.title=1'><script>document.title=1</script>"
        self.press_create(tab, prompt)
        tab.until(f"{CARD}.some(([title, state]) => title === {prompt!r} && state === 'active')")
        self.assertEqual(tab.value("[document.title, document.querySelectorAll('#rows img, #rows script').length]"), ["Jobs", 0])
        self.assertEqual(tab.complaints(), [])

    def test_a_link_that_is_no_web_address_is_no_link_whatever_the_server_sends(self):
        tab = self.browser.open("about:blank")
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=FAKE_STREAM)
        tab.go(self.service.origin + "/")
        tab.until("document.querySelectorAll('#rows tr').length === 6")
        self.assertEqual(tab.value("[...document.querySelectorAll('#rows a')].map((a) => a.href)"), ["https://docs.example/"])
