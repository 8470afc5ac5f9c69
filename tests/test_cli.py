"""The `course` command answers quickly, says what went wrong and never shows a traceback to its user."""

import pytest

from course_lib import cli


def test_help_names_every_verb(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    listed = capsys.readouterr().out
    assert all(
        f"\n    {verb} " in listed
        for verb in ("data", "models", "run", "runs", "check", "grade", "release", "bank")
    )


def test_unknown_experiment_is_one_line_with_a_suggestion(capsys):
    assert cli.main(["run", "first-cn"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("course: ")
    assert "first-cnn" in said
    assert "Traceback" not in said


def test_missing_verb_is_wrong_usage():
    with pytest.raises(SystemExit) as stopped:
        cli.main([])
    assert stopped.value.code == 2


def test_an_interrupt_ends_quietly(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("course_lib.recording.run", interrupted)
    assert cli.main(["run", "first-cnn"]) == 130
    assert capsys.readouterr().err == "course: stopped on request\n"


def test_a_programming_error_is_not_hidden(monkeypatch):
    def broken(*_, **__):
        raise TypeError("a defect")

    monkeypatch.setattr("course_lib.recording.list_runs", broken)
    with pytest.raises(TypeError):
        cli.main(["runs"])
