import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data.augmentation import Augmentation

SHARES = st.floats(0, 1) | st.sampled_from([0, 1])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "flip": SHARES,
        "crop": st.integers(0, 64),
        "shift": SHARES,
        "rotation": st.floats(0, 180) | st.integers(0, 180),
        "shear": st.floats(0, 90, exclude_max=True),
        "zoom": st.floats(0, 1, exclude_max=True),
        "resized_crop": st.floats(0, 1, exclude_max=True),
        "brightness": SHARES,
        "channel_shift": SHARES,
        "cutout": st.integers(0, 64),
        "noise": st.floats(0, 10),
        "noise_share": st.floats(0, 1, exclude_min=True),
        "fill": st.sampled_from(["zero", "edge", "reflect"]),
    },
)


def test_everything_is_off_by_default():
    left = {field.name: getattr(Augmentation(), field.name) for field in fields(Augmentation)}
    assert (left.pop("noise_share"), left.pop("fill")) == (0.5, "zero")
    assert set(left.values()) == {0}


@given(values=SETTINGS)
def test_settings_come_back_from_json(values):
    how = Augmentation(**values)
    assert Augmentation(**json.loads(json.dumps(how.as_dict()))) == how
    assert {name: how.as_dict()[name] for name in values} == values


def test_equal_settings_are_written_and_hashed_alike():
    whole = Augmentation(flip=1, shift=0, rotation=15, noise=1, noise_share=1)
    real = Augmentation(flip=1.0, shift=0.0, rotation=15.0, noise=1.0, noise_share=1.0)
    assert json.dumps(whole.as_dict()) == json.dumps(real.as_dict())
    assert hash(whole) == hash(real)


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Augmentation().flip = 0.5


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("flip", -0.1, "flip must be a probability from 0 to 1, got -0.1"),
        ("flip", 1.5, "flip must be a probability from 0 to 1, got 1.5"),
        ("flip", True, "flip must be a probability from 0 to 1, got True"),
        ("flip", float("nan"), "flip must be a probability from 0 to 1, got nan"),
        ("crop", -1, "crop must be a whole number of pixels, at least 0, got -1"),
        ("crop", 4.0, "crop must be a whole number of pixels, at least 0, got 4.0"),
        ("shift", 4, "shift must be a share of the side from 0 to 1, got 4"),
        ("rotation", 181, "rotation must be an angle from 0 to 180 degrees, got 181"),
        ("shear", 90, "shear must be an angle of at least 0 and below 90 degrees, got 90"),
        ("zoom", 1, "zoom must be a number of at least 0 and below 1, .*, got 1"),
        ("resized_crop", 1, r"resized_crop must be .*1 would cut out the whole image each time.*, got 1"),
        ("brightness", 1.2, "brightness must be a number from 0 to 1, .*, got 1.2"),
        ("channel_shift", 20, "channel_shift must be a number from 0 to 1, .*, got 20"),
        ("cutout", True, "cutout must be a whole number of pixels, at least 0, got True"),
        ("noise", float("inf"), "noise must be a standard deviation of at least 0, .*, got inf"),
        ("noise", "much", "noise must be a standard deviation of at least 0, .*, got 'much'"),
        ("noise_share", 0, "noise_share must be .*; to switch the noise off set noise=0, got 0"),
        ("fill", "wrap", "fill must be one of zero, edge, reflect, got 'wrap'"),
    ],
)
def test_a_value_that_cannot_work_is_refused(name, value, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Augmentation(**{name: value})


def test_settings_load_neither_numpy_nor_a_framework():
    code = "import sys, course_lib.data.augmentation; print({'numpy', 'torch', 'keras'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
