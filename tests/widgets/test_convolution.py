import json
import subprocess

import numpy as np
import pytest
import torch
import traitlets
from make_convolution_fixtures import FIXTURES, convolution
from torch.nn import functional

from course_lib.widgets import ConvolutionDemo
from course_lib.widgets.convolution import MAX_PADDING
from course_lib.widgets.kernels import GALLERY, SIZES
from course_lib.widgets.pictures import samples

MAX_PICTURE_BYTES = 60_000
EDGE = [[1, 0, -1]] * 3


def filtered(image: str, kernel: str) -> list[list[int]]:
    picture = samples()[image]
    pixels = np.frombuffer(picture.data, np.uint8).reshape(1, 1, picture.height, picture.width)
    weights = torch.tensor(GALLERY[kernel].weights())[None, None]
    return functional.conv2d(torch.from_numpy(pixels.copy()).float(), weights)[0, 0].int().tolist()


@pytest.mark.parametrize("suite", ["convolution.test.mjs", "convolution_state.test.mjs"])
def test_front_end_passes_its_tests(node, suite):
    folder = FIXTURES.parent
    done = subprocess.run([node, "--test", suite], cwd=folder, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout


def test_fixtures_are_what_torch_computes():
    stored = json.loads(FIXTURES.read_text(encoding="utf-8"))
    fresh = json.loads(json.dumps(convolution()))
    for group in ("cases", "worked"):
        assert len(stored[group]) == len(fresh[group])
        for old, new in zip(stored[group], fresh[group], strict=True):
            np.testing.assert_allclose(old.pop("output"), new.pop("output"), atol=1e-5)
            assert old == new


@pytest.mark.parametrize(
    ("image", "kernel", "sums"),
    [
        (
            "matrix-6x6",
            "vertical-edge",
            [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]],
        ),
        ("matrix-5x5", "worked-example", [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ("half-bright", "vertical-edge", [[0, 30, 30, 0]] * 4),
    ],
)
def test_worked_examples_hold_the_numbers_of_the_book(image, kernel, sums):
    assert samples()[image].kernel == kernel
    assert filtered(image, kernel) == sums


def test_gallery_kernels_are_square_and_add_up_to_what_they_are_for():
    for name, kernel in GALLERY.items():
        weights = np.array(kernel.weights())
        assert weights.shape == (kernel.size, kernel.size), name
        assert kernel.size in SIZES, name
        if "blur" in name or "gaussian" in name or name in ("identity", "sharpen", "motion-7"):
            assert weights.sum() == pytest.approx(1), name
        elif name != "worked-example":
            assert weights.sum() == 0, name


def test_pictures_fit_into_a_page():
    assert sum(len(picture.data) for picture in samples().values()) <= MAX_PICTURE_BYTES


def test_pictures_have_the_size_they_say():
    from io import BytesIO

    from PIL import Image

    for name, picture in samples().items():
        if picture.encoding == "uint8":
            assert len(picture.data) == picture.height * picture.width * picture.channels, name
            assert picture.low <= min(picture.data), name
            assert max(picture.data) <= picture.high, name
        else:
            with Image.open(BytesIO(picture.data)) as image:
                assert (image.size, image.mode) == ((picture.width, picture.height), "RGB"), name
                assert image.format.lower() == picture.encoding, name


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    digits = load_digits()
    for name in ("digit-0", "digit-3", "digit-4", "digit-8"):
        index = int(name[-1])
        assert digits.target[index] == index
        assert bytes(digits.images[index].astype(np.uint8).ravel()) == samples()[name].data


def test_repr_says_what_is_shown():
    assert repr(ConvolutionDemo()) == (
        "ConvolutionDemo: the kernel “Vertical edge” (3 × 3) over the picture “6 × 6 numbers”, "
        "stride 1, padding 0, dilation 1: 6 × 6 values in, 4 × 4 out."
    )
    assert "does not fit" in repr(ConvolutionDemo(dilation=4))
    assert "reader's own" in repr(ConvolutionDemo(np.zeros((5, 8)), np.ones((1, 1))))


def test_an_array_travels_as_it_is():
    image = np.random.default_rng(0).random((5, 7, 3))
    demo = ConvolutionDemo(image)
    assert (demo.image, demo.mode) == ("array", "step")
    sent = demo._array
    assert (sent["height"], sent["width"], sent["channels"], sent["low"], sent["high"]) == (5, 7, 3, 0.0, 1.0)
    np.testing.assert_array_equal(
        np.frombuffer(sent["data"], "<f4").reshape(5, 7, 3), image.astype(np.float32)
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.array([[3, 7]], np.uint8), (0, 255)),
        (np.array([[3, 7]]), (0, 7)),
        (np.array([[-3.0, 7.0]]), (-3, 7)),
        (np.array([[0.25, 0.5]]), (0, 1)),
        (np.array([[0, 0]]), (0, 1)),
    ],
)
def test_black_and_white_suit_the_array(image, expected):
    sent = ConvolutionDemo(image)._array
    assert (sent["low"], sent["high"]) == expected


def test_a_new_array_replaces_the_old_one():
    demo = ConvolutionDemo(np.zeros((4, 4)))
    demo.image = np.ones((9, 9))
    assert demo._array["height"] == 9


def test_kernels_are_names_or_weights():
    demo = ConvolutionDemo(kernel="box-blur")
    np.testing.assert_allclose(demo.weights, np.full((3, 3), 1 / 9))
    demo.kernel = np.array(EDGE)
    assert demo.kernel == EDGE
    np.testing.assert_array_equal(demo.weights, EDGE)


def test_a_kernel_for_each_channel_turns_color_on():
    assert ConvolutionDemo("flower", np.zeros((3, 5, 5))).color
    demo = ConvolutionDemo("flower")
    demo.kernel = [EDGE, EDGE, EDGE]
    assert demo.color


def test_padding_may_be_named():
    demo = ConvolutionDemo(kernel="gaussian-7", padding="same", dilation=4)
    assert demo.padding == MAX_PADDING
    demo.padding = "valid"
    assert demo.padding == 0


def test_mode_and_view_suit_picture_and_kernel():
    small, large = ConvolutionDemo(), ConvolutionDemo("china", "sharpen")
    assert (small.mode, small.view) == ("step", "signed")
    assert (large.mode, large.view) == ("sweep", "clipped")
    assert ConvolutionDemo(compact=True).mode == "sweep"
    assert ConvolutionDemo(kernel=np.ones((3, 3))).view == "clipped"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": "moon"}, "no picture 'moon'; choose one of 'matrix-6x6'"),
        ({"image": "array"}, "set image to the array itself"),
        ({"image": np.zeros((2, 3, 4))}, r"shape \(H, W\) or \(H, W, 3\), and has \(2, 3, 4\)"),
        ({"image": np.zeros((2, 600))}, "1 to 512 pixels"),
        ({"image": np.zeros((0, 5))}, "1 to 512 pixels"),
        ({"image": [[1, 2], [3]]}, "rows of the same length"),
        ({"image": np.array([["a"]])}, "integers or floats"),
        ({"image": np.array([[np.nan]])}, "finite"),
        ({"kernel": "nothing"}, "no kernel 'nothing'; choose one of 'identity'"),
        ({"kernel": np.ones((2, 2))}, r"k one of 1, 3, 5, 7, and has \(2, 2\)"),
        ({"kernel": np.ones((3, 5))}, r"has \(3, 5\)"),
        ({"kernel": np.ones((2, 3, 3))}, r"\(3, k, k\)"),
        ({"kernel": [[1, 2], [3]]}, "name or numbers"),
        ({"kernel": [[np.inf]]}, "finite"),
        ({"stride": 5}, "not be greater than 4"),
        ({"stride": 0}, "not be less than 1"),
        ({"dilation": 5}, "not be greater than 4"),
        ({"padding": -1}, '0 to 12, "valid" or "same"'),
        ({"padding": "full"}, '0 to 12, "valid" or "same"'),
        ({"padding": 1.5}, '0 to 12, "valid" or "same"'),
        ({"mode": "fast"}, "'step', 'sweep'"),
        ({"view": "loud"}, "'signed', 'clipped', 'absolute'"),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(arguments, message):
    with pytest.raises(traitlets.TraitError, match=message):
        ConvolutionDemo(**arguments)


def test_a_misspelled_setting_is_an_error():
    with pytest.raises(TypeError, match="strides"):
        ConvolutionDemo(strides=2)


def test_a_refused_change_leaves_the_demo_as_it_was():
    demo = ConvolutionDemo()
    for name, value in (("image", np.zeros(3)), ("kernel", "nothing"), ("padding", 99), ("mode", "fast")):
        before = getattr(demo, name)
        with pytest.raises(traitlets.TraitError):
            setattr(demo, name, value)
        assert getattr(demo, name) == before
