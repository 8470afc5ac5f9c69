"""Augmentation settings: how training images are changed at random, in plain numbers.

`course_lib.pytorch.augmentation.augment` carries them out.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Fill = Literal["zero", "edge", "reflect"]

WHOLE = ("crop", "cutout")
INTERVALS = {  # which real numbers a setting takes, and the same in words
    "flip": (lambda v: 0 <= v <= 1, "a probability from 0 to 1"),
    "shift": (lambda v: 0 <= v <= 1, "a share of the side from 0 to 1"),
    "rotation": (lambda v: 0 <= v <= 180, "an angle from 0 to 180 degrees"),
    "shear": (lambda v: 0 <= v < 90, "an angle of at least 0 and below 90 degrees"),
    "zoom": (
        lambda v: 0 <= v < 1,
        "a number of at least 0 and below 1, for scales from 1 - zoom to 1 + zoom",
    ),
    "resized_crop": (
        lambda v: 0 <= v < 1,
        "the smallest share of the area that is cut out, above 0 and below 1 (1 would cut out the whole image "
        "each time), or 0 for off",
    ),
    "brightness": (
        lambda v: 0 <= v <= 1,
        "a number from 0 to 1, for factors from 1 - brightness to 1 + brightness",
    ),
    "channel_shift": (lambda v: 0 <= v <= 1, "a number from 0 to 1, on the scale of pixels from 0 to 1"),
    "noise": (lambda v: 0 <= v < math.inf, "a standard deviation of at least 0, of pixels from 0 to 1"),
    "noise_share": (
        lambda v: 0 < v <= 1,
        "a share above 0 and at most 1; to switch the noise off set noise=0",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How to change each training image at random; everything is off by default, at 0.

    The lecture's mirroring with crops, and its noise, are `Augmentation(flip=0.5, crop=4)` and
    `Augmentation(noise=0.01)`.

    Raises:
        ValueError: for a value that cannot work.

    >>> Augmentation(flip=2)
    Traceback (most recent call last):
      ...
    ValueError: flip must be a probability from 0 to 1, got 2
    """

    flip: float = 0.0  # probability of a mirror image, left to right
    crop: int = 0  # pixels added on each side before a random crop back to size
    shift: float = 0.0  # largest shift, as a share of the side, in each direction
    rotation: float = 0.0  # largest angle, in degrees, either way
    shear: float = 0.0  # largest angle, in degrees, either way
    zoom: float = 0.0  # z draws the scale from 1 - z to 1 + z
    resized_crop: float = 0.0  # smallest share of the area that is cut out and resized back
    brightness: float = 0.0  # b draws the factor of all pixels from 1 - b to 1 + b
    channel_shift: float = 0.0  # largest amount added to or taken from each channel, of pixels from 0 to 1
    cutout: int = 0  # side, in pixels, of a square set to gray
    noise: float = 0.0  # standard deviation, of pixels from 0 to 1
    noise_share: float = 0.5  # probability that an image gets noise
    fill: Fill = "zero"  # what stands outside the image: black, its outermost pixels, or its mirror image

    def __post_init__(self):
        for name in WHOLE:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{name} must be a whole number of pixels, at least 0, got {value!r}")
        for name, (holds, words) in INTERVALS.items():
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not holds(value):
                raise ValueError(f"{name} must be {words}, got {value!r}")
            object.__setattr__(self, name, float(value))  # 1 and 1.0 are the same setting
        if self.fill not in get_args(Fill):
            raise ValueError(f"fill must be one of {', '.join(get_args(Fill))}, got {self.fill!r}")

    def as_dict(self) -> dict[str, Any]:
        """Return all settings by name, ready for JSON; `Augmentation(**values)` gives them back."""
        return asdict(self)
