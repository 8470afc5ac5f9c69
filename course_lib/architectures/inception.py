"""Inception-v3, as a table: Inception modules whose large kernels are split into several small ones.

The network: Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision", arXiv:1512.00567. The
counts are torchvision's, without and with the auxiliary head, which is there for training alone and
needs 299 pixels.

keras.applications has batch norm without a scale and counts the running means and variances. Per normalized channel
it so has three numbers (shift, mean, variance) where we count two (scale, shift); there are 17,216 such channels:
23,834,568 + 17,216 = 23,851,784. No framework is imported here.
"""

from typing import NamedTuple


class InceptionV3Spec(NamedTuple):
    """A row of `INCEPTIONS`."""

    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 299  # height and width of the input, pixels
    num_classes: int = 1000
    smallest_image: int = 75  # pixels; from a smaller one nothing is left
    keras_params: int | None = None
    pool_channels: tuple[int, ...] = (32, 64, 64)  # behind the pooling, in each module of stage 1
    channels_7x7: tuple[int, ...] = (
        128,
        160,
        160,
        192,
    )  # between the 7x1 and 1x7 kernels, in those of stage 2
    aux_head: bool = False
    stem_stride: int = 2  # of the first convolution; 1: for small images, then the first pooling is left out


INCEPTIONS = {
    "inception_v3": InceptionV3Spec(params=23_834_568, keras_params=23_851_784),
    "inception_v3_aux": InceptionV3Spec(params=27_161_264, smallest_image=299, aux_head=True),
    "inception_v3_32": InceptionV3Spec(
        params=21_806_058, image_size=32, num_classes=10, smallest_image=21, stem_stride=1
    ),
}
