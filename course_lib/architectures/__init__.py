"""The model tables: one frozen row of data per model, with its parameter count. No framework is imported here.

Every row has the fields `params` (trainable parameters as published, at the row's own `image_size` and
`num_classes`) and those two. The rooms `pytorch` and `keras_twins` hold one builder per family, which
turns a row into a network.
"""

from typing import NamedTuple

from course_lib.architectures.alexnet import ALEXNETS, AlexNetSpec
from course_lib.architectures.convnext import CONVNEXTS, ConvNeXtSpec
from course_lib.architectures.densenet import DENSENETS, DenseNetSpec
from course_lib.architectures.efficientnet import EFFICIENTNETS, EfficientNetSpec
from course_lib.architectures.googlenet import GOOGLENETS, GoogLeNetSpec
from course_lib.architectures.inception import INCEPTIONS, InceptionV3Spec
from course_lib.architectures.inception_resnet import INCEPTION_RESNETS, InceptionResNetSpec
from course_lib.architectures.ladder import LADDERS, LadderSpec
from course_lib.architectures.lenet import LENETS, LeNetSpec
from course_lib.architectures.mlp import BATCH_NORM_MLPS, BatchNormMLPSpec
from course_lib.architectures.mobilenet import MOBILENETS, MobileNetSpec
from course_lib.architectures.mobilenet_v2 import MOBILENETS_V2, MobileNetV2Spec
from course_lib.architectures.nasnet import NASNETS, NASNetSpec
from course_lib.architectures.regnet import REGNETS, RegNetSpec
from course_lib.architectures.resnet import RESNETS, ResNetSpec
from course_lib.architectures.resnet_v2 import RESNETS_V2, ResNetV2Spec
from course_lib.architectures.resnext import RESNEXTS, ResNeXtSpec
from course_lib.architectures.se_resnet import SE_RESNETS, SEResNetSpec
from course_lib.architectures.shufflenet_v1 import SHUFFLENETS_V1, ShuffleNetV1Spec
from course_lib.architectures.shufflenet_v2 import SHUFFLENETS_V2, ShuffleNetV2Spec
from course_lib.architectures.squeezenet import SQUEEZENETS, SqueezeNetSpec
from course_lib.architectures.vgg import DEEP_VGGS, VGGS, DeepVGGSpec, VGGSpec
from course_lib.architectures.vit import VITS, ViTSpec
from course_lib.architectures.xception import XCEPTIONS, XceptionSpec
from course_lib.suggest import suggest

__all__ = [
    "ALEXNETS",
    "BATCH_NORM_MLPS",
    "CONVNEXTS",
    "DEEP_VGGS",
    "DENSENETS",
    "EFFICIENTNETS",
    "GOOGLENETS",
    "INCEPTIONS",
    "INCEPTION_RESNETS",
    "LADDERS",
    "LENETS",
    "MOBILENETS",
    "MOBILENETS_V2",
    "NASNETS",
    "REGNETS",
    "RESNETS",
    "RESNETS_V2",
    "RESNEXTS",
    "SE_RESNETS",
    "SHUFFLENETS_V1",
    "SHUFFLENETS_V2",
    "SQUEEZENETS",
    "TABLES",
    "VGGS",
    "VITS",
    "XCEPTIONS",
    "AlexNetSpec",
    "BatchNormMLPSpec",
    "ConvNeXtSpec",
    "DeepVGGSpec",
    "DenseNetSpec",
    "EfficientNetSpec",
    "GoogLeNetSpec",
    "InceptionResNetSpec",
    "InceptionV3Spec",
    "LadderSpec",
    "LeNetSpec",
    "MobileNetSpec",
    "MobileNetV2Spec",
    "NASNetSpec",
    "RegNetSpec",
    "ResNeXtSpec",
    "ResNetSpec",
    "ResNetV2Spec",
    "SEResNetSpec",
    "ShuffleNetV1Spec",
    "ShuffleNetV2Spec",
    "SqueezeNetSpec",
    "VGGSpec",
    "ViTSpec",
    "XceptionSpec",
    "find",
    "names",
]

TABLES: tuple[dict[str, NamedTuple], ...] = (
    VGGS,
    LADDERS,
    BATCH_NORM_MLPS,
    LENETS,
    ALEXNETS,
    DEEP_VGGS,
    SQUEEZENETS,
    GOOGLENETS,
    INCEPTIONS,
    RESNETS,
    DENSENETS,
    XCEPTIONS,
    INCEPTION_RESNETS,
    NASNETS,
    MOBILENETS,
    MOBILENETS_V2,
    SHUFFLENETS_V1,
    SHUFFLENETS_V2,
    EFFICIENTNETS,
    CONVNEXTS,
    VITS,
    RESNEXTS,
    SE_RESNETS,
    REGNETS,
    RESNETS_V2,
)


def names() -> list[str]:
    """Return the names of all models, family by family."""
    return [name for table in TABLES for name in table]


def find(name: str, image_size: int | None = None) -> NamedTuple:
    """Return the row of the model `name`, with another input size in pixels if `image_size` is given.

    Raises:
        ValueError: if there is no such model; the message lists those with similar names.
    """
    for table in TABLES:
        if name in table:
            row = table[name]
            return row if image_size is None else row._replace(image_size=image_size)
    hint = suggest(name, names(), otherwise="`course models` lists them")
    raise ValueError(f"no model is called {name!r}: {hint}")


def check_sizes(num_classes: int, in_channels: int) -> None:
    """Raise ValueError unless both counts are positive whole numbers."""
    for field, value in {"num_classes": num_classes, "in_channels": in_channels}.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{field} must be a whole number of at least 1, got {value!r}")


def check_image_size(row: NamedTuple) -> None:
    """Raise ValueError if the row's `image_size` is below its `smallest_image`."""
    if row.image_size < row.smallest_image:
        raise ValueError(
            f"image_size must be at least {row.smallest_image} pixels, because each stage leaves less of the image, "
            f"got {row.image_size}; rows whose names end in _32 take smaller images"
        )
