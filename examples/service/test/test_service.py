"""Jobs from the press of the button to their end, over crashes and restarts."""

import contextlib
import json
import os
import re
import tempfile
import time
import unittest

from service_lib import Mock, Page, Service, until


class Case(unittest.TestCase):
    def setUp(self):
        self.ends = contextlib.ExitStack()
        self.addCleanup(self.ends.close)
        self.data = self.ends.enter_context(tempfile.TemporaryDirectory())
        self.mock = self.mock_with()

    def mock_with(self, *arguments):
        return self.ends.enter_context(contextlib.closing(Mock(*arguments)))

    def start(self, *options, **named):
        return self.ends.enter_context(contextlib.closing(Service(self.mock, self.data, *options, **named)))

    def open(self, service, *arguments, **named):
        """A page that has seen what there is."""
        page = self.ends.enter_context(contextlib.closing(Page(service, *arguments, **named)))
        return page.until(lambda: page.token and page.uses)

    def add_rows(self, count, **members):
        """Rows of another run, without an end unless the members have one."""
        row = {"title": "x", "id": "", "link": "", "state": "creating", "note": "", "began": 1, "ended": 0, **members}
        with open(f"{self.data}/rows", "a", encoding="utf-8") as rows:
            rows.writelines(json.dumps({**row, "key": f"{number:016}"}) + "\n" for number in range(count))

    def created(self, service, page, prompt="Document the /users endpoint"):
        status, key = service.create(page, prompt)
        self.assertEqual(status, 202)
        return page.until_state(key, "active")


class Jobs(Case):
    def test_a_job_is_shown_from_its_creation_to_its_end(self):
        service = self.start()
        page = self.open(service)
        self.assertEqual(page.uses, {"left": 100, "limit": 100})
        job = self.created(service, page, "Document it\nand more")
        page.until(lambda: page.jobs[job["key"]]["next_poll"] != 0 and page.uses["left"] == 99)
        self.assertEqual(page.jobs[job["key"]]["title"], "Document it")
        self.mock.say(f"{job['id']} completed")
        job = page.until_state(job["key"], "completed")
        self.assertEqual((job["link"], job["next_poll"]), (f"https://github.com/example/docs/pull/{job['id'][4:]}", 0))
        self.assertGreaterEqual(job["ended"], job["began"])

    def test_a_job_is_not_shown_as_completed_before_it_has_its_end_and_its_link(self):
        service = self.start("--poll-every", "1000")  # so that each poll is told at once
        page = self.open(service)
        job = self.created(service, page)
        self.mock.say(f"{job['id']} completed")
        job = page.until_state(job["key"], "completed")
        self.assertNotIn(0, (job["ended"], len(job["link"])))

    def test_every_page_sees_every_job(self):
        service = self.start()
        one, other = self.open(service), self.open(service)
        job = self.created(service, one)
        self.mock.say(f"{job['id']} failed")
        other.until_state(job["key"], "failed")

    def test_a_key_creates_one_job_however_often_it_comes(self):
        service = self.start()
        page = self.open(service)
        job = self.created(service, page)
        self.assertEqual(service.create(page, "Document the /users endpoint", job["key"])[0], 200)
        service.terminate()
        again = self.start()
        self.assertEqual(again.create(self.open(again), "Document the /users endpoint", job["key"])[0], 200)
        again.terminate()
        self.assertEqual(len(self.mock.posts()), 1)

    def test_a_creation_whose_answer_is_lost_is_not_repeated(self):
        self.mock = self.mock_with("--lose-answer", "active")
        service = self.start()
        page = self.open(service)
        _, key = service.create(page, "Document it")
        self.assertEqual(page.until_state(key, "unknown")["note"], "outcome unknown")
        service.terminate()
        again = self.start()
        page = self.open(again)
        self.assertEqual(page.jobs[key]["state"], "unknown")
        self.assertEqual(again.create(page, "Document it", key)[0], 200)
        self.assertEqual(len(self.mock.posts()), 1)

    def test_no_more_is_sent_than_the_hour_allows(self):
        service = self.start("--uses", "1")
        page = self.open(service)
        self.created(service, page)
        page.until(lambda: page.uses["left"] == 0)
        self.assertGreater(page.uses["next"], time.time() * 1000 + 3_000_000)
        self.assertEqual(service.create(page, "One more")[0], 429)
        service.kill()
        again = self.start("--uses", "1")
        page = self.open(again)
        self.assertEqual(page.uses["left"], 0)
        self.assertEqual(again.create(page, "One more")[0], 429)
        self.assertEqual(len(self.mock.posts()), 1)


class Streams(Case):
    def test_a_stream_that_comes_back_goes_on_where_it_was(self):
        service = self.start()
        page = self.open(service)
        job = self.created(service, page)
        page.close()
        self.mock.say(f"{job['id']} completed")
        until("the end of the job", lambda: service.metric('service_jobs{state="completed"}') == 1)
        for path, last_id in (("/events", page.last_id), (f"/events?after={page.last_id}", None)):
            again = Page(service, last_id, path)
            again.until_state(job["key"], "completed")
            again.close()
            self.assertNotIn("snapshot", again.kinds)

    def test_a_stream_with_an_id_of_another_run_or_none_gets_everything(self):
        service = self.start()
        job = self.created(service, self.open(service))
        for last_id in ("0badcafe-1", "nonsense", "-", "x" * 300, None):
            page = self.open(service, last_id)
            self.assertEqual(page.kinds[:2], ["hello", "snapshot"])
            self.assertIn(job["key"], page.jobs)

    def test_a_page_that_missed_too_much_gets_everything(self):
        service = self.start("--events", "5")
        page = self.open(service)
        first = page.last_id
        job = self.created(service, page)
        until("more events than are kept", lambda: service.metric("service_events_total") > 8)
        again = self.open(service, first)
        self.assertIn("snapshot", again.kinds)
        self.assertIn(job["key"], again.jobs)

    def test_a_page_that_goes_away_ends_its_stream_and_no_job(self):
        service = self.start()
        page = self.open(service)
        job = self.created(service, page)
        self.assertEqual(service.metric("service_streams"), 1)
        page.close()
        until("the end of the stream", lambda: service.metric("service_streams") == 0)
        self.mock.say(f"{job['id']} completed")
        self.open(service).until_state(job["key"], "completed")


class Settings(Case):
    def test_an_origin_that_no_browser_sends_is_refused(self):
        for origin in ("http://jobs.example:80", "https://jobs.example:443", "https://jobs.example/", "jobs.example", "https://"):
            with self.assertRaisesRegex(AssertionError, f"not an origin: {origin}"):
                Service(self.mock, self.data, "--origin", origin)

    def test_the_port_of_http_is_in_no_header_of_a_browser(self):
        try:
            service = self.start(port=80)
        except AssertionError as failure:
            if not re.search("Address already in use|Permission denied", str(failure)):
                raise
            self.skipTest(str(failure))
        origin = "http://127.0.0.1"
        self.assertEqual(service.ask("GET", "/healthz", Host="localhost", Origin=origin)[0], 200)
        self.assertEqual(service.ask("GET", "/healthz", Host="localhost", Origin=f"{origin}:80")[0], 403)


class Ends(Case):
    def test_sigterm_ends_it_within_a_second_whatever_is_open(self):
        service = self.start()
        page = self.open(service)
        self.created(service, page)
        self.mock.say("stall")
        _, key = service.create(page, "This one gets no answer")
        page.until_state(key, "creating")
        self.assertLess(max(service.terminate(), default=0), 1000)  # by its own clock: the machine may be busy
        self.assertEqual((service.process.returncode, service.stderr()), (0, ""))
        while page.read():  # the stream ends in good order
            pass

    def test_sigterm_ends_it_although_a_thread_hangs(self):
        service = self.start()
        with open(f"/proc/{service.process.pid}/fd/1", "wb", buffering=0, opener=lambda path, _: os.open(path, os.O_WRONLY | os.O_NONBLOCK)) as pipe:
            while pipe.write(b"x"):  # until nothing more fits, and its last line hangs
                pass
        self.assertEqual(service.terminate(), [])
        self.assertEqual(service.process.returncode, 0)

    def test_sigterm_lets_a_creation_in_flight_get_its_answer(self):
        service = self.start("--stop-within", "15000")
        page = self.open(service)
        _, key = service.create(page, "Document it")
        self.assertLess(service.terminate()[0], 15_000)
        again = self.start()
        self.open(again).until_state(key, "active")

    def test_jobs_are_taken_up_again_after_sigkill(self):
        service = self.start()
        page = self.open(service)
        going, over = self.created(service, page), self.created(service, page, "Another one")
        self.mock.say(f"{over['id']} failed")
        page.until_state(over["key"], "failed")
        service.kill()
        again = self.start(port=service.port)
        page = self.open(again, page.last_id)
        self.assertEqual(page.jobs[over["key"]]["state"], "failed")
        self.assertEqual(page.jobs[going["key"]]["title"], going["title"])
        self.mock.say(f"{going['id']} completed")
        self.assertEqual(page.until_state(going["key"], "completed")["id"], going["id"])
        self.assertEqual(len(self.mock.posts()), 2)

    def cut_off_creation(self):
        service = self.start()
        page = self.open(service)
        self.mock.say("stall")
        _, key = service.create(page, "Document it")
        until("the request", lambda: service.metric("cojob_requests_total") == 1)
        service.kill()
        return key

    def test_a_creation_that_a_sigkill_cut_off_is_unknown_and_not_repeated(self):
        key = self.cut_off_creation()
        again = self.start()
        self.assertIn("look at the dashboard", self.open(again).until_state(key, "unknown")["note"])
        again.terminate()
        self.assertLessEqual(len(self.mock.posts()), 1)  # it may have been killed before the first byte

    def test_without_its_file_of_rows_no_job_is_lost(self):
        service = self.start()
        page = self.open(service)
        jobs = [self.created(service, page) for _ in range(2)]
        service.kill()
        with open(f"{self.data}/rows", "w", encoding="utf-8") as rows:
            rows.write('{"key":"torn\n')
        page = self.open(self.start("--rows", "1"))
        for job in jobs:
            self.mock.say(f"{job['id']} completed")
            page.until_state(job["id"], "completed")

    def test_without_its_file_of_rows_a_creation_that_was_cut_off_is_unknown(self):
        key = self.cut_off_creation()
        service = self.start()
        self.created(service, self.open(service))
        service.kill()
        os.remove(f"{self.data}/rows")
        page = self.open(self.start("--rows", "1"))
        self.assertIn("look at the dashboard", page.until_state(key, "unknown")["note"])

    def test_the_file_of_rows_does_not_grow_for_ever(self):
        self.add_rows(600)
        service = self.start("--rows", "3")  # each is ended, with a second line
        self.assertEqual(self.row_lines(), 1200)
        job = self.created(service, self.open(service), "Document it")
        self.assertLess(self.row_lines(), 7)
        service.kill()
        page = self.open(self.start("--rows", "3"))
        self.assertEqual((len(page.jobs), page.jobs[job["key"]]["title"]), (3, "Document it"))

    def row_lines(self):
        with open(f"{self.data}/rows", encoding="utf-8") as rows:
            return len(rows.readlines())

    def test_a_second_process_on_the_same_folder_is_refused(self):
        self.start()
        with self.assertRaisesRegex(AssertionError, "resource busy"):
            Service(self.mock, self.data)
