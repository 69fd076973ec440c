"""What a page of another site, a name that was rebound, and a stranger with a socket can do: nothing."""

import contextlib
import json
import os
import socket
import stat
import unittest
import uuid

from service_lib import Page, until
from test_service import Case

GOOD = json.dumps({"key": "0123456789abcdef", "prompt": "Spend a use"})


class OtherSites(Case):
    def setUp(self):
        super().setUp()
        self.service = self.start()
        self.page = self.open(self.service)

    def refused(self, status, why, method="POST", path="/jobs", body=GOOD, **headers):
        given = {"Origin": self.service.origin, "X_Page_Token": self.page.token, "Content_Type": "application/json", **headers}
        answer = self.service.ask(method, path, body, **given)
        self.assertEqual((answer[0], json.loads(answer[2])["error"]), (status, why))

    def tearDown(self):
        self.assertEqual(self.page.uses["left"], 100)
        self.service.terminate()
        self.assertEqual(self.mock.posts(), [])

    def test_a_form_of_another_site(self):
        form = {"Content_Type": "application/x-www-form-urlencoded", "X_Page_Token": None}
        self.refused(403, "origin", body="prompt=Spend+a+use", Origin="https://evil.example", **form)
        self.refused(403, "origin", body=GOOD, Origin="null", Content_Type="text/plain", X_Page_Token=None)
        self.refused(403, "site", Origin=self.service.origin, Sec_Fetch_Site="cross-site")
        self.refused(403, "origin", Origin=None)
        self.refused(403, "origin", Origin=f"http://127.0.0.1:{self.service.port}.evil.example")
        self.refused(403, "origin", Origin=f"https://127.0.0.1:{self.service.port}")
        self.refused(403, "origin", Origin="http://127.0.0.1:1")  # another program of this machine

    def test_a_name_that_was_rebound_to_the_loopback(self):
        port = self.service.port
        for host in (f"evil.example:{port}", "evil.example", f"127.0.0.1.evil.example:{port}", f"localhost.evil.example:{port}",
                     "127.0.0.1", f"127.0.0.1:{port + 1}", f"user@127.0.0.1:{port}", "", None):
            for path in ("/", "/events", "/metrics", "/healthz", "/page.js", "/jobs"):
                self.refused(421, "host", "GET", path, None, Host=host, Origin=None)
            self.refused(421, "host", Host=host, Origin=f"http://{host}")
        for host in ("localhost", "LOCALHOST", "[::1]", "127.0.0.1"):
            self.assertEqual(self.service.ask("GET", "/healthz", Host=f"{host}:{port}")[0], 200)

    def test_two_host_headers(self):
        connection = socket.create_connection(("127.0.0.1", self.service.port))
        host = f"Host: 127.0.0.1:{self.service.port}\r\n"
        connection.sendall(f"GET / HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n".encode())
        self.assertIn(b" 421 ", connection.recv(100))
        connection.close()

    def test_without_the_token_of_the_page(self):
        for token in (None, "", "0" * 64, self.page.token[:-1], self.page.token + "0", self.page.token.upper() + "x"):
            self.refused(403, "token", X_Page_Token=token)

    def test_nothing_is_for_another_site_to_embed_or_read(self):
        for path in ("/events", "/metrics", "/page.js", "/healthz"):
            for site in ("cross-site", "same-site"):
                self.refused(403, "site", "GET", path, None, Origin=None, Sec_Fetch_Site=site)
        self.refused(403, "origin", "GET", "/events", None, Origin="https://evil.example")
        status, headers, _ = self.service.ask("GET", "/", Sec_Fetch_Site="cross-site")  # a link that leads to the page
        self.assertEqual(status, 200)
        self.assertNotIn("Access-Control-Allow-Origin", headers)
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cross-Origin-Resource-Policy"], "same-origin")

    def test_a_preflight_allows_nothing(self):
        self.refused(403, "origin", "OPTIONS", body=None, Origin="https://evil.example")
        self.refused(405, "method", "OPTIONS", body=None)
        self.refused(405, "method", "PUT")
        self.refused(405, "method", path="/")
        self.refused(404, "no such page", "GET", "/../../etc/passwd", None)

    def test_bodies_that_make_no_sense(self):
        self.refused(415, "the body must be JSON", Content_Type="text/plain")
        for body in ("", "[", "[]", "1", '{"key":1,"prompt":2}', '{"prompt":"x"}', '{"key":"0123456789abcdef"}', "[" * 10_000,
                     '{"key":"../../../etc/passwd","prompt":"x"}', '{"key":"short","prompt":"x"}', b'{"key":"0123456789abcdef","prompt":"\xff"}'):
            self.refused(400, "the body must have a key and a prompt", body=body)
        self.refused(400, "the prompt is empty", body=json.dumps({"key": "0123456789abcdef", "prompt": " \n"}))


class Bounds(Case):
    def raw(self, service, data):
        """What comes back for these bytes, until the connection is closed."""
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def test_prompts(self):
        service = self.start()
        page = self.open(service)
        self.assertEqual(service.create(page, "x" * 8001)[0], 413)
        self.assertEqual(service.create(page, "é" * 4001)[0], 413)
        status, key = service.create(page, "é" * 4000)
        self.assertEqual(status, 202)
        self.assertEqual(page.until_state(key, "active")["title"], "é" * 100 + "…")

    def test_bodies_and_heads(self):
        service = self.start()
        head = f"POST /jobs HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n"
        self.assertIn(b" 413 ", self.raw(service, f"{head}Content-Length: 70000\r\n\r\n".encode() + b"x" * 70_000))
        self.assertIn(b" 413 ", self.raw(service, f"{head}Content-Length: 99999999999\r\n\r\n".encode()))
        self.assertIn(b" 413 ", self.raw(service, f"{head}Transfer-Encoding: chunked\r\n\r\nfffff\r\n".encode() + b"x" * 70_000))
        self.assertIn(b" 431 ", self.raw(service, f"{head}X: {'x' * 9000}\r\n\r\n".encode()))
        self.assertIn(b" 400 ", self.raw(service, b"\x16\x03\x01 this is not HTTP\r\n\r\n"))
        self.assertEqual(service.metric('service_refusals_total{reason="request"}'), 5)

    def test_a_head_request_gets_no_body(self):
        service = self.start()
        host = f"Host: 127.0.0.1:{service.port}\r\n"
        answers = self.raw(service, f"HEAD / HTTP/1.1\r\n{host}\r\nGET /healthz HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
        head, healthz, text = answers.split(b"\r\n\r\n")
        self.assertEqual([line[:12] for line in (head, healthz, text)], [b"HTTP/1.1 403", b"HTTP/1.1 200", b"ok\n"])

    def test_connections(self):
        service = self.start("--connections", "5")
        idle = [socket.create_connection(("127.0.0.1", service.port), timeout=20) for _ in range(5)]
        one_more = socket.create_connection(("127.0.0.1", service.port), timeout=20)
        self.assertEqual(one_more.recv(1), b"")
        for connection in idle:
            connection.close()
        until("room for others", lambda: self.is_well(service))
        one_more.close()

    @staticmethod
    def is_well(service):
        try:
            return service.ask("GET", "/healthz")[::2] == (200, "ok\n")
        except OSError:
            return False

    def test_streams(self):
        service = self.start("--streams", "3")
        pages = [self.open(service) for _ in range(3)]
        refused = Page(service)
        self.assertEqual(refused.status, 503)
        refused.close()
        pages[0].close()
        until("room for others", lambda: service.metric("service_streams") == 2)
        self.open(service)

    def test_rows(self):
        service = self.start("--rows", "2")
        page = self.open(service)
        one, two = self.created(service, page), self.created(service, page, "Another one")
        self.assertEqual(service.create(page, "No room for this one")[0], 503)
        self.mock.say(f"{two['id']} completed")
        page.until_state(two["key"], "completed")
        three = self.created(service, page, "Another one")
        self.assertEqual(set(page.jobs), {one["key"], three["key"]})
        service.terminate()
        self.assertEqual(len(self.mock.posts()), 3)

    def test_a_job_that_cannot_be_watched_makes_room_for_another(self):
        service = self.start("--rows", "1")
        page = self.open(service)
        one = self.created(service, page)
        self.mock.say("refuse 401")
        lost = page.until_state(one["key"], "lost")
        self.assertEqual([lost["ended"], lost["is_own"]], [0, True])
        two = self.created(service, page, "Another one")
        self.assertEqual(set(page.jobs), {two["key"]})

    def test_a_restart_follows_more_jobs_than_there_are_rows_and_creates_none_until_there_is_room(self):
        service = self.start("--rows", "1")
        page = self.open(service)
        one = self.created(service, page)
        self.mock.say("refuse 401")
        page.until_state(one["key"], "lost")
        two = self.created(service, page, "It takes the row of the first")
        service.terminate()
        service = self.start("--rows", "1")
        page = self.open(service)
        self.assertEqual(set(page.jobs), {one["key"], two["key"]})
        self.mock.say(f"{two['id']} completed")
        page.until_state(two["key"], "completed")
        self.assertEqual(service.create(page, "The first still goes on")[0], 503)
        self.mock.say(f"{one['id']} completed")
        page.until_state(one["key"], "completed")
        three = self.created(service, page, "Now there is room")
        self.assertEqual(set(page.jobs), {three["key"]})

    def test_a_job_that_cannot_be_watched_keeps_its_row_while_others_go_on_above_the_bound(self):
        service = self.start("--rows", "3")
        page = self.open(service)
        jobs = [self.created(service, page) for _ in range(3)]
        service.terminate()
        service = self.start("--rows", "1")
        page = self.open(service)
        self.mock.say("refuse 401")
        page.until(lambda: "lost" in [job["state"] for job in page.jobs.values()])
        self.assertEqual(service.create(page, "No room, even without that row")[0], 503)
        self.assertEqual(service.metric('service_jobs{state="lost"}'), 1)
        self.assertEqual(set(self.open(service).jobs), {job["key"] for job in jobs})

    def test_a_job_that_a_server_calls_lost_is_watched_and_makes_no_room(self):
        self.mock = self.mock_with("active", "lost")
        service = self.start("--rows", "1")
        page = self.open(service)
        status, key = service.create(page, "Document it")
        self.assertEqual(status, 202)
        job = page.until_state(key, "lost")
        self.assertFalse(job["is_own"])
        self.assertEqual([service.metric(f'service_jobs{{state="{state}"}}') for state in ("lost", "other")], [0, 1])
        self.assertEqual(service.create(page, "No room for this one")[0], 503)
        self.mock.say(f"{job['id']} completed")
        page.until_state(key, "completed")

    def test_a_job_that_a_server_calls_not_created_is_created_once(self):
        self.mock = self.mock_with("not created")
        service = self.start()
        page = self.open(service)
        _, key = service.create(page, "Document it")
        page.until_job(key, lambda job: job["state"] == "not created" and job["next_poll"] != 0)
        self.assertEqual(service.create(page, "Document it", key)[0], 200)

    def test_a_page_that_takes_nothing_keeps_nobody_waiting(self):
        self.add_rows(1500, title="x" * 5000, state="failed", ended=2)
        service = self.start("--stop-within", "15000")
        deaf = self.ends.enter_context(contextlib.closing(Page(service, receive_buffer=4096)))
        page = self.open(service)
        job = self.created(service, page)
        self.mock.say(f"{job['id']} completed")
        page.until_state(job["key"], "completed")
        self.assertLess(service.terminate()[0], 5000)  # left open, it is written to for ten seconds
        with contextlib.suppress(ConnectionResetError):
            while deaf.read():
                pass
        self.assertEqual(deaf.jobs, {})  # the service was still sending


class Secrets(Case):
    def test_metrics_have_no_prompt_no_id_and_no_key(self):
        service = self.start()
        page = self.open(service)
        job = self.created(service, page, "xyzzy is secret")
        self.mock.say(f"{job['id']} strange\"}}{{state")
        page.until_state(job["key"], 'strange"}{state')
        text = service.ask("GET", "/metrics")[2]
        for secret in ("xyzzy", job["id"], job["key"], page.token, self.mock.environment["MINTLIFY_API_KEY"], "strange"):
            self.assertNotIn(secret, text)
        self.assertIn('service_jobs{state="other"} 1\n', text)
        self.assertIn('service_creations_total{outcome="created"} 1\n', text)
        self.assertIn("service_uses_left 99\n", text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[a-z0-9 ]+"\})? [0-9.e+]+)$')

    def test_the_key_is_nowhere_and_the_files_are_their_owners(self):
        service = self.start()
        self.created(service, self.open(service))
        service.terminate()
        key = self.mock.environment["MINTLIFY_API_KEY"].encode()
        for name in os.listdir(self.data):
            path = os.path.join(self.data, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, name)
            with open(path, "rb") as file:
                self.assertNotIn(key, file.read(), name)
        self.assertEqual(service.stderr(), "")

    def test_what_a_server_writes_is_passed_on_as_text(self):
        service = self.start()
        page = self.open(service)
        prompt = "<img src=x onerror=alert(1)>\u2028data: {}\r\nid: 7"
        key = str(uuid.uuid4())
        self.assertEqual(service.create(page, prompt, key)[0], 202)
        self.assertEqual(page.until_state(key, "active")["title"], "<img src=x onerror=alert(1)>\u2028data: {}")

    def test_a_link_that_is_no_web_address_is_not_passed_on(self):
        service = self.start()
        page = self.open(service)
        for link, shown in (("javascript:alert(1)", ""), ("https://docs.example/1", "https://docs.example/1"), ("https://docs.example/\n1", ""),
                            ("data:text/html,x", "")):
            job = self.created(service, page)
            answer = {"id": job["id"], "status": "completed", "prLink": link, "source": {"repository": "", "ref": None}, "model": "",
                      "createdAt": "2026-01-02T03:04:05Z", "archivedAt": None}
            self.mock.say(f"answer {json.dumps(answer)}")
            self.assertEqual(page.until_state(job["key"], "completed")["link"], shown)
