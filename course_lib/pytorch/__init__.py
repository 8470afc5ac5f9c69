"""The models in PyTorch: `build` turns a name into a network, `names` lists the names."""

from typing import NamedTuple

from torch import nn

from course_lib.architectures import (
    AlexNetSpec,
    BatchNormMLPSpec,
    ConvNeXtSpec,
    DeepVGGSpec,
    DenseNetSpec,
    EfficientNetSpec,
    GoogLeNetSpec,
    InceptionResNetSpec,
    InceptionV3Spec,
    LadderSpec,
    LeNetSpec,
    MobileNetSpec,
    MobileNetV2Spec,
    NASNetSpec,
    RegNetSpec,
    ResNetSpec,
    ResNetV2Spec,
    ResNeXtSpec,
    SEResNetSpec,
    ShuffleNetV1Spec,
    ShuffleNetV2Spec,
    SqueezeNetSpec,
    VGGSpec,
    ViTSpec,
    XceptionSpec,
    check_sizes,
    find,
    names,
)
from course_lib.pytorch.alexnet import build_alexnet
from course_lib.pytorch.convnext import build_convnext
from course_lib.pytorch.densenet import build_densenet
from course_lib.pytorch.efficientnet import build_efficientnet
from course_lib.pytorch.googlenet import build_googlenet
from course_lib.pytorch.inception import build_inception
from course_lib.pytorch.inception_resnet import build_inception_resnet
from course_lib.pytorch.ladder import build_ladder
from course_lib.pytorch.lenet import build_lenet
from course_lib.pytorch.mlp import build_batch_norm_mlp
from course_lib.pytorch.mobilenet import build_mobilenet
from course_lib.pytorch.mobilenet_v2 import build_mobilenet_v2
from course_lib.pytorch.nasnet import build_nasnet
from course_lib.pytorch.profiling import Profile, profile
from course_lib.pytorch.regnet import build_regnet
from course_lib.pytorch.resnet import build_resnet
from course_lib.pytorch.resnet_v2 import build_resnet_v2
from course_lib.pytorch.resnext import build_resnext
from course_lib.pytorch.se_resnet import build_se_resnet
from course_lib.pytorch.shufflenet_v1 import build_shufflenet_v1
from course_lib.pytorch.shufflenet_v2 import build_shufflenet_v2
from course_lib.pytorch.squeezenet import build_squeezenet
from course_lib.pytorch.vgg import build_deep_vgg, build_vgg
from course_lib.pytorch.vit import build_vit
from course_lib.pytorch.xception import build_xception

__all__ = ["Profile", "build", "build_row", "names", "profile"]

BUILDERS = {
    VGGSpec: build_vgg,
    LadderSpec: build_ladder,
    DeepVGGSpec: build_deep_vgg,
    SqueezeNetSpec: build_squeezenet,
    BatchNormMLPSpec: build_batch_norm_mlp,
    LeNetSpec: build_lenet,
    InceptionV3Spec: build_inception,
    GoogLeNetSpec: build_googlenet,
    AlexNetSpec: build_alexnet,
    ResNetSpec: build_resnet,
    DenseNetSpec: build_densenet,
    XceptionSpec: build_xception,
    InceptionResNetSpec: build_inception_resnet,
    NASNetSpec: build_nasnet,
    MobileNetSpec: build_mobilenet,
    MobileNetV2Spec: build_mobilenet_v2,
    ShuffleNetV1Spec: build_shufflenet_v1,
    ShuffleNetV2Spec: build_shufflenet_v2,
    EfficientNetSpec: build_efficientnet,
    ConvNeXtSpec: build_convnext,
    ViTSpec: build_vit,
    ResNeXtSpec: build_resnext,
    SEResNetSpec: build_se_resnet,
    RegNetSpec: build_regnet,
    ResNetV2Spec: build_resnet_v2,
}


def build(name: str, num_classes: int = 10, in_channels: int = 3, image_size: int | None = None) -> nn.Module:
    """Build the model `name`: images (N, in_channels, H, W) to logits (N, num_classes).

    The weights are drawn by PyTorch's default initializers from its global random generator: call
    `torch.manual_seed` first for the same weights each time. `image_size` is H = W in pixels, by
    default the size in the model's table row.

    Raises:
        ValueError: for an unknown name, or sizes that the model cannot have.

    >>> model = build("small_vgg", num_classes=5, image_size=28, in_channels=1)
    >>> sum(p.numel() for p in model.parameters())
    1674405
    """
    return build_row(find(name, image_size), num_classes, in_channels)


def build_row(row: NamedTuple, num_classes: int = 10, in_channels: int = 3) -> nn.Module:
    """Build the model of a row of `course_lib.architectures`, which may have been changed by `_replace`.

    Raises:
        ValueError: for sizes that the model cannot have.
    """
    check_sizes(num_classes, in_channels)
    return BUILDERS[type(row)](row, num_classes, in_channels)
