"""Inception-ResNet, as a table: Inception's parallel branches, added to their own input.

The family: Szegedy et al. 2017, "Inception-v4, Inception-ResNet and the impact of residual connections on learning",
arXiv:1602.07261. The channels of the branches are those of the authors' code, which keras.applications follows; the
paper's figures have a few other numbers. `keras_params` is the total that keras.applications prints: the trainable
parameters and, for each channel of each batch norm, a running mean and a running variance. No scale is counted,
because these batch norms have none: a ReLU and a convolution follow, which can do the scaling. No framework is
imported here.
"""

from typing import NamedTuple


class InceptionResNetSpec(NamedTuple):
    """A row of `INCEPTION_RESNETS`."""

    stem_stride: int  # of the first convolution
    stem_pooling: bool  # after the third
    blocks: tuple[int, int, int]  # of the kinds A (at 35 x 35), B (at 17 x 17) and C (at 8 x 8)
    scales: tuple[float, float, float]  # what A, B and C multiply their residual by
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 299  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None  # in total, running statistics included


INCEPTION_RESNETS = {
    "inceptionresnetv2": InceptionResNetSpec(
        stem_stride=2,
        stem_pooling=True,
        blocks=(10, 20, 10),
        scales=(0.17, 0.1, 0.2),
        params=55_813_192,
        keras_params=55_873_736,
    ),
}
INCEPTION_RESNETS["inceptionresnetv2_32"] = INCEPTION_RESNETS["inceptionresnetv2"]._replace(
    stem_stride=1, stem_pooling=False, keras_params=None, params=54_291_562, image_size=32, num_classes=10
)
