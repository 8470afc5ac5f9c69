"""VGG in Keras: the twin of `course_lib.pytorch.vgg`, layer for layer.

Paper: Simonyan and Zisserman 2015, arXiv:1409.1556. What differs from it is said in the twin. Batch norm has
PyTorch's constants: Keras's momentum is 1 minus PyTorch's, and its own default epsilon is 100 times larger.
"""

import keras
from keras import layers

from course_lib.architectures.vgg import VGGSpec


def conv_bn_relu(out_channels: int) -> keras.Sequential:
    """A 3x3 convolution without bias (batch norm would cancel it), batch norm, ReLU; keeps H and W."""
    conv = layers.Conv2D(out_channels, kernel_size=3, padding="same", use_bias=False)
    return keras.Sequential([conv, layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()])


def build_vgg(spec: VGGSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `VGGS`: images (N, H, W, C) to logits (N, num_classes)."""
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    for number, stage in enumerate(spec.stages, start=1):
        convolutions = [conv_bn_relu(out_channels) for out_channels in stage]
        pool = [layers.MaxPooling2D(2), layers.Dropout(spec.conv_dropout)]
        net.append(keras.Sequential(convolutions + pool, name=f"stage{number}"))  # (N, H/2, W/2, channels)
    # PyTorch flattens channel by channel, so the twin puts the channels first before it flattens.
    net.append(keras.Sequential([layers.Permute((3, 1, 2)), layers.Flatten()], name="flatten"))
    hidden = [
        layers.Dense(spec.hidden_units, use_bias=False),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
        layers.ReLU(),
        layers.Dropout(spec.dense_dropout),
    ]
    net.append(keras.Sequential(hidden, name="dense"))
    net.append(layers.Dense(num_classes, name="classifier"))
    return keras.Sequential(net)
