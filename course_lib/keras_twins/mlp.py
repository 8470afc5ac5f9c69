"""Dense layers with batch norm between them, in Keras: the twin of `course_lib.pytorch.mlp`, layer for layer.

Batch norm: Ioffe and Szegedy 2015, arXiv:1502.03167. What differs from the paper is said in the twin.
"""

import keras
from keras import layers

from course_lib.architectures.mlp import BatchNormMLPSpec
from course_lib.keras_twins.layers import BatchNorm, flatten


def build_batch_norm_mlp(
    spec: BatchNormMLPSpec, num_classes: int = 10, in_channels: int = 1
) -> keras.Sequential:
    """Build the network of a row of `BATCH_NORM_MLPS`: images (N, H, W, C) to logits (N, num_classes)."""
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    net.append(keras.Sequential([*flatten(), BatchNorm()], name="stem"))  # (N, C * H * W)
    for number, units in enumerate(spec.hidden_units, start=1):
        stage = [layers.Dense(units, activation="relu"), BatchNorm()]
        net.append(keras.Sequential(stage, name=f"stage{number}"))  # (N, units)
    net.append(layers.Dense(num_classes, name="head"))
    return keras.Sequential(net)
