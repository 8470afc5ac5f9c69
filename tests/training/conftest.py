import numpy as np
import pytest
import torch
from torch import nn

from course_lib.data import Dataset


@pytest.fixture(autouse=True)
def one_thread():
    """Keep tests that run side by side from waiting for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_dataset():
    """A maker of noise images with one bright quadrant, which is the class: learned in a few steps."""

    def make(count=96, classes=4, size=4, channels=3, seed=0):
        rng = np.random.default_rng(seed)
        labels = np.arange(count) % classes
        images = rng.integers(0, 120, (count, size, size, channels), dtype=np.uint8)
        half = size // 2
        for image, label in zip(images, labels, strict=True):
            row, column = divmod(int(label) % 4, 2)
            image[half * row : half * (row + 1), half * column : half * (column + 1)] += 100
        names = tuple(f"class {i}" for i in range(classes))
        return Dataset("stand-in", "train", "Stand-in", images, labels.astype(np.int64), names)

    return make


@pytest.fixture
def make_model():
    """A maker of small networks for images 3x4x4 and four classes, with the same weights each time."""

    def make(norm=False, dropout=0.0, seed=0):
        torch.manual_seed(seed)
        norms = [nn.BatchNorm1d(16)] if norm else []
        layers = [nn.Flatten(), nn.Linear(48, 16), *norms, nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 4)]
        return nn.Sequential(*layers)

    return make


@pytest.fixture
def train(make_dataset):
    return make_dataset()


@pytest.fixture
def valid(make_dataset):
    return make_dataset(48, seed=1)
