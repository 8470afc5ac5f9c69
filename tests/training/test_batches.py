import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from course_lib.training.batches import Batches
from course_lib.training.normalization import Normalization, measure_normalization

CPU = torch.device("cpu")
IMAGES = arrays(np.uint8, array_shapes(min_dims=4, max_dims=4, max_side=5))


@given(IMAGES)
def test_normalization_is_mean_and_deviation_of_each_channel(images):
    measured = measure_normalization(images)
    scaled = images.astype(np.float64) / 255
    std = scaled.std(axis=(0, 1, 2))
    np.testing.assert_allclose(measured.mean, scaled.mean(axis=(0, 1, 2)), atol=1e-12)
    constant = np.ptp(images, axis=(0, 1, 2)) == 0
    np.testing.assert_allclose(np.array(measured.std)[~constant], std[~constant], atol=1e-12)
    assert all(np.array(measured.std)[constant] == 1)


def test_batches_are_the_images_normalized_with_channels_first(train):
    measured = measure_normalization(train.images)
    index = torch.tensor([5, 0, 5])
    expected = (train.images[index.numpy()] / 255 - measured.mean) / measured.std
    batches = Batches(train, measured, CPU)
    pixels, labels = next(batches.load([index]))
    images = batches.images(pixels)
    assert labels.tolist() == train.labels[[5, 0, 5]].tolist()
    assert images.shape == (3, 3, 4, 4)
    assert images.dtype == torch.float32
    np.testing.assert_allclose(images.numpy(), expected.transpose(0, 3, 1, 2), atol=1e-5)


def test_batches_come_in_channels_last_format_without_a_copy(train):
    batches = Batches(train, measure_normalization(train.images), CPU)
    images = batches.images(batches.pixels[:8])
    assert images.is_contiguous(memory_format=torch.channels_last)


def test_the_whole_training_set_has_mean_zero_and_deviation_one(train):
    batches = Batches(train, measure_normalization(train.images), CPU)
    images = batches.images(batches.pixels)
    std, mean = torch.std_mean(images, dim=(0, 2, 3), correction=0)
    torch.testing.assert_close(mean, torch.zeros(3), atol=1e-6, rtol=0)
    torch.testing.assert_close(std, torch.ones(3), atol=1e-5, rtol=0)


@given(count=st.integers(1, 60), batch_size=st.integers(1, 20), shuffled=st.booleans())
def test_cutting_uses_every_example_once(count, batch_size, shuffled):
    batches = Batches.__new__(Batches)
    batches.pixels, batches.labels = torch.zeros(count, 1, 1, 1, dtype=torch.uint8), torch.zeros(count)
    parts = batches.cut(batch_size, torch.Generator().manual_seed(0) if shuffled else None)
    sizes = [len(part) for part in parts]
    assert sorted(torch.cat(parts).tolist()) == list(range(count))
    assert all(size == batch_size for size in sizes[:-2])
    assert max(sizes) <= batch_size + 1
    assert batch_size == 1 or count == 1 or min(sizes) > 1


def test_shuffling_differs_from_epoch_to_epoch_and_repeats_with_the_seed(train):
    batches = Batches(train, measure_normalization(train.images), CPU)
    first, second = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    one, two = torch.cat(batches.cut(16, first)), torch.cat(batches.cut(16, first))
    assert not torch.equal(one, two)
    assert torch.equal(one, torch.cat(batches.cut(16, second)))


def test_images_with_other_channels_than_in_training_are_refused(train):
    grey = dataclasses.replace(train, images=train.images[..., :1].copy())
    with pytest.raises(ValueError, match="the images must have 3 channels, as in training, got 1"):
        Batches(grey, Normalization((0.5,) * 3, (0.2,) * 3), CPU)
