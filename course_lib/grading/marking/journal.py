"""A batch's memory on disk: one line for each outcome, so that a batch that was killed goes on where it was.

A line is appended by one write and forced to the disk before the gradebook is touched. Its key is a hash of all
that an outcome depends on: submission, source, files beside it, seed, sandbox. What is half written when
the batch is killed is no line, and is graded again.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from course_lib.grading.judge.judging import Outcome


def key_of(parts: Iterable[bytes]) -> str:
    """The key of an outcome that depends on these."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8))
        whole.update(part)
    return whole.hexdigest()


class Journal:
    """The lines of one problem set's batches; only their places are held in memory."""

    def __init__(self, path: Path, resume: bool):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not resume:
            path.unlink(missing_ok=True)
        self.places: dict[tuple[str, str], int] = {}
        self.written: set[tuple[str, str]] = set()
        self._read()

    def _read(self) -> None:
        """Find the whole lines; cut off what a killed batch left of one."""
        if not self.path.is_file():
            return
        end = 0
        with self.path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                name = (entry["key"], entry["student"])
                if "outcome" in entry:
                    self.places[name] = end
                else:
                    self.written.add(name)
                end += len(line)
        os.truncate(self.path, end)

    def _append(self, entry: dict) -> int:
        data = json.dumps(entry).encode() + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            place = os.lseek(handle, 0, os.SEEK_END)
            os.write(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        return place

    def keep(self, key: str, student: str, outcome: Outcome) -> None:
        """Remember an outcome."""
        self.places[key, student] = self._append(
            {"key": key, "student": student, "outcome": outcome.to_json()}
        )

    def mark_written(self, key: str, student: str) -> None:
        """Remember that the gradebook has it."""
        self._append({"key": key, "student": student})
        self.written.add((key, student))

    def outcome(self, key: str, student: str) -> Outcome | None:
        """The outcome of a key, if an earlier batch got so far."""
        place = self.places.get((key, student))
        if place is None:
            return None
        with self.path.open("rb") as file:
            file.seek(place)
            return Outcome.from_json(json.loads(file.readline())["outcome"])
