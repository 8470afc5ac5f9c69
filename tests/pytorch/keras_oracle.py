"""What the tests of models that only keras.applications has share: build its model, carry weights, look inside."""

from unittest import mock

import keras
import numpy as np
import torch
from parity import randomize
from torch import Tensor, nn

from course_lib.twins import copy_weights


def short_loops(module, turns: int):
    """A context in which every `for … in range(…)` of a module of Keras makes at most so many turns.

    keras.applications builds its models by loops of fixed length. Cut short, the same code builds a model that
    can be run in seconds; the full one is for the nightly comparison.
    """
    return mock.patch.object(module, "range", lambda *bounds: range(*bounds)[:turns], create=True)


def build_oracle(make, size: int) -> keras.Model:
    """A model of keras.applications for 10 classes, without pretrained weights and without softmax."""
    return make(weights=None, input_shape=(size, size, 3), classes=10, classifier_activation=None)


def share_weights(model: nn.Module, oracle: keras.Model) -> None:
    """Give both the same random weights, norms' statistics and scales."""
    copy_weights(randomize(model), oracle)


def layers_of(oracle: keras.Model, kind: str) -> list[keras.Layer]:
    """The layers of a class, given by its name."""
    return [layer for layer in oracle.layers if type(layer).__name__ == kind]


def outputs_of(oracle: keras.Model, layers: list[keras.Layer], x: Tensor) -> list[Tensor]:
    """What some layers give for images (N, C, H, W), with the channels second, in evaluation mode."""
    view = keras.Model(oracle.input, [layer.output for layer in layers])
    found = view(x.permute(0, 2, 3, 1).numpy(), training=False)
    tensors = [torch.from_numpy(np.array(array)) for array in found]
    return [tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor for tensor in tensors]


def assert_norms_agree(model: nn.Module, oracle: keras.Model) -> None:
    """Every batch norm has the same epsilon, and momenta that mean the same: PyTorch's is 1 minus Keras's."""
    ours = {
        (norm.eps, round(norm.momentum, 6)) for norm in model.modules() if isinstance(norm, nn.BatchNorm2d)
    }
    norms = layers_of(oracle, "BatchNormalization")
    assert ours == {(norm.epsilon, round(1 - norm.momentum, 6)) for norm in norms}


def keras_total(model: nn.Module) -> int:
    """The total that Keras prints: parameters and running means and variances."""
    state = model.state_dict().items()
    return sum(tensor.numel() for name, tensor in state if not name.endswith("num_batches_tracked"))


def shrink_epsilon(model: nn.Module) -> None:
    """PyTorch's default for batch norm, 0.00001, where these models have 0.001."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-5
