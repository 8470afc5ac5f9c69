"""Weights go from one PyTorch model to another by order; what does not fit is refused before anything is copied."""

import subprocess
import sys
from itertools import pairwise

import pytest
import torch
from torch import nn

from course_lib.twins import copy_state


def make(*sizes, seed):
    torch.manual_seed(seed)
    return nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b)) for a, b in pairwise(sizes)))


class Renamed(nn.Module):
    def __init__(self, *sizes, seed):
        super().__init__()
        layers = [layer for block in make(*sizes, seed=seed) for layer in block]
        self.first, self.first_norm, self.second, self.second_norm = layers

    def forward(self, x):
        return self.second_norm(self.second(self.first_norm(self.first(x))))


def test_a_model_with_other_names_computes_the_same_after_it():
    source, target = make(3, 4, 5, seed=0), Renamed(3, 4, 5, seed=1)
    x = torch.randn(8, 3)
    source(x)  # moves the running statistics and counts the batch
    copy_state(source, target)
    torch.testing.assert_close(target.eval()(x), source.eval()(x))
    assert target.first_norm.num_batches_tracked == 1


def test_the_source_stays_its_own():
    source, target = make(3, 4, 5, seed=0), Renamed(3, 4, 5, seed=1)
    copy_state(source, target)
    before = source[0][0].weight.clone()
    nn.init.zeros_(target.first.weight)
    assert torch.equal(source[0][0].weight, before)


def assert_refused(source, target, message):
    before = {name: tensor.clone() for name, tensor in target.state_dict().items()}
    with pytest.raises(ValueError, match=message):
        copy_state(source, target)
    for name, tensor in target.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_another_shape_is_refused_and_nothing_is_copied():
    message = r"1\.0\.weight \(5, 4\) of the source meets 1\.0\.weight \(6, 4\) of the target"
    assert_refused(make(3, 4, 5, seed=0), make(3, 4, 6, seed=1), message)


def test_another_order_is_refused_also_where_shapes_fit():
    source = nn.Sequential(nn.BatchNorm1d(4, affine=False))
    target = nn.Sequential(nn.BatchNorm1d(4, track_running_stats=False))
    message = r"0\.running_mean \(4,\) of the source meets 0\.weight \(4,\)"
    assert_refused(source, target, message)


def test_further_layers_are_refused():
    source, target = make(3, 4, 5, seed=0), make(3, 4, 5, 6, seed=1)
    assert_refused(source, target, "the source has 14 tensors and the target 21")
    assert_refused(target, source, "the source has 21 tensors and the target 14")


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match=r"two torch\.nn\.Module, got dict and Linear"):
        copy_state({}, nn.Linear(1, 1))


def test_it_needs_no_keras():
    code = "import sys; from course_lib.twins import copy_state; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
