"""The contenders of `training.py` that augment: `augment`, torchvision's transforms.v2 and Keras's layers.

Run as a script it is one of them, on one thread. A task names what to do with a batch of bytes (B, 32, 32, 3): the
result is floats from 0 to 1, changed at random. `flip_crop` mirrors half of the images and cuts each out of itself
with 4 black pixels around; `affine` rotates, shifts, shears and zooms; `all` does both, then changes the brightness,
adds noise and erases a square.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from contenders import Turns

BATCH = 512
TASKS = ("flip_crop", "affine", "all")
CROP, ANGLE, SHIFT, SHEAR, ZOOM, BRIGHTNESS, NOISE, SQUARE = 4, 15, 0.1, 10, 0.1, 0.2, 0.05, 8

Step = Callable[[], Any]


def course(pixels: np.ndarray) -> dict[str, Step]:
    """`course_lib.pytorch.augmentation.augment`: the whole batch at once, every image with its own draws."""
    import torch

    from course_lib.data.augmentation import Augmentation
    from course_lib.pytorch.augmentation import augment

    torch.set_num_threads(1)
    batch, generator = torch.tensor(pixels), torch.Generator().manual_seed(0)
    flip_crop = {"flip": 0.5, "crop": CROP}
    affine = {"rotation": ANGLE, "shift": SHIFT, "shear": SHEAR, "zoom": ZOOM}
    colors = {"brightness": BRIGHTNESS, "noise": NOISE, "noise_share": 1, "cutout": SQUARE}
    settings = {"flip_crop": flip_crop, "affine": affine, "all": flip_crop | affine | colors}
    hows = {task: Augmentation(**chosen) for task, chosen in settings.items()}
    return {task: lambda how=how: augment(batch, how, generator) for task, how in hows.items()}


def transforms(size: int) -> dict[str, Any]:
    """The same in torchvision's transforms.v2, on tensors of bytes, which its documentation says is fastest."""
    import torch
    from oracle import import_torchvision

    v2 = import_torchvision().transforms.v2
    flip_crop = [v2.RandomCrop(size, padding=CROP), v2.RandomHorizontalFlip(0.5)]
    affine = v2.RandomAffine(
        ANGLE, (SHIFT, SHIFT), (1 - ZOOM, 1 + ZOOM), SHEAR, interpolation=v2.InterpolationMode.BILINEAR
    )
    as_floats = v2.ToDtype(torch.float32, scale=True)
    area = (SQUARE / size) ** 2
    colors = [
        v2.ColorJitter(brightness=BRIGHTNESS),
        v2.GaussianNoise(sigma=NOISE),
        v2.RandomErasing(p=1, scale=(area, area), ratio=(1, 1), value=0.5),
    ]
    return {
        "flip_crop": v2.Compose([*flip_crop, as_floats]),
        "affine": v2.Compose([affine, as_floats]),
        "all": v2.Compose([*flip_crop, affine, as_floats, *colors]),
    }


def torchvision_each(pixels: np.ndarray) -> dict[str, Step]:
    """transforms.v2 image by image, as a data set does it, and the batch made of the results."""
    import torch

    torch.set_num_threads(1)
    images = torch.tensor(pixels).permute(0, 3, 1, 2).contiguous()
    hows = transforms(pixels.shape[1])
    return {task: lambda how=how: torch.stack([how(image) for image in images]) for task, how in hows.items()}


def torchvision_batch(pixels: np.ndarray) -> dict[str, Step]:
    """transforms.v2 on a batch at once, which draws once for all of its images: less random than the others."""
    import torch

    torch.set_num_threads(1)
    images = torch.tensor(pixels).permute(0, 3, 1, 2).contiguous()
    return {task: lambda how=how: how(images) for task, how in transforms(pixels.shape[1]).items()}


def keras_layers(pixels: np.ndarray) -> dict[str, Step]:
    """Keras's preprocessing layers on a batch, as a compiled function, which tf.data makes of them too.

    The crop is a RandomTranslation to the nearest pixel, because RandomCrop draws once for the whole batch.
    """
    import keras
    import tensorflow
    from keras import layers

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(0)
    size = pixels.shape[1]
    black = {"fill_mode": "constant", "fill_value": 0.0}
    flip_crop = [
        layers.RandomFlip("horizontal"),
        layers.RandomTranslation(CROP / size, CROP / size, interpolation="nearest", **black),
    ]
    affine = [
        layers.RandomRotation(ANGLE / 360, **black),
        layers.RandomTranslation(SHIFT, SHIFT, **black),
        layers.RandomShear(math.tan(math.radians(SHEAR)), **black),
        layers.RandomZoom(ZOOM, **black),
    ]
    share = (SQUARE / size, SQUARE / size)
    colors = [
        layers.RandomBrightness(BRIGHTNESS, value_range=(0, 1)),
        layers.GaussianNoise(NOISE),
        layers.RandomErasing(factor=(1.0, 1.0), scale=share, fill_value=0.5, value_range=(0, 1)),
    ]
    hows = {"flip_crop": flip_crop, "affine": affine, "all": flip_crop + affine + colors}
    batch = tensorflow.constant(pixels)

    def compiled(steps: list) -> Step:
        model = keras.Sequential([layers.Rescaling(1 / 255), *steps])
        run = tensorflow.function(lambda images: model(images, training=True))
        return lambda: run(batch)

    return {task: compiled(steps) for task, steps in hows.items()}


CONTENDERS = {
    "course": course,
    "torchvision_each": torchvision_each,
    "torchvision_batch": torchvision_batch,
    "keras": keras_layers,
}


def main(settings: dict[str, Any]) -> None:
    """Time batches, as many as make up `settings["turn"]` seconds, whenever it is this contender's turn."""
    turns = Turns()
    with np.load(settings["data"]) as file:
        steps = CONTENDERS[settings["who"]](file["images"][:BATCH])
    repeats = {}
    for _ in range(settings["turns"]):
        step = steps[task := turns.wait()]
        if task not in repeats:  # the turn to warm up
            step()
            repeats[task] = max(1, math.ceil(settings["turn"] / timed(step, 1)))
        turns.reply(seconds=timed(step, repeats[task]))


def timed(step: Step, repeats: int) -> float:
    """The seconds of one `step`, the mean of several."""
    began = time.perf_counter()
    for _ in range(repeats):
        result = step()
    np.asarray(result)  # waits for a result that is still being computed
    return (time.perf_counter() - began) / repeats


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
