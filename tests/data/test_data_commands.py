"""`course data`: plain text, exit codes, and one bad set does not stop the others."""

import numpy as np
import pytest

from course_lib import data
from course_lib.data import commands
from course_lib.data.catalog import CATALOG


def test_list_says_of_every_set_whether_it_is_here(capsys):
    assert commands.list_sets() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "splits", "images", "license", "offline", "where"]
    rows = {line.split()[0]: line for line in lines[1:]}
    assert tuple(rows) == data.names()
    assert "yes      comes with the installation" in rows["digits"]
    assert "train 50,000, test 10,000" in rows["cifar10"]
    assert rows["cifar10"].endswith("no       to download, 170 MB")


def test_list_says_where_a_set_lies(cifar, tmp_path, monkeypatch, capsys):
    cifar.put(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    commands.list_sets()
    assert f"yes      {tmp_path / 'cifar10'}" in capsys.readouterr().out


def test_fetch_downloads_and_tells_where(cifar, capsys):
    assert commands.fetch(["digits", "cifar10"]) == 0
    out = capsys.readouterr().out
    assert "digits: comes with the installation" in out
    assert "cifar10: at " in out
    assert commands.verify(["cifar10"]) == 0
    assert "cifar10: CIFAR-10, 60 images, files as published" in capsys.readouterr().out


def test_unknown_set_fails_but_the_others_are_done(cifar, capsys):
    assert commands.fetch(["cifer10", "cifar10"]) == 1
    said = capsys.readouterr()
    assert "course: cifer10: no data set is called 'cifer10': did you mean cifar10?" in said.err
    assert "cifar10: at " in said.out


def test_verify_compares_embedded_sets_with_the_catalog(capsys):
    assert commands.verify(["digits"]) == 0
    assert capsys.readouterr().out == "digits: Digits, 1,797 images, content as in the catalog\n"


def test_verify_finds_content_that_differs_from_the_catalog(fashion, tmp_path, monkeypatch, capsys):
    fashion.put(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    fashion.spec.fingerprints.update(dict.fromkeys(fashion.spec.splits, "0" * 16))
    assert commands.verify(["fashion_mnist"]) == 1
    assert "split 'train' has fingerprint" in capsys.readouterr().err


def test_verify_does_not_download(capsys):
    assert commands.verify(["cifar10"]) == 1
    assert "not on this machine; run `course data fetch cifar10`" in capsys.readouterr().err


def test_verify_finds_a_changed_archive_of_the_right_size(cifar, tmp_path, monkeypatch, capsys):
    cifar.put(tmp_path)
    path = next((tmp_path / "cifar10").iterdir())
    content = bytearray(path.read_bytes())
    content[4] ^= 1  # The time in the gzip header: the content stays the same.
    path.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert commands.verify(["cifar10"]) == 1
    assert f"expected {cifar.spec.downloads[0].sha256}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("quality", "verdict"),
    [
        (None, "CIFAR-10, 60 images, sound; an exact copy by its own account"),
        (70, "CIFAR-10 (JPEG q70), 60 images, sound; a lossy copy, to which no published checksum applies"),
    ],
)
def test_packed_copy_serves_a_machine_without_internet(
    cifar, tmp_path, monkeypatch, capsys, quality, verdict
):
    assert commands.pack(["cifar10", "digits"], tmp_path / "class", quality) == 0
    said = capsys.readouterr().out
    assert f"cifar10: {tmp_path / 'class' / 'cifar10.npz'}" in said
    assert "digits: comes with the installation, nothing to pack" in said
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "class"))
    assert commands.verify(["cifar10"]) == 0
    assert verdict in capsys.readouterr().out


def test_verify_decodes_every_image_of_a_packed_copy(cifar, tmp_path, monkeypatch, capsys):
    commands.pack(["cifar10"], tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    path = tmp_path / "cifar10.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["body"][-40:] = 0
    np.savez(path, **arrays)
    assert commands.verify(["cifar10"]) == 1
    assert "of 10 in" in capsys.readouterr().err


@pytest.mark.parametrize("quality", [0, 96, -5])
def test_pack_refuses_a_quality_out_of_range(quality, tmp_path):
    with pytest.raises(ValueError, match=f"quality must lie between 1 and 95.* got {quality}"):
        commands.pack(["cifar10"], tmp_path, quality)


def test_broken_course_data_is_told(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "/no/such/folder")
    assert commands.fetch(["cifar10"]) == 1
    assert "COURSE_DATA names '/no/such/folder'" in capsys.readouterr().err


def test_stand_ins_leave_the_catalog_alone():
    assert CATALOG["cifar10"].splits == {"train": 50_000, "test": 10_000}
