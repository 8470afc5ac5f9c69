"""Batches that are stopped: whatever moment it is, nothing is lost and nothing counts twice."""

import json
import random

import pytest

from course_lib.grading import sandbox
from course_lib.grading.checking.report import Report, Result
from course_lib.grading.judge.judging import Outcome
from course_lib.grading.marking import batch, journal
from course_lib.grading.marking.engine import Engine, filled_in
from course_lib.grading.marking.journal import Journal


def outcome(points: float) -> Outcome:
    results = (
        Result("doubles three", 1, min(points, 1)),
        Result("doubles a secret number", 2, max(points - 1, 0), True),
    )
    return Outcome({"double": Report("double", 3, results)}, seconds=points)


def test_a_journal_cut_at_any_byte_keeps_all_whole_lines(tmp_path):
    whole = Journal(tmp_path / "whole.jsonl", resume=False)
    for number in range(3):
        whole.keep(f"key {number}", f"student {number}", outcome(number))
    whole.mark_written("key 0", "student 0")
    data = whole.path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    for cut in [*range(0, len(data), 37), *ends, *(end - 1 for end in ends)]:
        (tmp_path / "cut.jsonl").write_bytes(data[:cut])
        found = Journal(tmp_path / "cut.jsonl", resume=True)
        lines = sum(end <= cut for end in ends)
        assert len(found.places) == min(lines, 3)
        for number in range(min(lines, 3)):
            assert found.outcome(f"key {number}", f"student {number}") == outcome(number)
        found.keep("new", "student", outcome(3))  # what is added next is whole again
        assert Journal(tmp_path / "cut.jsonl", resume=True).outcome("new", "student") == outcome(3)


def test_a_new_batch_begins_with_an_empty_journal(tmp_path):
    Journal(tmp_path / "j.jsonl", resume=False).keep("key", "student", outcome(1))
    assert Journal(tmp_path / "j.jsonl", resume=False).outcome("key", "student") is None


def test_a_key_depends_on_where_one_part_ends():
    assert journal.key_of([b"ab", b"c"]) != journal.key_of([b"a", b"bc"])


@pytest.fixture
def class_of_four(course, blank, tmp_path):
    """Hand-ins of four students that differ."""
    import nbformat

    handed_in = {}
    for number, name in enumerate(("ada", "bob", "eve", "kim")):
        path = tmp_path / "in" / name / "ps00-double.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(filled_in(blank, {"double": f"def double(x): return {number}"}), path)
        handed_in[name] = path
    return handed_in


def test_a_batch_stopped_at_any_point_and_resumed_gives_every_mark_once(course, class_of_four, monkeypatch):
    graded = []

    def fake(paper, submission):
        number = int("".join(json.loads(submission)["cells"][1]["source"]).rpartition(" ")[2])
        graded.append(number)
        return outcome(number).to_json()

    monkeypatch.setattr(batch, "grade_bytes", fake)
    steps = [(Journal, "keep"), (Journal, "mark_written"), (batch.Writer, "put"), (Engine, "submit")]
    chance = random.Random(0)
    engine = Engine(course)

    def run(resume):
        return batch.run(engine, "ps00-double", class_of_four, seed="s", sandbox=sandbox.NONE, resume=resume)

    for place, name in steps:
        graded.clear()
        left = chance.randrange(4)
        real = getattr(place, name)

        def stops(*args, real=real, place=place, name=name):
            nonlocal left
            left -= 1
            if left < 0:
                monkeypatch.setattr(place, name, real)
                raise KeyboardInterrupt
            return real(*args)

        monkeypatch.setattr(place, name, stops)
        with pytest.raises(KeyboardInterrupt):
            run(resume=False)
        summary = run(resume=True)
        marks = {who: row[0].score for who, row in engine.all_marks("ps00-double").items()}
        assert marks == {"ada": 0, "bob": 1, "eve": 2, "kim": 3}
        assert summary.graded == 4
        assert sorted(set(graded)) == [0, 1, 2, 3]
        assert len(graded) <= 5  # at most the one that was being kept is graded again
