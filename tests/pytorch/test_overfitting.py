"""Families that cost little learn 64 photographs by heart; the others do in benchmarks/one_epoch.py."""

import overfit
import pytest
import torch
from one_epoch import multiply_adds
from overfit import ENOUGH, FORMS, IMAGES, QUICK

from course_lib import architectures


@pytest.fixture(scope="module")
def photographs(course_data):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield overfit.photographs()
    torch.set_num_threads(threads)


def test_each_family_has_a_form_for_small_images():
    assert all(any(name in FORMS for name in table) for table in architectures.TABLES)


@pytest.mark.parametrize("name", QUICK)
def test_those_that_are_tried_here_cost_little(name):
    assert multiply_adds(name) <= 35e6


@pytest.mark.parametrize("name", QUICK)
def test_it_learns_64_photographs_by_heart(photographs, name):
    found = overfit.overfit(name, *photographs)
    assert found.accuracy >= ENOUGH


def test_labels_that_change_are_not_learned(photographs):
    """So the accuracy is that of predictions made before each step, and none is seen twice in an epoch."""
    images, labels = photographs

    class Changing:
        def __getitem__(self, part):
            return torch.randint(10, (len(part),))

    assert overfit.overfit("bn_mlp", images, Changing()).accuracy < 0.4
    assert len(images) == len(labels) == IMAGES
