"""The catalog's rows agree with themselves."""

import dataclasses

import pytest

from course_lib.data.catalog import CATALOG, names

ROWS = pytest.mark.parametrize("spec", CATALOG.values(), ids=CATALOG)


def test_names_are_those_of_the_rows():
    assert names() == ("digits", "shapes", "fashion_mnist", "cifar10", "flowers")
    assert all(name == spec.name for name, spec in CATALOG.items())


@ROWS
def test_every_set_has_train_and_test_and_distinct_class_names(spec):
    assert {"train", "test"} <= set(spec.splits)
    assert len(set(spec.class_names)) == len(spec.class_names)
    assert spec.license
    assert spec.home


@ROWS
def test_every_download_has_an_address_over_https_first_a_size_and_a_sha256(spec):
    for row in spec.downloads:
        assert row.urls[0].startswith("https://")
        assert all(url.endswith(row.file_name) for url in row.urls)
        assert row.size > 1000
        for digest in filter(None, (row.sha256, row.content_sha256)):
            assert len(bytes.fromhex(digest)) == 32


def test_rows_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        CATALOG["digits"].title = "other"


def test_download_sizes_are_those_of_the_publishers():
    sizes = {name: spec.download_size for name, spec in CATALOG.items()}
    assert sizes == {
        "digits": 0,
        "shapes": 0,
        "fashion_mnist": 30_878_645,
        "cifar10": 170_052_171,
        "flowers": 228_813_984,
    }
