"""Shuffling, balanced subsets and splits, as properties of any labels and seed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data.catalog import CATALOG
from course_lib.data.splits import balanced, by_name, identical, shuffled, stratified_part

label_arrays = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)
seeds = st.integers(0, 2**32)


@given(st.integers(0, 200), seeds)
def test_shuffled_is_a_permutation_that_the_seed_decides(count, seed):
    order = shuffled(count, seed)
    assert sorted(order) == list(range(count))
    assert np.array_equal(order, shuffled(count, seed))


def test_shuffled_order_is_the_same_on_every_machine_and_version():
    assert shuffled(8, 0).tolist() == [3, 2, 1, 6, 0, 7, 4, 5]


def test_another_seed_gives_another_order():
    assert not np.array_equal(shuffled(100, 0), shuffled(100, 1))


@given(label_arrays, seeds, st.data())
def test_balanced_subset_has_classes_even_until_one_runs_out(labels, seed, data):
    limit = data.draw(st.integers(1, len(labels)))
    rows = balanced(labels, limit, seed)
    assert len(rows) == len(set(rows.tolist())) == limit
    have, taken = np.bincount(labels, minlength=5), np.bincount(labels[rows], minlength=5)
    unexhausted = taken[taken < have]
    if len(unexhausted):
        assert taken.max() <= unexhausted.min() + 1


@given(label_arrays, seeds, st.data())
def test_smaller_balanced_subset_is_part_of_a_larger_one(labels, seed, data):
    large = data.draw(st.integers(1, len(labels)))
    small = data.draw(st.integers(1, large))
    assert set(balanced(labels, small, seed)) <= set(balanced(labels, large, seed))


@given(label_arrays, seeds)
def test_no_limit_returns_every_index_in_shuffled_order(labels, seed):
    assert np.array_equal(balanced(labels, None, seed), shuffled(len(labels), seed))


def test_balanced_subset_is_not_sorted_by_class():
    labels = np.repeat(np.arange(5), 40)
    drawn = labels[balanced(labels, 100, 0)]
    assert np.abs(np.diff(drawn)).sum() > 80


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_identical_points_to_the_first_image_with_the_same_bytes(values):
    images = np.array(values, dtype=np.uint8).reshape(-1, 1, 1, 1)
    assert identical(images).tolist() == [values.index(value) for value in values]


@given(label_arrays, seeds, st.data())
def test_part_takes_each_class_in_proportion(labels, seed, data):
    count = data.draw(st.integers(0, len(labels)))
    chosen = stratified_part(labels, np.arange(len(labels)), shuffled(len(labels), seed), count)
    assert chosen.sum() == count
    share = np.bincount(labels) * count / len(labels)
    assert np.all(np.abs(np.bincount(labels[chosen], minlength=len(share)) - share) < 1)


@given(label_arrays, seeds, st.data())
def test_part_never_tears_a_group(labels, seed, data):
    groups = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(labels), max_size=len(labels))))
    count = data.draw(st.integers(0, len(labels)))
    chosen = stratified_part(labels, groups, shuffled(len(labels), seed), count)
    assert chosen.sum() <= count
    assert all(len(set(chosen[groups == group])) == 1 for group in np.unique(groups))


def test_split_by_name_does_not_depend_on_the_order_of_the_files(flowers):
    labels = np.arange(60) % 5
    names = [f"{index:02}.jpg" for index in range(60)]
    split = dict(zip(names, by_name(flowers.spec, labels, names), strict=True))
    order = shuffled(60, 3)
    again = by_name(flowers.spec, labels[order], [names[row] for row in order])
    assert all(split[names[row]] == part for row, part in zip(order, again, strict=True))


def test_split_by_name_has_the_sizes_of_the_catalog_and_keeps_copies_together(flowers):
    labels = np.arange(60) % 5
    split = by_name(flowers.spec, labels, [f"{index:02}.jpg" for index in range(60)])
    assert {part: int((split == part).sum()) for part in flowers.spec.splits} == flowers.spec.splits
    assert split[0] == split[2]


@pytest.mark.parametrize("first", ["train", "valid", "test"])
def test_copies_stay_together_wherever_the_first_one_falls(flowers, first):
    labels = np.arange(60) % 5
    names = [f"{index:02}.jpg" for index in range(60)]
    lone = by_name(replace(flowers.spec, duplicates=()), labels, names)
    inside, outside = np.flatnonzero(lone == first), np.flatnonzero(lone != first)
    pair = tuple(f"{flowers.spec.class_names[labels[row]]}/{names[row]}" for row in (inside[0], outside[0]))
    split = by_name(replace(flowers.spec, duplicates=(pair,)), labels, names)
    assert split[inside[0]] == split[outside[0]]


def test_flowers_split_is_75_15_10():
    sizes = CATALOG["flowers"].splits
    assert {split: round(100 * size / 3670) for split, size in sizes.items()} == {
        "train": 75,
        "valid": 15,
        "test": 10,
    }
