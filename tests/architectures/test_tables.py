import pytest

from course_lib import architectures
from course_lib.architectures import TABLES, VGGS


def test_names_of_models_are_unique():
    assert len(set(architectures.names())) == sum(map(len, TABLES)) == len(architectures.names())


def test_find_returns_the_row():
    assert architectures.find("small_vgg") is VGGS["small_vgg"]


def test_find_changes_only_the_image_size():
    assert architectures.find("small_vgg", 28) == VGGS["small_vgg"]._replace(image_size=28)


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(ValueError, match="no model is called 'smal_vgg': did you mean small_vgg"):
        architectures.find("smal_vgg")


def test_a_name_like_no_other_gets_the_command_that_lists_all():
    with pytest.raises(ValueError, match=r"no model is called 'qqqq': `course models` lists them$"):
        architectures.find("qqqq")


@pytest.mark.parametrize(("size", "feature_size"), [(32, 8), (28, 7), (8, 2), (30, 7), (4, 1)])
def test_each_stage_halves_the_image(size, feature_size):
    assert architectures.find("small_vgg", size).feature_size == feature_size


def test_an_image_too_small_to_be_halved_is_refused():
    with pytest.raises(ValueError, match=r"image_size must be at least 4, .* got 3"):
        _ = architectures.find("small_vgg", 3).feature_size
