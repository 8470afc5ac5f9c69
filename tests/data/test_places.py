"""Where data is looked for, and in which order."""

import sys
from pathlib import Path

import pytest

from course_lib import data
from course_lib.data.places import cache_folder, data_folder, locate


def touch(folder, spec, packed=False):
    paths = [folder / f"{spec.name}.npz"] if packed else []
    paths = paths or [folder / spec.name / download.file_name for download in spec.downloads]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "class"))
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


@pytest.mark.parametrize(
    ("platform", "below_home"),
    [
        ("linux", ".cache/course_lib"),
        ("darwin", "Library/Caches/course_lib"),
        ("win32", "AppData/Local/course_lib"),
    ],
)
def test_cache_lies_where_the_operating_system_wants_it(platform, below_home, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA")
    assert cache_folder() == Path.home() / below_home


def test_environment_moves_the_cache(monkeypatch, tmp_path):
    for platform, variable in (("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv(variable, str(tmp_path / platform))
        assert cache_folder() == tmp_path / platform / "course_lib"


def test_nothing_anywhere_is_none(folder):
    assert locate(data.CATALOG["cifar10"]) is None


def test_course_data_goes_before_the_cache(folder):
    spec = data.CATALOG["cifar10"]
    touch(cache_folder(), spec)
    assert locate(spec).path == cache_folder() / "cifar10"
    touch(folder, spec, packed=True)
    assert locate(spec).path == folder / "cifar10.npz"
    assert locate(spec).packed


def test_published_files_go_before_a_packed_copy_in_the_same_folder(folder):
    spec = data.CATALOG["cifar10"]
    touch(folder, spec, packed=True)
    touch(folder, spec)
    assert locate(spec).path == folder / "cifar10"
    assert not locate(spec).packed


def test_a_set_that_lacks_a_file_is_not_there(folder):
    spec = data.CATALOG["fashion_mnist"]
    touch(folder, spec)
    (folder / "fashion_mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    assert locate(spec) is None


def test_course_data_that_is_no_folder_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "missing"))
    with pytest.raises(data.DataError, match=r"COURSE_DATA names '.*missing', which is no folder"):
        data.load("cifar10")


def test_course_data_may_start_with_a_tilde(monkeypatch, home):
    (home / "class").mkdir(parents=True)
    monkeypatch.setenv("COURSE_DATA", "~/class")
    assert data_folder() == home / "class"
