"""GoogLeNet, as a table: nine Inception modules, each with convolutions of several sizes side by side.

The network: Szegedy et al. 2015, "Going deeper with convolutions", arXiv:1409.4842, table 1. `googlenet` is the
paper's: 5x5 kernels in the third branch, local response normalization, biases. torchvision's network differs: batch
norm instead, 3x3 kernels where the paper has 5x5, and 2x2 windows in the last pooling: `googlenet_torchvision` takes
its weights. The rows `…_aux` have the paper's two auxiliary heads, which are there for training alone.

`PUBLISHED` holds that table's own counts, which do not all add up. Its K is 1,024 and it leaves out biases; then 5 of
12 rows of parameters are ours within 1 K, and the others up to 7% off. The operations, though, are ours but for two
rows. One is the first: 2.7 K parameters and 34 M operations are not the 7x7 convolution that it names, which has 9.2 K
and 118 M, but what a 7x1 and a 1x7 kernel for each pair of channels would have, 64 * 3 * (7 + 7) = 2,688. The other is
5a: 54 M where its widths give 51 M. No framework is imported here.
"""

from typing import NamedTuple


class InceptionSpec(NamedTuple):
    """The output channels of the six convolutions in an Inception module, in the order of the paper's table."""

    n1x1: int
    n3x3_reduce: int  # 1x1, before the 3x3
    n3x3: int
    n5x5_reduce: int  # 1x1, before the 5x5
    n5x5: int
    pool_proj: int  # 1x1, behind the pooling

    @property
    def out_channels(self) -> int:
        """The four branches' outputs, one behind the other."""
        return self.n1x1 + self.n3x3 + self.n5x5 + self.pool_proj


MODULES = (
    InceptionSpec(64, 96, 128, 16, 32, 32),  # 3a
    InceptionSpec(128, 128, 192, 32, 96, 64),  # 3b
    InceptionSpec(192, 96, 208, 16, 48, 64),  # 4a
    InceptionSpec(160, 112, 224, 24, 64, 64),  # 4b
    InceptionSpec(128, 128, 256, 24, 64, 64),  # 4c
    InceptionSpec(112, 144, 288, 32, 64, 64),  # 4d
    InceptionSpec(256, 160, 320, 32, 128, 128),  # 4e
    InceptionSpec(256, 160, 320, 32, 128, 128),  # 5a
    InceptionSpec(384, 192, 384, 48, 128, 128),  # 5b
)


class GoogLeNetSpec(NamedTuple):
    """A row of `GOOGLENETS`."""

    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    smallest_image: int = 31  # pixels; from a smaller one nothing is left
    modules: tuple[InceptionSpec, ...] = MODULES  # 3a, 3b, 4a to 4e, 5a, 5b
    batch_norm: bool = (
        False  # after every convolution, which then has no bias; no local response normalization
    )
    wide_kernel: int = 5  # the kernel size of the third branch
    last_pool: int = 3  # the window of the pooling before 5a
    dropout: float = 0.4  # the rate before the classifier
    aux_heads: bool = False
    stem_stride: int = 2  # of the first convolution; 1: for small images, then no pooling follows it


TORCHVISION = GoogLeNetSpec(
    params=6_624_904, smallest_image=15, batch_norm=True, wide_kernel=3, last_pool=2, dropout=0.2
)

GOOGLENETS = {
    "googlenet": GoogLeNetSpec(params=6_998_552),
    "googlenet_aux": GoogLeNetSpec(params=13_378_280, aux_heads=True),
    "googlenet_torchvision": TORCHVISION,
    "googlenet_torchvision_aux": TORCHVISION._replace(params=13_004_888, aux_heads=True),
    "googlenet_32": GoogLeNetSpec(
        params=5_991_082, image_size=32, num_classes=10, smallest_image=8, batch_norm=True, stem_stride=1
    ),
}


class PublishedRow(NamedTuple):
    """A row of the paper's table 1 that has weights."""

    output: str  # height x width x channels
    params: float  # thousands, of 1,024
    operations: float  # millions of multiplications


PUBLISHED = {
    "7x7": PublishedRow("112x112x64", 2.7, 34),
    "3x3": PublishedRow("56x56x192", 112, 360),
    "3a": PublishedRow("28x28x256", 159, 128),
    "3b": PublishedRow("28x28x480", 380, 304),
    "4a": PublishedRow("14x14x512", 364, 73),
    "4b": PublishedRow("14x14x512", 437, 88),
    "4c": PublishedRow("14x14x512", 463, 100),
    "4d": PublishedRow("14x14x528", 580, 119),
    "4e": PublishedRow("14x14x832", 840, 170),
    "5a": PublishedRow("7x7x832", 1072, 54),
    "5b": PublishedRow("7x7x1024", 1388, 71),
    "linear": PublishedRow("1x1x1000", 1000, 1),
}
