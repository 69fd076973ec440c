"""The command with standard streams that end, fail or are closed."""

import json
import os
import signal
import subprocess
import unittest

import program
from program import Mock, lines_until


class Streams(unittest.TestCase):
    def test_a_reader_that_goes_away_ends_it_quietly(self):
        with Mock("--osapi-job", "completed", "--copies", "300") as mock:
            for ignored in (False, True):
                ignore = (lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)) if ignored else None
                process = subprocess.Popen([program.program, "osapi", "list", "--json"], env=mock.environment, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, restore_signals=not ignored, preexec_fn=ignore)
                process.stdout.close()
                self.assertEqual(process.communicate(timeout=60)[1], b"")
                self.assertEqual(process.returncode, -signal.SIGPIPE)

    def test_a_created_job_is_printed_though_standard_error_fails(self):
        with Mock() as mock:
            for number, stream in enumerate(("2>/dev/full", "2>&-"), 1):
                done = subprocess.run(f"cojob mintlify create x --json {stream}", shell=True, env=mock.environment, stdout=subprocess.PIPE,
                                      check=False, timeout=60)
                self.assertEqual(done.returncode, 0, stream)
                self.assertEqual(json.loads(done.stdout)["id"], f"job_{number}")
            done = subprocess.run("cojob nothing 2>/dev/full", shell=True, env=mock.environment, check=False, timeout=60)
            self.assertEqual(done.returncode, 2)

    def test_a_created_job_is_printed_though_the_uses_left_cannot_be_read(self):
        with Mock("--fault", "slow_drip:1:POST") as mock:
            command = [program.program, "mintlify", "create", "x", "--json", "--verbose", "--quota-file", mock.file("quota")]
            process = subprocess.Popen(command, env=mock.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            lines_until(process.stderr, lambda line: "connection opened" in line)
            os.remove(mock.file("quota"))
            os.mkdir(mock.file("quota"))
            out, err = process.communicate(timeout=60)
            self.assertEqual([process.returncode, json.loads(out)["id"]], [0, "job_1"], err)
            self.assertIn("the uses left could not be read", err)

    def test_the_id_of_a_created_job_is_in_the_error_of_a_full_standard_output(self):
        with Mock("--life", "completed", "--osapi-job", "failed") as mock, open("/dev/full", "w") as full:
            for words, get in (("mintlify create x", "mintlify get"), ("mintlify create x --handle", "mintlify get"),
                               ("mintlify run x", "mintlify get"), ("mintlify-v1 create x", "mintlify-v1 get"),
                               ("mintlify update", "mintlify update-status"), ("mintlify preview b", "mintlify update-status"),
                               ("mintlify export docs.example.com", "mintlify export-status"),
                               (f"osapi retry {mock.jobs[0]}", "osapi get")):
                with self.subTest(words):
                    done = subprocess.run([program.program, *words.split(), "--quiet"], env=mock.environment, stdout=full, stderr=subprocess.PIPE,
                                          check=False, encoding="utf-8", timeout=60)
                    self.assertEqual(done.returncode, 3)
                    self.assertRegex(done.stderr, r"^cojob: standard output: No space left on device; the job that was created is [\w-]+\n$")
                    self.assertEqual(mock.run(*get.split(), done.stderr.split()[-1]).returncode, 0)

    def test_a_closed_stream_is_an_error(self):
        with Mock("--job", "completed") as mock:
            done = subprocess.run("cojob mintlify get job_1 >&-", shell=True, env=mock.environment, stderr=subprocess.PIPE, check=False, timeout=60)
            self.assertEqual([done.returncode, done.stderr], [3, b"cojob: standard output: Bad file descriptor\n"])

    def test_output_that_cannot_be_written_is_an_error(self):
        with Mock("--job", "completed") as mock, open("/dev/full", "w") as full:
            done = subprocess.run([program.program, "mintlify", "get", "job_1"], env=mock.environment, stdout=full, stderr=subprocess.PIPE,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 3, done.stderr)

    def test_input_that_breaks_off_sends_nothing(self):
        def broken():
            """A terminal that hangs up: reading it is an error behind some text."""
            reader, writer = os.openpty()
            os.write(writer, b"job_1\njob_")
            os.close(writer)
            return reader

        with Mock("--job", "completed") as mock:
            for words in ("mintlify create -", "mintlify-v1 create -", "mintlify message job_1 -", "wait -", "watch -"):
                for opened, why in ((broken, "Input/output error"), (lambda: os.open("/", os.O_RDONLY), "Is a directory")):
                    with self.subTest(f"{words}: {why}"):
                        stream = opened()
                        done = subprocess.run([program.program, *words.split()], env=mock.environment, stdin=stream, capture_output=True, check=False,
                                              encoding="utf-8", timeout=60)
                        os.close(stream)
                        self.assertEqual([done.returncode, done.stderr, done.stdout], [2, f"cojob: standard input: {why}\n", ""])
            self.assertEqual(mock.requests(), [])


class Programs(unittest.TestCase):
    def test_a_mock_server_that_ends_early_is_a_failure(self):
        with self.assertRaisesRegex(AssertionError, "ended early"):
            Mock("--version")
