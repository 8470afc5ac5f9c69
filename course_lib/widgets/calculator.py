"""The shape calculator: shapes, parameters, multiply-adds, memory and receptive fields of any stack of layers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import traitlets

from course_lib.architectures.vgg import VGGS, VGGSpec
from course_lib.widgets.base import Demo

ACTIVATIONS = ("relu", "leaky_relu", "gelu", "silu", "sigmoid", "tanh", "softmax")


@dataclass(frozen=True)
class Layer:
    """One layer of a stack; `kind` is its name in the front end."""

    kind: ClassVar[str]

    def as_dict(self) -> dict:
        """Return the layer as the front end reads it."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution with `out` maps and square kernels; padding "same" leaves ceil(length / stride) positions."""

    kind = "conv"
    out: int
    kernel: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self):
        _require_counts(self, "out", "kernel", "stride", "dilation", "groups")
        _require_padding(self)


@dataclass(frozen=True)
class Pool(Layer):
    """Max or average pooling over square windows; the stride is the kernel size unless given."""

    kind = "pool"
    kernel: int
    stride: int | None = None
    padding: int | str = 0
    mode: str = "max"

    def __post_init__(self):
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel)
        _require_counts(self, "kernel", "stride")
        _require_padding(self)
        _require_one_of(self, "mode", ("max", "average"))


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalization with a scale and a shift for each channel."""

    kind = "batch_norm"


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function, one of `ACTIVATIONS`."""

    kind = "activation"
    function: str = "relu"

    def __post_init__(self):
        _require_one_of(self, "function", ACTIVATIONS)


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout that drops a share `rate` of the values."""

    kind = "dropout"
    rate: float = 0.5

    def __post_init__(self):
        if not 0 <= self.rate < 1:
            raise ValueError(f"Dropout needs a rate of at least 0 and less than 1, and got {self.rate!r}")


@dataclass(frozen=True)
class Flatten(Layer):
    """Maps laid out as one vector."""

    kind = "flatten"


@dataclass(frozen=True)
class GlobalPool(Layer):
    """Global average pooling: the mean of each map, as a vector."""

    kind = "global_pool"


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer."""

    kind = "dense"
    units: int
    bias: bool = True

    def __post_init__(self):
        _require_counts(self, "units")


def _require_counts(layer: Layer, *names: str):
    for name in names:
        value = getattr(layer, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            what = f"{type(layer).__name__} needs a whole number of at least 1 for {name}"
            raise ValueError(f"{what}, and got {value!r}")


def _require_padding(layer: Layer):
    padding = layer.padding
    zeros = isinstance(padding, int) and not isinstance(padding, bool) and padding >= 0
    if not zeros and padding != "same":
        what = f'{type(layer).__name__} needs padding "same" or a whole number of at least 0'
        raise ValueError(f"{what}, and got {padding!r}")


def _require_one_of(layer: Layer, name: str, allowed: tuple[str, ...]):
    value = getattr(layer, name)
    if value not in allowed:
        what = f"{type(layer).__name__} needs a {name} out of {', '.join(allowed)}"
        raise ValueError(f"{what}, and got {value!r}")


@dataclass(frozen=True)
class Network:
    """A stack of layers with the input it is made for, (channels, height, width), and a batch size."""

    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    batch: int = 1

    def __post_init__(self):
        counts = [*self.input_shape, self.batch]
        if len(counts) != 4 or any(not isinstance(n, int) or isinstance(n, bool) or n < 1 for n in counts):
            raise ValueError(
                "a network needs input_shape=(channels, height, width) and batch, whole numbers of at least 1, "
                f"and got input_shape={self.input_shape!r}, batch={self.batch!r}"
            )
        strangers = [layer for layer in self.layers if not isinstance(layer, Layer)]
        if strangers:
            raise TypeError(
                f"layers are made with Conv, Pool, Dense and the like from course_lib.widgets.calculator, "
                f"and here comes {strangers[0]!r}"
            )

    def as_dict(self) -> dict:
        """Return the network as the front end reads it."""
        return {
            "input_shape": list(self.input_shape),
            "layers": [layer.as_dict() for layer in self.layers],
            "batch": self.batch,
        }


def _small_vgg(spec: VGGSpec) -> Network:
    layers = []
    for stage in spec.stages:
        for maps in stage:
            layers += [Conv(maps, 3, padding="same", bias=False), BatchNorm(), Activation()]
        layers += [Pool(2), Dropout(spec.conv_dropout)]
    hidden = (Dense(spec.hidden_units, bias=False), BatchNorm(), Activation(), Dropout(spec.dense_dropout))
    layers += [Flatten(), *hidden, Dense(spec.num_classes)]
    return Network((3, spec.image_size, spec.image_size), tuple(layers), batch=128)


def _conv_relu(maps: int, kernel: int, stride: int = 1, padding: int | str = "same") -> tuple[Layer, ...]:
    return Conv(maps, kernel, stride, padding), Activation()


PRESETS = {
    "small VGG": _small_vgg(VGGS["small_vgg"]),
    "Conv2d(3, 10, 5)": Network((3, 32, 32), (Conv(10, 5),)),
    "one layer of 200 maps": Network((3, 150, 100), (Conv(200, 5, padding="same"),), batch=100),
    "4 then 12 maps": Network(
        (1, 28, 28),
        (
            *(Conv(4, 5), Activation("tanh"), Pool(2, mode="average")),
            *(Conv(12, 5), Activation("tanh"), Pool(2, mode="average")),
            Flatten(),
            Dense(10),
        ),
        batch=32,
    ),
    # Krizhevsky, Sutskever and Hinton 2012, as one tower instead of two and without local response normalization.
    "AlexNet": Network(
        (3, 227, 227),
        (
            *(*_conv_relu(96, 11, stride=4, padding=0), Pool(3, 2)),
            *(*_conv_relu(256, 5), Pool(3, 2)),
            *_conv_relu(384, 3),
            *_conv_relu(384, 3),
            *(*_conv_relu(256, 3), Pool(3, 2)),
            Flatten(),
            *(Dense(4096), Activation(), Dropout(0.5)),
            *(Dense(4096), Activation(), Dropout(0.5)),
            Dense(1000),
        ),
        batch=128,
    ),
}


class ShapeCalculator(Demo, bundle="calculator"):
    """A table of layers to edit that works out what each layer costs.

    For each layer it shows the output's shape, the parameters, the multiply-adds and the memory for one image and
    the receptive field; below them the totals of the network and the network as PyTorch and as Keras code.

    Args:
        preset: The network to start with, a key of `PRESETS`.
        layers: A network of one's own instead, made of `Conv`, `Pool`, `BatchNorm`, `Activation`, `Dropout`,
            `Flatten`, `GlobalPool` and `Dense`. An impossible stack is allowed: the table says what is wrong.
        input_shape: (channels, height, width) of one image; required with `layers`.
        batch: Images in a batch, for the totals of memory.

    Raises:
        ValueError: Neither a preset of that name nor layers with an input shape, or a size that is not one.
        TypeError: Something in `layers` that is not a layer.
    """

    presets = traitlets.Dict().tag(sync=True)
    preset = traitlets.Unicode().tag(sync=True)
    input_shape = traitlets.List().tag(sync=True)
    layers = traitlets.List().tag(sync=True)
    batch = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        preset: str = "small VGG",
        layers: Sequence[Layer] | None = None,
        input_shape: tuple[int, int, int] | None = None,
        batch: int | None = None,
    ):
        networks = dict(PRESETS)
        if layers is not None:
            if input_shape is None:
                raise ValueError(
                    "layers need the shape of their input: input_shape=(channels, height, width)"
                )
            preset = "this network"
            networks = {preset: Network(tuple(input_shape), tuple(layers)), **PRESETS}
        if preset not in networks:
            raise ValueError(f"there is no preset {preset!r}; choose one of {', '.join(map(repr, PRESETS))}")
        start = networks[preset]
        input_shape = start.input_shape if input_shape is None else tuple(input_shape)
        start = Network(input_shape, start.layers, start.batch if batch is None else batch)
        networks[preset] = start
        presets = {name: network.as_dict() for name, network in networks.items()}
        super().__init__(presets=presets, preset=preset, **presets[preset])

    def summary(self) -> str:
        """Say which network the calculator holds."""
        channels, height, width = self.input_shape
        kinds = [layer["kind"] for layer in self.layers]
        return (
            f"a table of layers, {kinds.count('conv')} of them convolutional and {kinds.count('dense')} dense, for an "
            f"input of {channels}×{height}×{width}, with the output shape, parameters, multiply-adds, memory and "
            "receptive field of each, and their totals."
        )
