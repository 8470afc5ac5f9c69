"""The term's secret: made once, closed to others, the same for every regrade, another for each set and term."""

import os
import re

import pytest

from course_lib.grading import commands, seeds
from course_lib.grading.notebooks import GradingError


@pytest.fixture(autouse=True)
def no_seed_from_outside(monkeypatch):
    monkeypatch.delenv("COURSE_GRADING_SEED", raising=False)
    monkeypatch.delenv("COURSE_TERM", raising=False)


def test_the_secret_is_made_when_first_needed_and_stays(capsys):
    assert seeds.read() is None
    first = seeds.seed_for("ps01")
    assert str(seeds.seed_file()) in capsys.readouterr().out
    secret = seeds.read()
    assert re.fullmatch("[0-9a-f]{64}", secret)
    assert seeds.seed_for("ps01") == first
    assert capsys.readouterr().out == ""
    assert seeds.read() == secret


def test_each_set_and_each_term_has_a_seed_of_its_own_which_does_not_hold_the_secret(monkeypatch, capsys):
    found = [seeds.seed_for("ps01"), seeds.seed_for("ps02")]
    secret = seeds.read()
    monkeypatch.setenv("COURSE_TERM", "spring-2027")
    found.append(seeds.seed_for("ps01"))
    assert len(set(found)) == 3
    assert not any(secret in seed for seed in found)
    monkeypatch.delenv("COURSE_TERM")
    assert seeds.seed_for("ps01") == found[0]


def test_a_secret_is_never_made_anew(tmp_path, capsys):
    assert commands.seed("autumn") == 0
    secret = seeds.read("autumn")
    with pytest.raises(GradingError, match="is there already"):
        commands.seed("autumn")
    assert seeds.read("autumn") == secret
    assert secret not in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="files have no such permissions here")
def test_only_its_owner_can_read_the_secret_and_an_open_one_is_refused():
    path = seeds.make()
    assert path.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604):
        path.chmod(mode)
        with pytest.raises(GradingError, match="can be read by others: type chmod 600"):
            seeds.seed_for("ps01")


def test_the_environment_replaces_the_file_and_makes_none(monkeypatch):
    monkeypatch.setenv("COURSE_GRADING_SEED", "given")
    assert seeds.seed_for("ps01") == "given"
    assert not seeds.seed_file().exists()


@pytest.mark.parametrize("term", ["../other", "a b", "a/b", "."])
def test_a_term_is_a_plain_word(term):
    with pytest.raises(GradingError, match="use letters, digits"):
        seeds.seed_file(term)
