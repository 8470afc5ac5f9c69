"""What data sets there are: one frozen row each.

Checksums of downloads are those that TensorFlow Datasets publishes for the same addresses. Where a row gives
`fingerprints`, they are the fingerprints of the whole splits as `load` returns them with seed 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.suggest import suggest


@dataclass(frozen=True)
class Download:
    """A file as its publisher serves it.

    `urls` are tried in this order; `size` is in bytes; `sha256` is of the file. `content_sha256`, where given,
    is of the decompressed content: a copy that was compressed anew is accepted by it.
    """

    file_name: str
    urls: tuple[str, ...]
    size: int
    sha256: str
    content_sha256: str | None = None


@dataclass(frozen=True)
class DataSpec:
    """A data set.

    `shape` is the (H, W, C) of every loaded image and `splits` the number of images by split. `own_split` marks
    a set that is published without a split: `splits.by_name` makes it from class and file name, and keeps the
    files of each group in `duplicates` (exact copies) on one side. `photos` marks images of different sizes,
    which are resized and cropped to `shape`.
    """

    name: str
    title: str
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    splits: Mapping[str, int]
    license: str
    home: str
    downloads: tuple[Download, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    own_split: bool = False
    photos: bool = False
    duplicates: tuple[tuple[str, ...], ...] = ()

    @property
    def download_size(self) -> int:
        """Bytes to download; 0 for a set that comes with the installation."""
        return sum(download.size for download in self.downloads)


def _fashion(file_name: str, size: int, sha256: str, content_sha256: str) -> Download:
    urls = (
        f"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/{file_name}",
        f"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{file_name}",
    )
    return Download(file_name, urls, size, sha256, content_sha256)


_ROWS = (
    DataSpec(
        name="digits",
        title="Digits",
        shape=(8, 8, 1),
        class_names=tuple("0123456789"),
        splits={"train": 1_437, "test": 360},
        license="CC BY 4.0",
        home="https://archive.ics.uci.edu/dataset/80",
        fingerprints={"train": "10a2ac79f22a203b", "test": "9acf099287c7fce5"},
        own_split=True,
    ),
    DataSpec(
        name="shapes",
        title="Shapes",
        shape=(32, 32, 3),
        class_names=("circle", "ring", "moon", "heart", "triangle", "square", "cross", "star"),
        splits={"train": 4_000, "test": 1_000},
        license="MIT, drawn by this package",
        home="course_lib.data.shapes",
        fingerprints={"train": "a4dda3ad55ddce99", "test": "41671f81438ea355"},
    ),
    DataSpec(
        name="fashion_mnist",
        title="Fashion-MNIST",
        shape=(28, 28, 1),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        splits={"train": 60_000, "test": 10_000},
        license="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        fingerprints={"train": "db5e20db127585b4", "test": "b63f381b383671d6"},
        downloads=(
            _fashion(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            _fashion(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            _fashion(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            _fashion(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    DataSpec(
        name="cifar10",
        title="CIFAR-10",
        shape=(32, 32, 3),
        class_names=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        splits={"train": 50_000, "test": 10_000},
        license="none stated",
        home="https://www.cs.toronto.edu/~kriz/cifar.html",
        downloads=(
            # The binary version: the Python version holds pickles, which can run code when they are opened.
            Download(
                "cifar-10-binary.tar.gz",
                ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
    ),
    DataSpec(
        name="flowers",
        title="Flowers",
        shape=(128, 128, 3),
        class_names=("daisy", "dandelion", "roses", "sunflowers", "tulips"),
        splits={"train": 2_752, "valid": 551, "test": 367},
        license="CC BY, per photo",
        home="https://www.tensorflow.org/datasets/catalog/tf_flowers",
        downloads=(
            Download(
                "flower_photos.tgz",
                (
                    "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
                    "http://download.tensorflow.org/example_images/flower_photos.tgz",
                ),
                228_813_984,
                "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
            ),
        ),
        own_split=True,
        photos=True,
        duplicates=(
            # The first pair carries two different labels: one of them is wrong.
            ("roses/15922772266_1167a06620.jpg", "tulips/15922772266_1167a06620.jpg"),
            ("sunflowers/14889392928_9742aed45b_m.jpg", "sunflowers/15066430311_fb57fa92b0_m.jpg"),
            ("sunflowers/15069459615_7e0fd61914_n.jpg", "sunflowers/15072973261_73e2912ef2_n.jpg"),
        ),
    ),
)

CATALOG: Mapping[str, DataSpec] = {row.name: row for row in _ROWS}


def names() -> tuple[str, ...]:
    """The names that `load` accepts."""
    return tuple(CATALOG)


def find(name: str) -> DataSpec:
    """The row called `name`; a ValueError names the nearest one when there is none."""
    if name in CATALOG:
        return CATALOG[name]
    raise ValueError(f"no data set is called {name!r}: {suggest(name, CATALOG)}")


def check_split(spec: DataSpec, split: str) -> None:
    """Raise a ValueError that names the splits of `spec` unless `split` is one of them."""
    if split in spec.splits:
        return
    hint = "" if "valid" in spec.splits else " For validation, split the training set: train.hold_out(0.1)."
    raise ValueError(f"{spec.name} has no split {split!r}; it has: {', '.join(spec.splits)}.{hint}")
