"""VGG in Keras: the twin of `course_lib.pytorch.vgg`, layer for layer.

Paper: Simonyan and Zisserman 2015, arXiv:1409.1556. What differs from it is said in the twin.
"""

import keras
from keras import layers

from course_lib.architectures.vgg import VGGSpec
from course_lib.keras_twins.layers import BatchNorm, conv_bn_relu, flatten


def build_vgg(spec: VGGSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `VGGS`: images (N, H, W, C) to logits (N, num_classes)."""
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    for number, stage in enumerate(spec.stages, start=1):
        convolutions = [conv_bn_relu(out_channels, 3) for out_channels in stage]
        pool = [layers.MaxPooling2D(2), layers.Dropout(spec.conv_dropout)]
        net.append(keras.Sequential(convolutions + pool, name=f"stage{number}"))  # (N, H/2, W/2, channels)
    net.append(keras.Sequential(flatten(), name="flatten"))  # (N, channels * H * W)
    hidden = [
        layers.Dense(spec.hidden_units, use_bias=False),
        BatchNorm(),
        layers.ReLU(),
        layers.Dropout(spec.dense_dropout),
    ]
    net.append(keras.Sequential(hidden, name="dense"))
    net.append(layers.Dense(num_classes, name="classifier"))
    return keras.Sequential(net)
