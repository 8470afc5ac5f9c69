"""SE-ResNet in Keras: the twin of `course_lib.pytorch.se_resnet`, layer for layer.

Paper: Hu et al. 2018, arXiv:1709.01507 (figure 3). What differs from it is said in the twin.
"""

from functools import partial

import keras

from course_lib.architectures.se_resnet import SEResNetSpec
from course_lib.keras_twins.layers import classifier_head, projection, residual_block, squeeze_excitation
from course_lib.keras_twins.resnet import bottleneck, build_stages, build_stem


def se_block(in_channels: int, width: int, stride: int, *, reduction: int) -> keras.Model:
    """ResNet's bottleneck, its output scaled: (N, H, W, in_channels) to (N, H / stride, W / stride, 4 width)."""
    residual = [*bottleneck(width, stride), squeeze_excitation(4 * width, 4 * width // reduction)]
    return residual_block(in_channels, residual, projection(in_channels, 4 * width, stride))


def build_se_resnet(spec: SEResNetSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `SE_RESNETS`: images (N, H, W, C) to logits (N, num_classes)."""
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    net.append(build_stem(spec.stem))  # (N, H/4, W/4, 64); with a 3x3 stem (N, H, W, 64)
    block = partial(se_block, reduction=spec.reduction)
    net += build_stages(spec.depths, block, expansion=4)  # (N, H/32, W/32, 2048), or H/8, W/8
    net.append(keras.Sequential(classifier_head(num_classes), name="head"))
    return keras.Sequential(net)
