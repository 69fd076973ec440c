"""The command on terminals of many sizes."""

import os
import re
import shlex
import signal
import subprocess
import time
import unittest

from program import Mock

FAST = ["--interval", "50ms"]


class Watching(unittest.TestCase):
    def assert_clean(self, session):
        self.assertEqual(session.screen.faults, [], session.screen.text())

    def test_lines_fit_every_width(self):
        names = ["状態を確認しています_とても長い名前", "e\u0301" * 30, "\x1b[31mred\x1b[0m\u202e", "😀😀😀"]
        jobs = [argument for name in names for argument in ("--job", f"{name}:6,completed")]
        with Mock(*jobs, "--job", "active:6,failed", "--copies", "3") as mock:
            for columns in (40, 57, 80, 132, 200):
                session = mock.on_terminal("watch", *mock.jobs, *FAST, columns=columns)
                self.assertEqual(session.end(), 1)
                self.assert_clean(session)
                self.assertIn("15 of 15 ended, 3 failed", session.screen.text())
                self.assertEqual(len(session.screen.text().splitlines()), 16)

    def test_a_resize_leaves_one_line_for_each_job(self):
        with Mock("--job", "active:40,completed", "--copies", "5") as mock:
            session = mock.on_terminal("watch", *mock.jobs, *FAST, columns=150)
            session.until(r"next in|polling")
            for columns, rows in ((60, 24), (40, 10), (120, 30)):
                session.read(0.3)
                session.resize(columns, rows)
                session.screen.faults.clear()  # what was on its way had the old width
                drawn = time.monotonic() + 0.5
                while time.monotonic() < drawn:
                    session.read(0.1)
                session.screen.faults.clear()
            self.assertEqual(session.end(), 0)
            self.assert_clean(session)
            lines = session.screen.text().splitlines()
            self.assertEqual([line.split()[0] for line in lines[:-1]], mock.jobs)
            self.assertEqual(lines[-1], "5 of 5 ended")

    def test_a_thousand_jobs(self):
        with Mock("--job", "active:1,completed", "--copies", "1000") as mock:
            session = mock.on_terminal("watch", *mock.jobs, "--interval", "1s", columns=100)
            self.assertEqual(session.end(110), 0)
            self.assert_clean(session)
            lines = session.screen.text().splitlines()
            self.assertEqual(lines[-1], "1000 of 1000 ended, 978 not shown")
            self.assertEqual(len(lines), 23)

    def test_colours_are_for_terminals_that_want_them(self):
        with Mock("--job", "completed", "--job", "failed") as mock:
            def printed(*options, **environment):
                session = mock.on_terminal("watch", "job_1", "job_2", *options, **environment)
                self.assertEqual(session.end(), 1)
                return session.output

            self.assertIn(b"\x1b[32m", printed())
            self.assertNotIn(b"m", re.findall(rb"\x1b\[[0-9;]*(.)", printed(NO_COLOR="1")))
            for plain in (printed(TERM="dumb"), printed("--json"), printed("--quiet")):
                self.assertNotIn(b"\x1b", plain)


class Interrupting(unittest.TestCase):
    def test_ctrl_c_prints_the_command_line_that_goes_on(self):
        with Mock("--life", "active:60,completed") as mock:
            session = mock.on_terminal("mintlify", "run", "x", *FAST, "--key-file", mock.file("key"), columns=200, MINTLIFY_API_KEY="")
            session.until("job_1 .*active")
            session.send(b"\x03")
            self.assertEqual(session.end(), 130)
            text = session.screen.text()
            self.assertIn("the job goes on", text)
            command = text.splitlines()[-1]
            self.assertEqual(shlex.split(command)[:3], ["cojob", "mintlify", "wait"])
            again = subprocess.run(command, shell=True, env=mock.environment, capture_output=True, check=False, timeout=60)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(len(mock.requests("POST")), 1)

    def test_sigterm_is_as_ctrl_c(self):
        with Mock("--job", "active") as mock:
            session = mock.on_terminal("wait", "job_1", *FAST)
            session.until("job_1 .*active")
            os.kill(session.pid, signal.SIGTERM)
            self.assertEqual(session.end(), 130)
            self.assertEqual(session.screen.text().splitlines()[-1], "cojob wait --interval 50ms job_1")

    def test_only_jobs_that_have_not_ended_are_named(self):
        with Mock("--job", "completed", "--job", "active") as mock:
            session = mock.on_terminal("watch", *mock.jobs, "--api", "mintlify", *FAST)
            session.until("1 of 2 ended")
            session.send(b"\x03")
            self.assertEqual(session.end(), 130)
            self.assertEqual(session.screen.text().splitlines()[-1], "cojob watch --interval 50ms job_2")

    def test_an_id_cannot_control_the_terminal(self):
        with Mock("--fault", "stall:1:GET") as mock:
            session = mock.on_terminal("wait", "a\u009b31m\u202e $b", *FAST)
            session.until("next in|polls")
            session.send(b"\x03")
            self.assertEqual(session.end(), 130)
            self.assertEqual(session.screen.faults, [])
            self.assertEqual(session.screen.text().splitlines()[-1], r"cojob wait --interval 50ms 'a\xC2\x9B31m $b'")

    def test_a_creation_that_is_cut_off_may_have_been_processed(self):
        with Mock("--fault", "stall:1:POST") as mock:
            session = mock.on_terminal("mintlify", "create", "x", "--verbose")
            session.until("connection opened")
            time.sleep(1)  # until the server has the request, which nothing shows here
            session.send(b"\x03")
            self.assertEqual(session.end(), 130)
            self.assertIn("check before you repeat it", session.screen.text())
            self.assertEqual(len(mock.requests("POST")), 1)

    def test_an_export_leaves_its_result_and_its_file(self):
        with Mock("--export-life", "queued:20,completed") as mock:
            session = mock.on_terminal("mintlify", "export", "docs.example.com", "--wait", *FAST, columns=200)
            session.until(r"queued +\d+ s +\d+ polls?")
            self.assertEqual(session.end(), 0)
            self.assertRegex(session.screen.text(), r"^Created .*\napi +mintlify.static_export\n(.*\n)*file +https://.*\nbytes.*\nexpires .*Z$")

    def test_an_interrupted_export_names_its_api(self):
        with Mock("--export-life", "queued") as mock:
            session = mock.on_terminal("mintlify", "export", "docs.example.com", "--wait", *FAST, columns=200)
            session.until("polls")
            session.send(b"\x03")
            self.assertEqual(session.end(), 130)
            self.assertRegex(session.screen.text().splitlines()[-1], r"^cojob wait --api mintlify-exports --interval 50ms \S+$")

    def test_a_wait_shows_progress_and_leaves_the_result(self):
        with Mock("--job", "active:20,completed") as mock:
            session = mock.on_terminal("mintlify", "wait", "job_1", *FAST)
            session.until(r"job_1 +active +\d+ s +\d+ polls?")
            self.assertEqual(session.end(), 0)
            self.assertRegex(session.screen.text(), r"^api +mintlify.agent.v2\nid +job_1\nstatus +completed\nlink +https://")
