"""Streams to images: exact, in order, at the size asked for, with errors that name the image."""

import io

import numpy as np
import pytest
from PIL import Image

from course_lib.data.decoding import decode, encode, jpeg_quality
from course_lib.data.errors import DataError


def noise(count, height=8, width=8, channels=3, seed=0):
    shape = (count, height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_brings_back_every_byte_in_order_over_many_tasks(channels):
    images = noise(300, channels=channels)
    assert np.array_equal(decode(encode(images, None), (8, 8, channels), "here"), images)


def test_jpeg_of_high_quality_is_close_and_keeps_full_color():
    images = noise(5)
    near = decode(encode(images, 95), (8, 8, 3), "here")
    error = np.abs(near.astype(int) - images)
    assert 0 < error.mean() < 6


def test_grey_and_color_are_turned_into_what_is_asked_for():
    grey, color = noise(1, channels=1), noise(1)
    assert np.array_equal(decode(encode(grey, None), (8, 8, 3), "here"), grey.repeat(3, axis=-1))
    assert decode(encode(color, None), (8, 8, 1), "here").shape == (1, 8, 8, 1)


@pytest.mark.parametrize(("height", "width"), [(8, 20), (20, 8), (8, 8)])
def test_photo_whose_shorter_side_fits_is_only_cropped_in_the_middle(height, width):
    photo = noise(1, height, width)
    top, left = (height - 8) // 2, (width - 8) // 2
    expected = photo[:, top : top + 8, left : left + 8]
    assert np.array_equal(decode(encode(photo, None), (8, 8, 3), "here", photos=True), expected)


@pytest.mark.parametrize(("height", "width"), [(31, 50), (50, 31), (5, 7), (7, 5), (128, 16)])
def test_photo_of_any_size_comes_out_at_the_size_asked_for(height, width):
    plain = np.full((1, height, width, 3), 77, dtype=np.uint8)
    out = decode(encode(plain, None), (16, 16, 3), "here", photos=True)
    assert np.array_equal(out, np.full((1, 16, 16, 3), 77))


def test_image_of_another_size_is_refused():
    streams = encode(noise(2), None) + encode(noise(1, 8, 9), None)
    with pytest.raises(DataError, match="image 2 of 3 in here is 9x8 pixels, expected 8x8"):
        decode(streams, (8, 8, 3), "here")


@pytest.mark.parametrize("quality", [None, 80])
@pytest.mark.parametrize("damage", ["cut", "empty", "rubbish"])
def test_damaged_image_is_named(quality, damage):
    streams = encode(noise(3, 40, 40), quality)
    streams[1] = {"cut": streams[1][: len(streams[1]) // 2], "empty": b"", "rubbish": b"rubbish"}[damage]
    with pytest.raises(DataError, match=r"image 1 of 3 in here is damaged .* get the file afresh"):
        decode(streams, (40, 40, 3), "here")


def test_formats_other_than_jpeg_and_png_are_refused():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="BMP")
    with pytest.raises(DataError, match="image 0 of 1 in here is damaged"):
        decode([out.getvalue()], (8, 8, 3), "here")


@pytest.mark.parametrize("quality", [1, 49, 75, 95, 100])
@pytest.mark.parametrize("channels", [1, 3])
def test_quality_is_read_back_from_a_jpeg(quality, channels):
    stream = encode(noise(1, channels=channels), quality)[0]
    assert jpeg_quality(stream) == quality


def test_quality_is_none_for_a_png_and_for_tables_of_another_program():
    assert jpeg_quality(encode(noise(1), None)[0]) is None
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="JPEG", qtables=[[7] * 64, [9] * 64])
    assert jpeg_quality(out.getvalue()) is None
