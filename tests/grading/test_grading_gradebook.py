"""Backups and deletion on request, against a real gradebook in SQLite and in PostgreSQL."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import term_course
from nbgrader.api import Gradebook
from sqlalchemy import create_engine
from term_course import SET

from course_lib.grading import term
from course_lib.grading.notebooks import GradingError
from course_lib.grading.term import gradebook as books
from course_lib.grading.term import term_commands


@pytest.fixture
def root(tmp_path):
    """A course folder with a class in SQLite, and files of all kinds about two students."""
    build = tmp_path / books.BUILD
    for student in ("ada", "grace"):
        for step in ("submitted", "autograded", "feedback"):
            place = build / step / student / SET
            place.mkdir(parents=True)
            (place / f"{SET}.ipynb").write_text(f"by {student}")
        (build / "outcomes" / SET).mkdir(parents=True, exist_ok=True)
        (build / "outcomes" / SET / f"{student}.json").write_text("{}")
        (tmp_path / "handed-in" / student).mkdir(parents=True)
    lines = [
        {"student": "ada", "score": 1},
        {"student": "grace"},
        {"done": ["grace", "ada"]},
        {"note": "adamant"},
    ]
    (build / "journal.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines) + '{"student": "ada", "sc'
    )
    (build / f"similar-{SET}.html").write_text("ada and grace")
    (tmp_path / "solutions").mkdir()
    term_course.new_gradebook(books.database_url(tmp_path))
    return tmp_path


def saved(root):
    return books.backup(books.database_url(root), root / books.BACKUPS)


def scores(path):
    with Gradebook(f"sqlite:///{path}", books.COURSE) as gradebook:
        return {row.student.id: row.score for row in gradebook.assignment_submissions(SET)}


# ---- backups


def test_a_backup_is_a_gradebook_and_keeps_what_was_overwritten(root):
    path = saved(root)
    with books.opened(root) as gradebook:
        gradebook.find_grade("test-double", SET, SET, "ada").manual_score = 0
        gradebook.db.commit()
    assert scores(path) == {"ada": 6, "grace": 5, "emmy": 4}
    assert scores(root / books.BUILD / "gradebook.db")["ada"] == 2


def test_a_backup_made_while_somebody_writes_is_whole(root):
    source = root / books.BUILD / "gradebook.db"
    stop = threading.Event()

    def write():
        while not stop.is_set():
            with sqlite3.connect(source, timeout=20) as database:
                database.execute("UPDATE grade SET auto_score = auto_score + 1")
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [saved(root) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    for path in paths:
        found = scores(path)
        assert found["ada"] - found["grace"] == found["grace"] - found["emmy"] == 1  # all of one moment


def test_only_the_latest_backups_are_kept(root):
    made = [books.backup(books.database_url(root), root / "b", keep=3) for _ in range(5)]
    assert books.backups(root / "b") == made[2:]


def test_there_is_nothing_to_back_up_before_the_first_batch(tmp_path):
    assert saved(tmp_path) is None
    with pytest.raises(GradingError, match="no gradebook yet"), books.opened(tmp_path):
        pass
    assert not (tmp_path / books.BUILD / "gradebook.db").exists()


def test_postgresql_is_dumped_and_can_be_restored(root):
    if term_course.program("initdb") is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL's server is not installed on this machine")
    with term_course.postgres_server() as url:
        (root / term.FILE).write_text(f'[gradebook]\nurl = "{url}"\n')
        term_course.new_gradebook(books.database_url(root))
        dump = saved(root)
        term_course.empty_database(url)
        place = url.split("host=")[1]
        command = [term_course.program("pg_restore"), "-h", place, "-U", "teacher", "-d", "grades", str(dump)]
        subprocess.run(command, check=True, capture_output=True)
        with books.opened(root) as gradebook:
            assert gradebook.find_submission(SET, "ada").score == 6
        found = books.traces(root, "ada")
        assert (found.in_gradebook, found.dumps) == (True, [dump])
        books.forget(root, found)
        with books.opened(root) as gradebook:
            assert {student.id for student in gradebook.students} == {"emmy", "grace"}
        assert not dump.exists()


def test_a_dump_without_pg_dump_or_without_a_server_says_so(tmp_path, monkeypatch):
    url = f"postgresql+psycopg://teacher:secret@/grades?host={tmp_path}"
    if term_course.program("pg_dump"):
        with pytest.raises(GradingError, match="pg_dump could not back up the gradebook") as failed:
            books.backup(url, tmp_path / "b")
        assert "secret" not in str(failed.value)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(GradingError, match="install the package postgresql-client"):
        books.backup(url, tmp_path / "b")
    with pytest.raises(GradingError, match="cannot back up a gradebook in mysql"):
        books.backup("mysql://x/y", tmp_path / "b")
    assert list((tmp_path / "b").iterdir()) == []


# ---- deletion


def everything(root):
    """All that the course folder holds, as one string of bytes."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return b"".join(str(path.relative_to(root)).encode() + path.read_bytes() for path in files)


def test_deletion_leaves_no_byte_of_the_student_and_all_of_the_others(root, capsys):
    with books.opened(root) as gradebook:  # a long comment fills pages that would lie free later
        term_course.score(gradebook, "ada", 4, comment="Well done, Miss Lovelace. " * 2000)
    backups = [saved(root), saved(root)]
    assert b"Lovelace" in everything(root)
    asked = []

    def answer(question):
        asked.append(question)
        return "ada"

    assert term_commands.forget("ada", submissions=root / "handed-in", root=root, ask=answer) == 0
    assert "Type the name ada" in asked[0]
    told = capsys.readouterr().out
    parts = (
        "with submissions of ps00-double",
        "feedback/ada",
        "journal.jsonl",
        "backups/gradebook-",
        "handed-in/ada",
    )
    for part in parts:
        assert part in told
    left = everything(root)
    for path in [*backups, root / books.BUILD / "gradebook.db"]:
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    for trace in (b"Lovelace", b"ada@uni.example", b"/ada", b'"ada"', b"by ada"):
        assert trace not in left
    assert scores(backups[0]) == scores(root / books.BUILD / "gradebook.db") == {"grace": 5, "emmy": 4}
    assert (root / books.BUILD / "feedback" / "grace" / SET / f"{SET}.ipynb").is_file()
    assert (root / books.BUILD / "journal.jsonl").read_text() == '{"student": "grace"}\n{"note": "adamant"}\n'


def test_nothing_is_deleted_without_the_name_typed(root, capsys):
    before = everything(root)
    assert term_commands.forget("ada", root=root, ask=lambda question: "yes") == 1
    assert "Nothing was deleted" in capsys.readouterr().err
    assert everything(root) == before


def test_yes_asks_nothing(root, capsys):
    assert term_commands.forget("grace", yes=True, root=root, ask=None) == 0
    with books.opened(root) as gradebook:
        assert {student.id for student in gradebook.students} == {"ada", "emmy"}


def test_an_unknown_student_is_said_to_be_unknown(root, capsys):
    (root / books.BUILD / f"similar-{SET}.html").unlink()
    assert term_commands.forget("noether", yes=True, root=root) == 1


@pytest.mark.parametrize("name", ["", "..", "ada/..", "../../solutions"])
def test_a_path_is_no_students_name(root, name):
    with pytest.raises(GradingError, match="is no student's name"):
        books.traces(root, name)


@pytest.mark.parametrize("name", ["*", "a[d]a", "ad?"])
def test_a_pattern_reaches_nobodys_files(root, name):
    (root / books.BUILD / f"similar-{SET}.html").unlink()
    assert books.traces(root, name).lines(root) == []


def test_a_student_called_like_a_folder_is_no_reason_to_delete_it(root):
    assert all(path.name != "feedback" for path in books.traces(root, "feedback").paths)


def test_the_rules_are_left_to_a_person(root, capsys):
    (root / term.FILE).write_text(f'[groups.{SET}]\npair = ["ada", "grace"]\n')
    assert term_commands.forget("ada", yes=True, root=root) == 0
    assert "solutions/term.toml names ada: edit it by hand" in capsys.readouterr().err


# ---- one transaction


def written(url: str) -> list[str]:
    with Gradebook(url, books.COURSE) as gradebook:
        return sorted(student.id for student in gradebook.students)


def test_what_fails_in_the_middle_leaves_no_trace_in_the_gradebook(root):
    url = books.database_url(root)
    before = written(url)
    database = create_engine(url)
    try:
        with contextlib.suppress(KeyboardInterrupt), books.one_transaction(database):
            with Gradebook(url, books.COURSE) as gradebook:
                gradebook.update_or_create_student("katherine")
            assert "katherine" in written(url)  # the next step sees it
            raise KeyboardInterrupt
        assert written(url) == before
        with books.one_transaction(database), Gradebook(url, books.COURSE) as gradebook:
            gradebook.update_or_create_student("katherine")
        assert written(url) == sorted([*before, "katherine"])
    finally:
        database.dispose()


def test_a_new_gradebook_notes_the_version_that_nbgrader_would_ask_a_program_for():
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    asked = "import nbgrader.api; print(nbgrader.api.get_alembic_version())"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"PATH": programs},
        capture_output=True,
        text=True,
        check=True,
    )
    assert books.tables_version() == done.stdout.strip() != ""
