"""Jobs that the server does not know any more, as it says."""

import json
import os

from test_service import Case


class Forgotten(Case):
    """The mock says 410: the same as half a minute of 404, at once."""

    def lost(self, service, page):
        job = self.created(service, page)
        self.mock.say("refuse 410")
        self.assertEqual(page.until_state(job["key"], "lost")["ended"], 0)
        return job

    def start_after(self, hours):
        """A start that comes so long after the last end."""
        with open(f"{self.data}/rows", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        with open(f"{self.data}/rows", "w", encoding="utf-8") as file:
            file.writelines(json.dumps({**row, "gone": row["gone"] and row["gone"] - hours * 3_600_000}) + "\n" for row in rows)
        return self.start()

    def test_a_job_that_the_server_knows_again_goes_on_after_a_restart(self):
        service = self.start()
        job = self.lost(service, self.open(service))
        service.terminate()
        service = self.start_after(hours=2)
        self.open(service).until_job(job["key"], lambda now: now["state"] == "active" and now["gone"] == 0)
        service.kill()
        self.mock.say("refuse 410")  # which is a first time again
        service = self.start_after(hours=2)
        self.assertEqual(self.open(service).until_state(job["key"], "lost")["ended"], 0)
        service.terminate()
        page = self.open(self.start_after(hours=2))
        self.mock.say(f"{job['id']} completed")
        self.assertNotEqual(page.until_state(job["key"], "completed")["link"], "")

    def test_a_lost_job_is_known_to_the_next_start_although_its_row_made_room(self):
        service = self.start()
        job = self.lost(service, self.open(service))
        service.terminate()
        self.add_rows(1100)  # so many that the next creation writes the file anew
        self.mock.say("refuse 410")
        service = self.start("--rows", "1")
        page = self.open(service)
        page.until_state(job["key"], "lost")
        other = self.created(service, page)
        self.assertEqual(set(page.jobs), {other["key"]})
        service.terminate()
        self.assertLessEqual({job["key"], other["key"]}, set(self.open(self.start("--rows", "1")).jobs))

    def test_a_job_that_two_starts_long_apart_do_not_find_has_ended(self):
        service = self.start()
        job = self.lost(service, self.open(service))
        for hours, is_over in ((0, False), (2, True)):
            service.terminate()
            self.mock.say("refuse 410")
            service = self.start_after(hours)
            seen = self.open(service).until_state(job["key"], "lost")
            self.assertEqual(seen["ended"] != 0, is_over)
        service.terminate()
        os.remove(f"{self.data}/rows")  # which leaves what the journal has
        self.assertEqual(self.open(self.start()).jobs, {})
