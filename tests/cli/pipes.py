"""The command with pipes: what it prints, how it exits, and what it sends."""

import json
import os
import re
import shutil
import subprocess
import unittest

import program
from program import KEY, Mock

COMMON = ["api", "id", "status", "ended", "link", "created"]
FAST = ["--interval", "20ms"]


class ExitStatus(unittest.TestCase):
    def check(self, mock, status, *arguments, says="", **environment):
        done = mock.run(*arguments, **environment)
        self.assertEqual(done.returncode, status, f"{arguments}: {done.out}{done.err}")
        self.assertIn(says, done.err)
        return done

    def test_a_wait_tells_how_the_job_ended(self):
        with Mock("--job", "completed", "--job", "failed", "--job", "archived", "--job", "active") as mock:
            self.check(mock, 0, "mintlify", "wait", "job_1")
            self.check(mock, 1, "mintlify", "wait", "job_2")
            self.check(mock, 1, "mintlify", "wait", "job_3")
            self.check(mock, 4, "mintlify", "wait", "job_4", "--timeout", "300ms", *FAST, says="job_4")
            self.check(mock, 1, "mintlify", "wait", "job_1", "job_2", *FAST)
            self.check(mock, 4, "mintlify", "wait", "job_2", "job_4", "--timeout", "300ms", *FAST)
            self.check(mock, 3, "mintlify", "wait", "job_2", "job_99", "--timeout", "5s", *FAST, says="job_99")
            self.check(mock, 0, "mintlify", "get", "job_2")
            self.assertEqual(mock.requests("POST"), [])

    def test_wrong_usage_sends_nothing(self):
        with Mock("--job", "active") as mock:
            for arguments in (["mintlify"], ["nothing"], ["mintlify", "create"], ["mintlify", "get", "job_1", "job_2"],
                              ["mintlify", "wait", "job_1", "--timeout", "soon"], ["mintlify", "get", "job_1", "--no-such=x"],
                              ["watch", "job_1", "--api", "other"], ["mintlify", "create", ""], ["mintlify", "get", ".."],
                              ["wait", "cojob-job/1 api=x"], ["wait", "-"], ["mintlify", "get", "job_1", "--key-file", "/nowhere"],
                              ["mintlify", "get", "job_1", "--base-url", "http://example.org"]):
                self.check(mock, 2, *arguments)
            self.check(mock, 2, "mintlify", "get", "job_1", says="MINTLIFY_API_KEY", MINTLIFY_API_KEY="")
            self.check(mock, 2, "mintlify", "get", "job_1", says="project", MINTLIFY_PROJECT_ID="")
            self.assertEqual(mock.requests(), [])

    def test_errors(self):
        with Mock("--job", "active") as mock:
            self.check(mock, 3, "mintlify", "get", "job_99", says="404")
            self.check(mock, 3, "mintlify", "get", "job_1", says="401", MINTLIFY_API_KEY="another")
            self.check(mock, 3, "mintlify", "get", "job_1", says="certificate", COJOB_CA_FILE="")
            self.check(mock, 3, "mintlify", "get", "job_1", "--timeout", "2s", says="connect", MINTLIFY_BASE_URL="https://localhost:1")

    def test_the_quota(self):
        with Mock("--rate-limit", "1") as mock:
            self.check(mock, 0, "mintlify", "create", "first")
            self.check(mock, 5, "mintlify", "create", "second", "--timeout", "20s", says="429")


class Keys(unittest.TestCase):
    def test_a_key_is_refused_as_an_argument_before_anything_is_sent(self):
        with Mock() as mock:
            for arguments in (["mintlify", "create", KEY], ["mintlify", "create", "x", f"--api-key={KEY}"], ["mintlify", "create", "x", "--token", "abc"],
                              ["mintlify", "create", f"Bearer {KEY}"], ["osapi", "list", "eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl"]):
                done = mock.run(*arguments)
                self.assertEqual(done.returncode, 2, done.err)
                self.assertIn("--key-file", done.err)
            other = "a-key-of-another-kind"
            for place in ("MINTLIFY_API_KEY", "COJOB_OSAPI_TOKEN"):
                done = mock.run("mintlify", "create", f"use {other}", **{place: other})
                self.assertEqual(done.returncode, 2, done.err)
                self.assertNotIn(other, done.err)
            self.assertEqual(mock.requests(), [])

    def test_a_key_file_is_used_in_place_of_the_environment(self):
        with Mock("--job", "active") as mock:
            self.assertEqual(mock.run("mintlify", "get", "job_1", "--key-file", mock.file("key"), MINTLIFY_API_KEY="").returncode, 0)

    def test_verbose_shows_attempts_without_the_key(self):
        with Mock("--job", "completed") as mock:
            done = mock.run("mintlify", "wait", "job_1", "--verbose")
            self.assertRegex(done.err, r"GET /v2/agent/test-project/job/job_1")


class Output(unittest.TestCase):
    def test_json_has_the_documented_names_in_their_order(self):
        with Mock("--job", "completed", "--session", "completed", "--osapi-job", "completed", "--deployment", "success", "--export", "completed") as mock:
            for arguments, names in ((["mintlify", "get", mock.jobs[0]], ["repository", "branch", "model", "archived", "handle"]),
                                     (["mintlify-v1", "get", mock.jobs[1]], ["branch", "title", "message", "handle"]),
                                     (["mintlify", "update-status", mock.jobs[3]],
                                      ["finished", "summary", "source", "subdomain", "branch", "commit", "log", "handle"]),
                                     (["mintlify", "export-status", mock.jobs[4]], ["updated", "progress", "pages", "error", "handle"]),
                                     (["osapi", "get", mock.jobs[2]],
                                      ["updated", "hostname", "changed", "error", "operation", "result", "responses", "handle"])):
                done = mock.run(*arguments, "--json")
                self.assertEqual(list(json.loads(done.out)), COMMON + names, done.err)
                self.assertEqual(done.out.count("\n"), 1)
            failed = json.loads(mock.run("wait", "job_99", "--json").out)
            self.assertEqual([failed["error"], list(failed)], ["not_found", ["api", "id", "error", "message"]])

    def test_lists_are_tables_and_lines(self):
        with Mock("--osapi-job", "completed", "--osapi-job", "failed", "--session", "error", "--copies", "2") as mock:
            table = mock.run("osapi", "list").out.splitlines()
            self.assertEqual([len(table), table[0].split()], [5, ["ID", "STATUS", "CREATED"]])
            self.assertEqual(len(mock.run("osapi", "list", "--status", "failed", "--json").out.splitlines()), 2)
            self.assertEqual(len(mock.run("osapi", "list", "-n", "1", "--json").out.splitlines()), 1)
            for group in ("mintlify", "mintlify-v1"):
                self.assertEqual(len(mock.run(group, "list", "--json").out.splitlines()), 2)

    def test_a_spent_use_is_said_with_the_uses_left(self):
        with Mock() as mock:
            count = ["--quota-file", mock.file("quota")]
            self.assertIn("100 uses an hour; 99 of 100 uses left", mock.run("mintlify", "create", "x", *count).err)
            self.assertIn("100 uses an hour; 98 of 100 uses left", mock.run("mintlify", "message", "job_1", "y", *count).err)
            self.assertRegex(mock.run("mintlify", "create", "x").err, r"^Created job_2: one of the project's 100 uses an hour; --quota-file")
            self.assertEqual(mock.run("mintlify", "create", "x", "--quiet").err, "")

    def test_a_prompt_arrives_as_it_is(self):
        prompt = "文書を書く — cafe\u0301 'quoted' $HOME"
        with Mock() as mock:
            self.assertEqual(mock.run("mintlify", "create", prompt).returncode, 0)
            self.assertEqual(mock.run("mintlify", "create", "-", text=prompt + "\n").returncode, 0)
            self.assertEqual([json.loads(line.split(" ", 2)[2])["prompt"] for line in mock.requests("POST")], [prompt] * 2)

    def test_a_servers_text_cannot_control_the_terminal(self):
        hostile = "a\x1b[2J\x07\u009b31m\u202eb"
        with Mock("--job", hostile) as mock:
            for arguments in (["mintlify", "get", "job_1"], ["mintlify", "get", "job_1", "--json"], ["watch", "job_1", "--timeout", "200ms"]):
                out = mock.run(*arguments, *(FAST if arguments[0] == "watch" else [])).out
                self.assertFalse(set(out) & set("\x1b\x07\u009b\u202e"), out)
            self.assertEqual(json.loads(mock.run("mintlify", "get", "job_1", "--json").out)["status"], hostile)

    def test_a_session_prints_its_events(self):
        with Mock() as mock:
            done = mock.run("mintlify-v1", "create", "x", "--branch", "b", "--draft", "--model", "opus")
            self.assertIn('finish: {"reason":"completed"}', done.out)
            self.assertIn("session_1", done.out)
            self.assertIn('"branch":"b"', mock.requests("POST")[0])


class Following(unittest.TestCase):
    def test_created_jobs_are_piped_to_a_wait(self):
        with Mock("--life", "active:1,completed", "--osapi-job", "processing:1,failed") as mock:
            lines = mock.run("mintlify", "create", "x", "--json").out + mock.run("mintlify", "create", "x", "--handle").out
            lines += mock.run("osapi", "retry", mock.jobs[0], "--json").out + "\njob_1\n"
            done = mock.run("wait", "-", "--json", *FAST, text=lines)
            ended = [json.loads(line) for line in done.out.splitlines()]
            self.assertEqual(sorted(job["api"] for job in ended), ["mintlify.agent.v2"] * 3 + ["osapi.job"], done.err)
            self.assertEqual({job["status"] for job in ended}, {"completed"})
            self.assertEqual(done.returncode, 0)

    def test_a_watch_prints_a_line_for_each_change(self):
        with Mock("--job", "active:2,completed", "--job", "active:1,failed") as mock:
            done = mock.run("watch", "job_1", "job_2", *FAST)
            self.assertEqual(sorted(line.split()[:2] for line in done.out.splitlines()),
                             [["job_1", "active"], ["job_1", "completed"], ["job_2", "active"], ["job_2", "failed"]])
            self.assertEqual(done.returncode, 1)

    def test_a_run_creates_one_job_and_prints_its_end(self):
        with Mock("--life", "active:1,completed") as mock:
            done = mock.run("mintlify", "run", "x", *FAST)
            self.assertRegex(done.out, r"(?m)^status +completed\n(.*\n)*link +https://|^link +https://")
            self.assertEqual(len(mock.requests("POST")), 1)

    def test_a_lost_answer_is_not_sent_again(self):
        with Mock("--fault", "drop_after_request:1:POST") as mock:
            done = mock.run("mintlify", "run", "x", *FAST)
            self.assertEqual(done.returncode, 3, done.err)
            self.assertIn("outcome unknown", done.err)
            self.assertEqual(len(mock.requests("POST")), 1)

    def test_osapi_retries_and_deletes(self):
        with Mock("--osapi-job", "failed", "--osapi-life", "processing:1,completed") as mock:
            created = json.loads(mock.run("osapi", "retry", mock.jobs[0], "--json").out)["id"]
            self.assertNotEqual(created, mock.jobs[0])
            self.assertEqual(mock.run("osapi", "wait", created, *FAST).returncode, 0)
            self.assertEqual(mock.run("osapi", "delete", created).out, f"Deleted {created}\n")
            self.assertEqual(mock.run("osapi", "get", created).returncode, 3)

    def test_updates_and_previews_are_queued_and_followed(self):
        with Mock("--deployment-life", "queued:1,success", "--deployment", "queued:1,failure") as mock:
            created = json.loads(mock.run("mintlify", "update", "--json").out)
            self.assertEqual([created["api"], created["status"]], ["mintlify.deployments", "queued"])
            self.assertEqual(mock.run("wait", "-", *FAST, text=created["handle"]).returncode, 0)
            preview = mock.run("mintlify", "preview", "feature", "--handle")
            self.assertIn("one of the organization's 5 previews a minute", preview.err)
            self.assertEqual(mock.run("wait", preview.out.strip(), *FAST).returncode, 0)
            self.assertRegex(mock.run("mintlify", "preview", "feature").out, r"(?m)^link +https://")
            self.assertRegex(mock.run("mintlify", "update", "--wait", *FAST).out, r"(?m)^status +success$")
            self.assertEqual(mock.run("wait", mock.jobs[0], "--api", "mintlify-deployments", *FAST).returncode, 1)
            self.assertEqual(mock.run("mintlify", "update-status", mock.jobs[0]).returncode, 0)
            self.assertEqual(len(mock.requests("POST")), 4)

    def test_an_export_ends_with_the_address_of_its_file(self):
        with Mock("--export-life", "queued:1,completed", "--export", "failed") as mock:
            done = mock.run("mintlify", "export", "docs.example.com", "--page", "start", "--label", "v1", "--wait", *FAST)
            self.assertRegex(done.out, r"(?m)^status +completed\n(.*\n)*file +https://", done.err)
            self.assertIn('"start"', mock.requests("POST")[0])
        with Mock("--export", "completed", "--export", "failed") as mock:
            file = json.loads(mock.run("mintlify", "export-status", mock.jobs[0], "--file", "--json").out)
            self.assertEqual(list(file), ["api", "id", "file", "bytes", "expires"])
            self.assertEqual(mock.run("mintlify", "export-status", mock.jobs[1], "--file").returncode, 3)
            self.assertEqual(mock.run("watch", *mock.jobs, "--api", "mintlify-exports", *FAST).returncode, 1)
            self.assertEqual(mock.run("mintlify", "export", "https://docs.example.com/").returncode, 2)


# The shells and man read and warn as the locale says.
UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}


def completed(shell, *words):
    """What a shell offers for the last word."""
    script = subprocess.run([program.program, "completion", shell], capture_output=True, check=True, encoding="utf-8").stdout
    if shell == "bash":
        typed = f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; _cojob; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        command = ["bash", "--norc", "-uc", script + "\n" + typed]
    elif shell == "fish":
        command = ["fish", "--no-config", "-c", script + f"\ncomplete -C {repr(' '.join(words))}"]
    else:  # zsh, with its own functions replaced by ones that print
        prints = ('_describe() { print -rl -- "${(@P)2}"; }; _files() { print files; }; compadd() { shift; print -rl -- "$@"; }; compdef() { :; }\n')
        command = ["zsh", "-fc", prints + script + f"\nwords=({' '.join(map(repr, words))}); CURRENT={len(words)}; _cojob"]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", env=UTF8)
    assert not done.stderr, done.stderr
    return {line.split("\t")[0].split(":")[0] for line in done.stdout.splitlines() if line}


class Pages(unittest.TestCase):
    def test_shells_complete_commands_options_and_values(self):
        for shell in filter(shutil.which, ("bash", "zsh", "fish")):
            with self.subTest(shell):
                self.assertLessEqual({"mintlify", "osapi", "watch", "mock"}, completed(shell, "cojob", ""))
                self.assertLessEqual({"create", "run", "update"}, completed(shell, "cojob", "mintlify", ""))
                options = completed(shell, "cojob", "mintlify", "run", "-")
                self.assertIn("--interval", options)
                self.assertNotIn("--target", options)
                self.assertLessEqual({"mintlify", "osapi"}, completed(shell, "cojob", "watch", "--api", ""))
                self.assertLessEqual({"bash", "zsh", "fish"}, completed(shell, "cojob", "completion", ""))

    def test_the_man_page_has_every_command_and_option(self):
        page = subprocess.run([program.program, "manual"], capture_output=True, check=True, encoding="utf-8").stdout
        plain = page.replace("\\-", "-")
        with Mock() as mock:
            for group, names in (("mintlify", "create run message get wait list update preview update-status export export-status"), ("osapi", "list get wait retry delete")):
                for name in names.split():
                    self.assertIn(f".SS cojob {group} {name}\n", plain)
                    section = plain.split(f".SS cojob {group} {name}\n")[1].split("\n.S")[0]
                    for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", mock.run(group, name, "--help").out, re.M):
                        self.assertTrue(option == "--help" or f"\\fB{option}\\fR" in section or f", \\fB{option}\\fR" in section, option)
        macros = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
        self.assertEqual(macros, {".TH", ".SH", ".SS", ".TP", ".br"})
        if shutil.which("man"):
            checked = subprocess.run(["man", "--warnings", "-l", "-"], input=page, capture_output=True, check=True, encoding="utf-8", env=UTF8)
            self.assertEqual(checked.stderr, "")


class Help(unittest.TestCase):
    def test_each_level_explains_itself(self):
        with Mock() as mock:
            for level in ([], ["mintlify"], ["mintlify", "run"], ["osapi", "retry"], ["watch"], ["mock"]):
                done = mock.run(*level, "--help")
                self.assertEqual(done.returncode, 0)
                self.assertIn("Usage: cojob " + " ".join(level), done.out)
                self.assertIn("Exit status: 0 success", done.out)
            self.assertIn("--quota-file", mock.run("mintlify", "create", "--help").out)
            self.assertRegex(mock.run("--version").out, r"^cojob \d+\.\d+\.\d+\n$")
            self.assertIn("stall_handshake\n", mock.run("mock", "--fault", "-").out)
