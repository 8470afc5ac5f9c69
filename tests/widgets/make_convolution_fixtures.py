"""Computes with PyTorch what the demos' numerics must compute in JavaScript; run it to write the fixtures anew."""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from course_lib.widgets.kernels import GALLERY
from course_lib.widgets.pictures import samples

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/convolution.fixtures.json"
CASES = 32
WORKED = (
    ("matrix-6x6", "vertical-edge"),
    ("matrix-5x5", "worked-example"),
    ("half-bright", "vertical-edge"),
    ("digit-3", "gaussian-blur"),
    ("digit-8", "gaussian-7"),
)


def convolution() -> dict:
    """Return random cases over sizes, strides, paddings, dilations and channels, and the worked examples."""
    generator = np.random.default_rng(0)
    return {
        "cases": [random_case(generator) for _ in range(CASES)],
        "worked": [worked_case(image, kernel) for image, kernel in WORKED],
    }


def random_case(generator: np.random.Generator) -> dict:
    """Draw a case whose window fits; two decimals each, so that the expected sums are exact to four."""
    size, dilation = (int(generator.integers(1, high)) for high in (4, 4))
    size = 2 * size - 1 if generator.random() < 0.8 else 7
    stride, padding, channels = (int(generator.integers(low, high)) for low, high in ((1, 5), (0, 4), (1, 4)))
    least = max(1, dilation * (size - 1) + 1 - 2 * padding)
    height, width = (int(generator.integers(least, least + 6)) for _ in range(2))
    images = generator.integers(-200, 201, (channels, height, width)) / 100
    kernels = generator.integers(-200, 201, (channels, size, size)) / 100
    bias = int(generator.integers(-100, 101)) / 100
    options = {"stride": stride, "padding": padding, "dilation": dilation, "bias": bias}
    return case(images, kernels, options)


def worked_case(image: str, kernel: str) -> dict:
    """Return a sample picture and a gallery kernel with the output that PyTorch computes."""
    picture = samples()[image]
    pixels = np.frombuffer(picture.data, np.uint8).reshape(1, picture.height, picture.width).astype(float)
    cells = np.array(GALLERY[kernel].cells, dtype=float)[None]
    options = {"stride": 1, "padding": 0, "dilation": 1, "bias": 0.0, "divisor": GALLERY[kernel].divisor}
    return {"image": image, "kernel": kernel, **case(pixels, cells, options)}


def case(images: np.ndarray, kernels: np.ndarray, options: dict) -> dict:
    """Filter (channels, height, width) with (channels, size, size) and write both down with the outcome."""
    geometry = {name: options[name] for name in ("stride", "padding", "dilation")}
    weights = kernels / options.get("divisor", 1)
    output = functional.conv2d(
        torch.from_numpy(images)[None],
        torch.from_numpy(weights)[None],
        torch.tensor([options["bias"]], dtype=torch.float64),
        **geometry,
    )
    return {
        "options": options,
        "images": images.tolist(),
        "kernels": kernels.tolist(),
        "output": output[0, 0].numpy().round(6).tolist(),
    }


if __name__ == "__main__":
    FIXTURES.write_text(json.dumps(convolution(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")
