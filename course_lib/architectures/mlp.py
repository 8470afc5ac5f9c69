"""A network of dense layers with batch norm between them, as a table.

The network of the chapter on batch normalization: the first batch norm stands before any weights and does what a
scaler would do to the pixels. Keras counts the running means and variances among the parameters, two for each of the
784 + 300 + 100 normalized numbers: 268,978 + 2,368 = 271,346. No framework is imported here.
"""

from typing import NamedTuple


class BatchNormMLPSpec(NamedTuple):
    """A row of `BATCH_NORM_MLPS`."""

    hidden_units: tuple[int, ...]  # of each dense layer before the classifier
    params: int  # trainable, at this image size and number of classes, with `in_channels` input channels
    image_size: int = 28  # height and width of the input, pixels
    num_classes: int = 10
    keras_params: int | None = None
    in_channels: int = 1


BATCH_NORM_MLPS = {
    "bn_mlp": BatchNormMLPSpec((300, 100), params=268_978, keras_params=271_346),
}
