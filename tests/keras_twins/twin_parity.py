"""What the tests of the twins share: the same weights and input, channels where each framework has them."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import Tensor, nn

from course_lib import twins


def channels_last(tensor: Tensor) -> np.ndarray:
    """(N, C, H, W) to (N, H, W, C); (N, C) as it is."""
    array = tensor.detach().numpy()
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array


def channels_second(array) -> Tensor:
    """(N, H, W, C) to (N, C, H, W); (N, C) as it is."""
    tensor = torch.from_numpy(np.array(array))
    return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


def double_images(count: int, size: int, channels: int) -> Tensor:
    """The same noise each time, (count, channels, size, size), in float64."""
    noise = torch.Generator().manual_seed(1)
    return torch.randn(count, channels, size, size, generator=noise, dtype=torch.float64)


@torch.no_grad()
def randomize(model: nn.Module) -> nn.Module:
    """Draw norms' statistics and scales away from 0 and 1, and weights that keep signals alive; float64, eval mode."""
    generator = torch.Generator().manual_seed(0)
    for module in model.double().modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.normal_(0, (2 / module.weight[0].numel()) ** 0.5, generator=generator)
            if module.bias is not None:
                module.bias.normal_(0, 0.3, generator=generator)
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            for tensor in (module.weight, module.running_var):
                tensor.uniform_(0.5, 1.5, generator=generator)
            for tensor in (module.bias, module.running_mean):
                tensor.normal_(0, 0.3, generator=generator)
    return model.eval()


def share(model: nn.Module, twin: keras.Model) -> None:
    """Give both the same random weights, batch-norm statistics and scales, in float64."""
    twins.copy_weights(randomize(model), twin)


@torch.no_grad()
def assert_twins_agree(model: nn.Module, twin: keras.Model, x: Tensor) -> None:
    """Compare both, with the same random weights: names, parameters, dropout, every stage, and the whole."""
    share(model, twin)
    assert [layer.name for layer in twin.layers] == [name for name, _ in model.named_children()]
    trainable = sum(parameter.numel() for parameter in model.parameters())
    assert sum(variable.shape.num_elements() for variable in twin.trainable_variables) == trainable
    ours = [layer.p for layer in model.modules() if isinstance(layer, nn.Dropout)]
    theirs = [layer.rate for layer in twin._flatten_layers() if isinstance(layer, keras.layers.Dropout)]
    assert theirs == ours
    first, y = x, channels_last(x)
    for (name, stage), layer in zip(model.named_children(), twin.layers, strict=True):
        x, y = stage(x), layer(y, training=False)
        assert x.std() > 0.05, f"{name}: a stage that maps everything near one value proves nothing"
        assert x.std(0).mean() > 0.01 * x.std(), f"{name}: a stage that ignores its input proves nothing"
        torch.testing.assert_close(
            channels_second(y), x, rtol=1e-8, atol=1e-8 * x.std().item(), msg=partial("{}: {}".format, name)
        )
    torch.testing.assert_close(
        channels_second(twin(channels_last(first), training=False)), channels_second(y)
    )


def assert_training_agrees(model: nn.Module, twin: keras.Model, x: Tensor) -> None:
    """Compare a training step of both: the loss, its gradient in the input and in every weight, running means."""
    share(model, twin)
    pairs = twins._weight_pairs(model, twin)
    learned = [(tensor, variable, axes) for tensor, variable, axes in pairs if variable.trainable]
    assert len(learned) == len([*model.parameters()])

    ours = model.train()(x.requires_grad_())
    factors = torch.linspace(-1, 1, ours.numel(), dtype=torch.float64).view_as(
        ours
    )  # no two numbers count alike
    loss = (ours * factors).square().sum()
    loss.backward()
    inputs = tf.constant(channels_last(x))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = tf.reduce_sum((twin(inputs, training=True) * channels_last(factors)) ** 2)
    found = tape.gradient(theirs, [inputs, *(variable.value for _, variable, _ in learned)])

    np.testing.assert_allclose(theirs.numpy(), loss.item(), rtol=1e-8)
    wanted = [x.grad.permute(0, 2, 3, 1), *(tensor.grad.permute(axes) for tensor, _, axes in learned)]
    for gradient, want in zip(found, wanted, strict=True):
        assert want.abs().max() > 0
        np.testing.assert_allclose(gradient.numpy(), want.numpy(), rtol=1e-6, atol=1e-8 * want.abs().max())
    for tensor, variable, axes in pairs:
        if variable.name == "moving_mean":
            np.testing.assert_allclose(variable.numpy(), tensor.permute(axes).numpy(), rtol=1e-8, atol=1e-8)
