"""LeNet-5 in Keras, as it is common today: the twin of `course_lib.pytorch.lenet`, layer for layer.

Paper: LeCun, Bottou, Bengio and Haffner 1998. What differs from it is said in the twin. The paper's own network, with
its table of connections, trainable subsampling and fixed codes, is there in PyTorch alone.
"""

import keras
from keras import layers

from course_lib.architectures.lenet import C1_MAPS, C3_MAPS, C5_UNITS, F6_UNITS, LENETS, LeNetSpec

MODERN = LENETS["lenet5_modern"]


def build_lenet(spec: LeNetSpec, num_classes: int = 10, in_channels: int = 1) -> keras.Sequential:
    """Build the network of the row `lenet5_modern`: images (N, H, W, C) to logits (N, num_classes).

    Raises:
        ValueError: for the paper's own network, or an image too small.
    """
    if spec._replace(params=MODERN.params, image_size=MODERN.image_size) != MODERN:
        raise ValueError(
            "of LeNet-5 there is only lenet5_modern in Keras: build lenet5 with course_lib.pytorch"
        )
    size = spec.feature_size
    net = [
        keras.Input((spec.image_size, spec.image_size, in_channels)),
        layers.Conv2D(C1_MAPS, 5, activation="relu", name="c1"),  # (N, H - 4, W - 4, 6): 28 x 28
        layers.MaxPooling2D(2, name="s2"),  # (N, 14, 14, 6)
        layers.Conv2D(C3_MAPS, 5, activation="relu", name="c3"),  # (N, 10, 10, 16)
        layers.MaxPooling2D(2, name="s4"),  # (N, 5, 5, 16)
        keras.Sequential(
            [layers.Conv2D(C5_UNITS, size, activation="relu"), layers.Flatten()], name="c5"
        ),  # (N, 120)
        layers.Dense(F6_UNITS, activation="relu", name="f6"),
        layers.Dense(num_classes, name="output"),
    ]
    return keras.Sequential(net)
