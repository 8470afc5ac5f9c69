"""The Vision Transformer, as a table: an image as a sequence of patches, which attend to each other.

The family: Dosovitskiy et al. 2021, "An image is worth 16x16 words: Transformers for image recognition at scale",
arXiv:2010.11929, table 1. The count of `vit_b_16` is torchvision's. No framework is imported here.
"""

from typing import NamedTuple


class ViTSpec(NamedTuple):
    """A row of `VITS`."""

    patch_size: int  # height and width of a patch, pixels
    width: int  # numbers that describe a patch, throughout
    depth: int  # blocks
    heads: int  # of each attention
    hidden_units: int  # inside each block's dense layers
    params: int  # trainable, at this image size and number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000

    @property
    def patches(self) -> int:
        """How many patches an image has.

        Raises:
            ValueError: if the image cannot be cut into whole patches.
        """
        if self.image_size < self.patch_size or self.image_size % self.patch_size:
            raise ValueError(
                f"image_size must be a multiple of the patches' {self.patch_size} pixels, got {self.image_size}"
            )
        return (self.image_size // self.patch_size) ** 2


VITS = {
    "vit_b_16": ViTSpec(16, width=768, depth=12, heads=12, hidden_units=3072, params=86_567_656),
    "vit_small_32": ViTSpec(
        4, width=192, depth=6, heads=3, hidden_units=768, params=2_693_578, image_size=32, num_classes=10
    ),
}
