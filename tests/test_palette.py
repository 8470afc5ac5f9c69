"""The palette holds WCAG AA on its own page, light and dark."""

import pytest

from course_lib.palette import DARK, LIGHT, contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


@THEMES
def test_graphics_stand_out_three_to_one(theme):
    weak = {name: contrast(color, theme["surface"]) for name, color in theme.items() if name != "surface"}
    assert {name: ratio for name, ratio in weak.items() if ratio < 3} == {}


@THEMES
@pytest.mark.parametrize("name", ["text", "muted", "blue", "vermillion"])
def test_text_colors_stand_out_four_and_a_half_to_one(theme, name):
    assert contrast(theme[name], theme["surface"]) >= 4.5


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_both_themes_name_the_same_colors():
    assert LIGHT.keys() == DARK.keys()
