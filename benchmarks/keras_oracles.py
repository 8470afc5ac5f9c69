"""The models of keras.applications, without weights, cut as ours are; and what of ours has to change to be theirs.

Keras builds several of its models otherwise than the papers or torchvision do. Ours are then compared in the form that
`adapt` gives them, and `note` says what that is. For small images parts of Keras's models are changed while they are
built.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from unittest import mock

import keras
import numpy as np
import torch
from comparison import randomize
from keras.src.applications import (
    efficientnet,
    inception_resnet_v2,
    mobilenet,
    nasnet,
    resnet,
    xception,
)
from torch import Tensor, nn

from course_lib.pytorch.layers import SamePad
from course_lib.twins import copy_weights

KERAS_EPSILON = 1.001e-5  # of batch norm in the models that came from Caffe or Torch
Layers = list[keras.Layer]


# What may be done to any of them


def build_oracle(make, size: int, classes: int = 10, double: bool = False) -> keras.Model:
    """A model of keras.applications, without pretrained weights and without softmax; in 64-bit floats if `double`."""
    keras.backend.clear_session()  # layers without a name of their own are numbered anew
    kind = "float64" if double else "float32"
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(kind)
    try:
        pixels = keras.Input((size, size, 3), dtype=kind)  # `input_shape` would refuse small ones
        return make(weights=None, input_tensor=pixels, classes=classes, classifier_activation=None)
    finally:
        keras.config.set_dtype_policy(before)


def share_weights(model: nn.Module, oracle: keras.Model) -> None:
    """Give both the same random weights, norms' statistics and scales."""
    copy_weights(randomize(model), oracle)


def layers_of(oracle: keras.Model, kind: str) -> Layers:
    """The layers of a class, given by its name."""
    return [layer for layer in oracle.layers if type(layer).__name__ == kind]


def named(oracle: keras.Model, *names: str) -> Layers:
    """The layers of these names."""
    return [oracle.get_layer(name) for name in names]


def outputs_of(oracle: keras.Model, layers: Layers, x: Tensor) -> list[Tensor]:
    """What some layers give for images (N, C, H, W), with the channels second, in evaluation mode."""
    view = keras.Model(oracle.inputs[0], [layer.output for layer in layers])
    found = view(x.permute(0, 2, 3, 1).numpy(), training=False)
    tensors = [torch.from_numpy(np.array(array)) for array in found]
    return [tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor for tensor in tensors]


def short_loops(module, turns: int):
    """A context in which every `for … in range(…)` of a module of Keras makes at most so many turns.

    keras.applications builds its models by loops of fixed length. Cut short, the same code builds a model that
    can be run in seconds; the full one is compared by `make parity`.
    """
    return mock.patch.object(module, "range", lambda *bounds: range(*bounds)[:turns], create=True)


class ChangedLayers:
    """Stands for `keras.layers` in a module of keras.applications: some layers get other settings, some none at all."""

    def __init__(self, settings: dict[str, dict[str, Any]], left_out: Iterable[str] = ()):
        self.settings, self.left_out = settings, tuple(left_out)

    def __getattr__(self, kind: str):
        make = getattr(keras.layers, kind)

        def build(*args, **kwargs):
            if kind in self.left_out:
                return keras.layers.Identity()
            layer = make(*args, **kwargs)
            if layer.name not in self.settings:
                return layer
            return make.from_config(layer.get_config() | self.settings[layer.name])

        return build


def changed(module, make, settings: dict[str, dict[str, Any]] | None = None, left_out: Iterable[str] = ()):
    """A maker whose layers have other settings, by name; `module` is where the maker looks for `layers`."""

    def build(**arguments):
        with mock.patch.object(module, "layers", ChangedLayers(settings or {}, left_out)):
            return make(**arguments)

    return build


# How they are cut: the last layers of our stages


def vgg_stages(oracle: keras.Model) -> Layers:
    """The poolings; the last one twice, since its output is also what our `pool` flattens."""
    return named(oracle, *(f"block{n}_pool" for n in (1, 2, 3, 4, 5, 5)), "fc2", "predictions")


def resnet_stages(oracle: keras.Model) -> Layers:
    """The last blocks of ResNet and ResNet V2."""
    names = [layer.name for layer in oracle.layers]
    ends = [
        [n for n in names if n.startswith(f"conv{stage}_block") and n.endswith("_out")]
        for stage in range(2, 6)
    ]
    last = [max(found, key=lambda name: int(name.split("_")[1].removeprefix("block"))) for found in ends]
    return named(oracle, "pool1_pool", *last, "predictions")


def densenet_stages(oracle: keras.Model) -> Layers:
    """The last concatenation of each block, and the poolings of the transitions."""
    concats = [layer.name for layer in layers_of(oracle, "Concatenate")]
    ends = [[name for name in concats if name.startswith(f"conv{stage}_")][-1] for stage in range(2, 6)]
    pools = ["pool2_pool", "pool3_pool", "pool4_pool"]
    between = [name for pair in zip(ends, pools, strict=False) for name in pair]
    return named(oracle, "pool1", *between, ends[-1], "predictions")


def inception_stages(oracle: keras.Model) -> Layers:
    """Every module."""
    stem = layers_of(oracle, "MaxPooling2D")[1]
    return [stem, *named(oracle, *(f"mixed{number}" for number in range(11)), "predictions")]


def inception_resnet_stages(oracle: keras.Model) -> Layers:
    """The last blocks of each kind."""
    ends = []
    for kind in ("block35", "block17"):
        names = [n.name for n in oracle.layers if n.name.startswith(kind) and n.name.endswith("_ac")]
        ends.append(oracle.get_layer(max(names, key=lambda name: int(name.split("_")[1]))))
    stem = layers_of(oracle, "MaxPooling2D")[1]
    return [stem, *ends, layers_of(oracle, "CustomScaleLayer")[-1], oracle.get_layer("predictions")]


def xception_stages(oracle: keras.Model) -> Layers:
    """The sums after each block of the entry flow, after the middle flow, and the last convolutions."""
    sums = layers_of(oracle, "Add")
    first, *ends = named(oracle, "block1_conv2_act", "block14_sepconv2_act", "predictions")
    return [first, *sums[:3], sums[-2], *ends]


def nasnet_stages(oracle: keras.Model) -> Layers:
    """The last normal cells; Keras counts them on over the stages, and the reduction cell between two stages too."""
    names = [layer.name for layer in oracle.layers]
    cells = sum(name.startswith("normal_concat_") for name in names) // 3
    stem = "reduction_concat_stem_2" if "reduction_concat_stem_2" in names else "stem_bn1"
    ends = [f"normal_concat_{number}" for number in (cells - 1, 2 * cells, 3 * cells)]
    return named(oracle, stem, *ends, "predictions")


def mobilenet_stages(oracle: keras.Model) -> Layers:
    """After the last pair of convolutions at each size."""
    pairs = (f"conv_pw_{block}_relu" for block in (1, 3, 5, 11, 13))
    return named(oracle, "conv1_relu", *pairs, "predictions")


def mobilenet_v2_stages(oracle: keras.Model) -> Layers:
    """By the rows of the paper's table 2."""
    sums = (f"block_{block}_add" for block in (2, 5, 9, 12, 15))
    first, last = "expanded_conv_project_BN", "block_16_project_BN"
    return named(oracle, "Conv1_relu", first, *sums, last, "out_relu", "predictions")


def efficientnet_stages(oracle: keras.Model) -> Layers:
    """The sum or the norm that ends the last block of each stage."""
    names = [n.name for n in oracle.layers if n.name.endswith(("_add", "_project_bn"))]
    stages = [[name for name in names if name.startswith(f"block{stage}")] for stage in range(1, 8)]
    ends = [max(found, key=lambda name: (name.split("_")[0], name.endswith("_add"))) for found in stages]
    return named(oracle, "stem_activation", *ends, "top_activation", "predictions")


# What of ours is otherwise in Keras


def set_epsilon(model: nn.Module, epsilon: float) -> nn.Module:
    """Give every batch norm this epsilon."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = epsilon
    return model


def unchanged(model: nn.Module) -> nn.Module:
    """A model that is built as Keras's."""
    return model


def as_densenet(model: nn.Module) -> nn.Module:
    """DenseNet with Keras's epsilon."""
    return set_epsilon(model, KERAS_EPSILON)


def as_resnet(model: nn.Module) -> nn.Module:
    """ResNet with biases, Keras's epsilon, and the stride in the first convolution of a block."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.bias = nn.Parameter(torch.zeros(layer.out_channels))
    for stage in (model.stage2, model.stage3, model.stage4):
        first, second = (unit[0] for unit in stage[0].residual[:2])
        first.stride, second.stride = second.stride, first.stride
    return set_epsilon(model, KERAS_EPSILON)


def as_inception(model: nn.Module) -> nn.Module:
    """Inception-v3 with norms that do not scale and means that leave the padding out."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.weight = None
        if isinstance(layer, nn.AvgPool2d):
            layer.count_include_pad = False
    return model


def as_tensorflow(model: nn.Module) -> nn.Module:
    """TensorFlow's epsilon, and its padding where a convolution has stride 2."""
    for unit in [m for m in model.modules() if isinstance(m, nn.Sequential)]:
        if isinstance(unit[0], nn.Conv2d) and unit[0].stride == (2, 2):
            (kernel_size, _), unit[0].padding = unit[0].kernel_size, (0, 0)
            unit.insert(0, SamePad(kernel_size, stride=2))
    return set_epsilon(model, 1e-3)


@torch.no_grad()
def calm(model: nn.Module) -> nn.Module:
    """Shrink what each block of a MobileNetV2 or EfficientNet adds to its input, to a fifth.

    With scales around 1 the sums grow from block to block, gates saturate, and a rounding error of the input comes out
    up to 10^12 times as large: then two equal networks differ.
    """
    for block in model.modules():
        if getattr(block, "skip", False):
            *_, last = (layer for layer in block.residual.modules() if isinstance(layer, nn.BatchNorm2d))
            last.weight.mul_(0.2)
            last.bias.mul_(0.2)
    return model


def shortcut_first(model: nn.Module) -> nn.Module:
    """The parts of a ResNet in Keras's order, for its weights: a block's projection comes first."""
    blocks = [block for name, stage in model.named_children() if name.startswith("stage") for block in stage]
    parts = [part for block in blocks for part in (block.shortcut, block.residual)]
    return nn.ModuleList([model.stem, *parts, model.head])


def flattened_by_keras(oracle: keras.Model) -> None:
    """Give the first dense layer of a VGG the order in which Keras flattens: places first, then channels."""
    layer = oracle.get_layer("fc1")
    size, channels = oracle.get_layer("block5_pool").output.shape[2:]
    ours = layer.kernel.numpy().reshape(channels, size, size, -1)  # (C, H, W, units)
    layer.kernel.assign(ours.transpose(1, 2, 0, 3).reshape(layer.kernel.shape))


# All of them


class Oracle(NamedTuple):
    """How one of our models is compared with Keras's."""

    make: Callable[..., keras.Model]
    stages: Callable[[keras.Model], Layers]
    adapt: Callable[[nn.Module], nn.Module] = unchanged
    note: str = ""
    order: Callable[[nn.Module], nn.Module] = unchanged  # our layers in the order of Keras's
    finish: Callable[[keras.Model], None] = lambda oracle: None  # after the weights were carried over
    double: bool = False  # blows rounding up with random weights: to be calmed, and compared in 64-bit floats

    def pair(self, model: nn.Module, size: int, classes: int = 10) -> tuple[nn.Module, keras.Model]:
        """Our model as Keras has it, and Keras's with the same random weights."""
        model, oracle = randomize(self.adapt(model)), build_oracle(self.make, size, classes, self.double)
        model = calm(model) if self.double else model
        copy_weights(self.order(model), oracle)
        self.finish(oracle)
        return model.double() if self.double else model, oracle

    def expected(self, oracle: keras.Model, x: Tensor) -> list[Tensor]:
        """What Keras's model gives where our stages end; `x` has floats of the model's kind."""
        found = outputs_of(oracle, self.stages(oracle), x)
        if self.stages is vgg_stages:
            found[5] = found[5].flatten(1)  # our `pool`
        return found


def small_images() -> dict[str, Oracle]:
    """The models for small images, from Keras's by other settings of some layers."""
    still = {"pool_size": (1, 1), "strides": (1, 1)}
    unpadded = {"padding": ((0, 0), (0, 0))}
    slow = {"strides": (1, 1)}
    apps = keras.applications
    stems = {
        "mobilenet_32": (
            *(mobilenet, apps.MobileNet, mobilenet_stages),
            {"conv1": slow, "conv_pad_2": unpadded, "conv_dw_2": slow | {"padding": "same"}},
            "strides 1 in the first layer and in the second stage",
        ),
        "xception_32": (
            *(xception, apps.Xception, xception_stages),
            {"block1_conv1": slow},
            "first layer with stride 1",
        ),
        "inceptionresnetv2_32": (
            *(inception_resnet_v2, apps.InceptionResNetV2, inception_resnet_stages),
            {"conv2d": slow, "max_pooling2d": still},
            "first layer with stride 1, no first pooling",
        ),
        "resnet50v2_32": (
            *(resnet, apps.ResNet50V2, resnet_stages),
            {
                "conv1_pad": {"padding": ((1, 1), (1, 1))},
                "conv1_conv": slow | {"kernel_size": (3, 3)},
                "pool1_pad": unpadded,
                "pool1_pool": still,
            },
            "a 3x3 stem with stride 1, no pooling",
        ),
    }
    found = {
        name: Oracle(changed(module, make, settings), stages, note=f"Keras's changed: {note}")
        for name, (module, make, stages, settings, note) in stems.items()
    }
    note = "Keras's changed: first layer with stride 1 and padding, no reduction cells in the stem"
    found["nasnetmobile_32"] = Oracle(small_nasnet, nasnet_stages, note=note)
    return found


def small_nasnet(**arguments) -> keras.Model:
    """NASNetMobile without the two reduction cells of its stem."""
    reduce = nasnet._reduction_a_cell

    def skip_stem(ip, p, filters, block_id=None):
        return (ip, ip) if block_id.startswith("stem") else reduce(ip, p, filters, block_id)

    settings = {"stem_conv1": {"strides": (1, 1), "padding": "same"}}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(nasnet, "layers", ChangedLayers(settings)))
        stack.enter_context(mock.patch.object(nasnet, "_reduction_a_cell", skip_stem))
        return keras.applications.NASNetMobile(**arguments)


def oracles() -> dict[str, Oracle]:
    """For each of our models that keras.applications has, what to compare it with."""
    apps = keras.applications
    found = {
        "xception": Oracle(apps.Xception, xception_stages),
        "inceptionresnetv2": Oracle(apps.InceptionResNetV2, inception_resnet_stages),
        "nasnetmobile": Oracle(apps.NASNetMobile, nasnet_stages),
        "nasnetlarge": Oracle(apps.NASNetLarge, nasnet_stages),
        "mobilenet": Oracle(apps.MobileNet, mobilenet_stages),
        "resnet50v2": Oracle(apps.ResNet50V2, resnet_stages),
        "resnet101v2": Oracle(apps.ResNet101V2, resnet_stages),
        "resnet152v2": Oracle(apps.ResNet152V2, resnet_stages),
    }
    return found | adapted() | small_images()


def adapted() -> dict[str, Oracle]:
    """The models that Keras builds otherwise than torchvision, after which ours are made."""
    apps, found = keras.applications, {}
    for name in ("vgg16", "vgg19"):
        note = "Keras flattens places before channels: the first dense layer's weights are sorted so"
        found[name] = Oracle(getattr(apps, name.upper()), vgg_stages, note=note, finish=flattened_by_keras)
    for depth in (50, 101, 152):
        note = "ours given biases, epsilon 1.001e-5, and the stride in a block's first convolution, as the paper has it"
        make = getattr(apps, f"ResNet{depth}")
        found[f"resnet{depth}"] = Oracle(make, resnet_stages, as_resnet, note, order=shortcut_first)
    for depth in (121, 169, 201):
        make = getattr(apps, f"DenseNet{depth}")
        found[f"densenet{depth}"] = Oracle(make, densenet_stages, as_densenet, "ours given epsilon 1.001e-5")
    note = "ours without scales in batch norm, and with means that leave out the padding"
    found["inception_v3"] = Oracle(apps.InceptionV3, inception_stages, as_inception, note)
    note = "ours given TensorFlow's padding at stride 2 and epsilon 0.001"
    found["mobilenet_v2"] = Oracle(apps.MobileNetV2, mobilenet_v2_stages, as_tensorflow, note, double=True)
    note += "; Keras's without the layers that scale its input"
    for number in range(8):
        name = f"EfficientNetB{number}"
        make = changed(efficientnet, getattr(apps, name), left_out=("Rescaling", "Normalization"))
        found[name.lower().replace("netb", "net_b")] = Oracle(
            make, efficientnet_stages, as_tensorflow, note, double=True
        )
    return found
