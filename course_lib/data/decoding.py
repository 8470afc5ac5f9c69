"""JPEG and PNG streams to arrays and back, on all cores (Pillow lets other threads run while it works)."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from course_lib.data.errors import DataError

_CHUNK = 64  # Images a task; small ones would spend their time on being handed out.


def decode(
    streams: Sequence[bytes], shape: tuple[int, int, int], where: str, photos: bool = False
) -> np.ndarray:
    """Decode to uint8 (N, *shape), grey or color as `shape` asks.

    With `photos`, images may have any size: the shorter side is resized to that of `shape` (bicubic) and the middle
    is cut out. Raises DataError, naming `where`, for a stream that is damaged or has another size.
    """
    out = np.empty((len(streams), *shape), dtype=np.uint8)

    def work(start: int) -> None:
        for row in range(start, min(start + _CHUNK, len(streams))):
            out[row] = _decode_one(
                streams[row], shape, f"image {row:,} of {len(streams):,} in {where}", photos
            )

    _on_all_cores(work, range(0, len(streams), _CHUNK))
    return out


def encode(images: np.ndarray, quality: int | None) -> list[bytes]:
    """Encode uint8 (N, H, W, C): as PNG without loss for `quality=None`, else as JPEG of that quality, full color."""
    options = (
        {"format": "PNG"} if quality is None else {"format": "JPEG", "quality": quality, "subsampling": 0}
    )

    def work(start: int) -> list[bytes]:
        streams = []
        for image in images[start : start + _CHUNK]:
            stream = io.BytesIO()
            Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(stream, **options)
            streams.append(stream.getvalue())
        return streams

    return [stream for part in _on_all_cores(work, range(0, len(images), _CHUNK)) for stream in part]


def jpeg_quality(stream: bytes) -> int | None:
    """The quality setting (1..100) that libjpeg would have needed for `stream`; None if it is not a JPEG of libjpeg."""
    tables = getattr(_open(stream), "quantization", None)
    for quality in range(100, 0, -1) if tables else ():
        probe = io.BytesIO()
        Image.new("RGB", (8, 8)).save(probe, format="JPEG", quality=quality)
        probe_tables = _open(probe.getvalue()).quantization
        if all(tables[key] == probe_tables.get(key) for key in tables):
            return quality
    return None


def is_jpeg(stream: bytes) -> bool:
    """Whether `stream` is a JPEG, and so not an exact copy of what was encoded."""
    return stream[:2] == b"\xff\xd8"


def _open(stream: bytes) -> Image.Image:
    return Image.open(io.BytesIO(stream), formats=("JPEG", "PNG"))


def _decode_one(stream: bytes, shape: tuple[int, int, int], where: str, photos: bool) -> np.ndarray:
    height, width, channels = shape
    try:
        image = _open(stream)
        image.load()
    except (OSError, SyntaxError, ValueError) as error:  # Pillow raises SyntaxError for a broken PNG.
        raise DataError(f"{where} is damaged ({error}); get the file afresh.") from error
    mode = "L" if channels == 1 else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if photos:
        image = _fit(image, width, height)
    if image.size != (width, height):
        raise DataError(f"{where} is {image.width}x{image.height} pixels, expected {width}x{height}.")
    return np.asarray(image).reshape(shape)


def _fit(image: Image.Image, width: int, height: int) -> Image.Image:
    """Resize so that `image` just covers width x height, then cut out the middle."""
    scale = max(width / image.width, height / image.height)
    size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
    if size != image.size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return image.crop((left, top, left + width, top + height))


def _on_all_cores(work: Callable[[int], object], starts: range) -> list:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(work, start) for start in starts]
        try:
            return [task.result() for task in tasks]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
