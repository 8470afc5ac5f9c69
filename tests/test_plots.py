"""Figures follow the page's theme, say what they show and hold what they were given."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from course_lib import plots
from course_lib.architectures.accuracy import Accuracy
from course_lib.palette import LIGHT
from course_lib.zoo import Entry


class Run:
    """Stands for a history."""

    rows = [{"loss": 2.0, "accuracy": 0.25, "val_loss": 2.5, "val_accuracy": 0.125}] * 3

    def __getitem__(self, name):
        return [row[name] for row in self.rows]


def pictures(picture):
    found = re.findall(r'src="data:image/\w+;base64,([^"]+)"', picture.html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) for data in found]


def test_colors_are_the_themes_and_text_is_text():
    svg = plots.learning_curves(Run()).html
    assert f"var(--course-blue, {LIGHT['blue']})" in svg
    assert re.search(r"<text[^>]*>(<!--.*?-->)?epoch", svg)
    left = re.sub(r"var\([^)]*\)", "", svg)
    assert [color for color in LIGHT.values() if color != LIGHT["surface"] and color in left] == []


def test_the_same_figure_is_drawn_to_the_same_bytes():
    assert plots.learning_curves(Run()).html == plots.learning_curves(Run()).html


def test_alt_text_is_demanded_and_escaped():
    figure = Figure()
    with pytest.raises(ValueError, match="sentence"):
        plots.show(figure, " ")
    assert 'aria-label="a &quot;b&quot; &lt;c&gt;"' in plots.show(figure, 'a "b" <c>').html


def test_learning_curves_say_where_they_end():
    assert "2 runs over 3 epochs" in plots.learning_curves([Run(), Run()]).alt
    assert "validation loss 2.50 and accuracy 12.5%" in plots.learning_curves(Run()).alt


def test_bytes_are_shown_as_they_are():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert (pictures(plots.images({"tiny": image}))[0] == image).all()


def test_floats_are_stretched_from_black_to_white():
    shown = pictures(plots.images({"ramp": np.array([[-2.0, 0.0, 2.0]])}))[0]
    assert shown.tolist() == [[0, 127, 255]]


def test_signed_zero_is_in_the_middle_of_the_colors():
    shown = pictures(plots.images({"signed": np.array([[-1.0, 0.0, 0.5]])}, signed=True))[0][0].astype(int)
    assert np.abs(shown[1] - 0xF3).max() <= 2
    assert shown[0, 0] < shown[0, 2]
    assert shown[2, 2] < shown[2, 0]


def test_large_pictures_stay_small_in_bytes():
    noise = np.random.default_rng(0).normal(128, 10, (400, 600)).clip(0, 255).astype(np.uint8)
    assert len(plots.images({"noise": noise}).html) < noise.size / 2


def test_matrices_show_every_number_and_only_matrices():
    picture = plots.matrices({"a": np.array([[1, -2], [3, 41]]), "=": None}, alt="numbers")
    texts = re.findall(r"<text[^>]*>(?:<!--.*?-->)?([^<]+)", picture.html)
    assert [text.strip() for text in texts] == ["a", "1", "−2", "3", "41"]
    with pytest.raises(ValueError, match=r"\(2, 2, 2\)"):
        plots.matrices({"a": np.zeros((2, 2, 2))}, alt="numbers")


def test_confusion_matrix_names_accuracy_and_worst_mistake():
    picture = plots.confusion_matrix([[8, 2], [0, 10]], ["cat", "dog"])
    assert "90.0 percent of 20 images" in picture.alt
    assert "20 percent of class cat for dog" in picture.alt
    with pytest.raises(ValueError, match="class names"):
        plots.confusion_matrix([[1]], ["cat", "dog"])


def test_filters_want_one_or_three_channels():
    assert plots.filters(np.zeros((4, 1, 3, 3)), alt="grey").html.count("<image") == 4
    with pytest.raises(ValueError, match=r"\(4, 2, 3, 3\)"):
        plots.filters(np.zeros((4, 2, 3, 3)), alt="two channels")


def entry(name, parameters, multiply_adds, top1):
    said = None if top1 is None else Accuracy(top1, 99.0, "a test")
    return Entry(name, "family", 224, int(parameters * 1e6), int(multiply_adds * 1e6), said)


ZOO = [
    *(entry("small", 1, 50, 60.0), entry("cheap", 9, 20, 65.0), entry("beaten", 20, 400, 64.0)),
    *(entry("large", 80, 900, 80.0), entry("unknown", 0.1, 1, None)),
]


def test_accuracy_and_cost_name_the_models_that_none_beats():
    picture = plots.accuracy_and_cost(ZOO)
    sizes, costs = picture.html.split("</svg>")[:2]
    names = [
        {e.name for e in ZOO if e.name in re.findall(r">\s*(\w+)\s*</text>", svg)} for svg in (sizes, costs)
    ]
    assert names == [{"small", "cheap", "large"}, {"cheap", "large"}]
    assert "of 4 models" in picture.alt
    assert (
        "from small, 60.0 percent with 1.0 million parameters, to large, 80.0 percent with 80.0 million;"
        in picture.alt
    )
    assert "from cheap, 65.0 percent with 20.0 million multiply-adds, to large" in picture.alt


def test_accuracy_and_cost_give_each_name_a_line_of_its_own():
    crowd = [entry(f"model{number}", 1 + number, 1 + number, 70 + number / 10) for number in range(50)]
    svg = plots.accuracy_and_cost(crowd).html.split("</svg>")[0]
    heights = sorted(float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>\s*model\d+\s*</text>', svg))
    assert 5 < len(heights) < 50
    assert min(np.diff(heights)) >= 9  # points, of letters 9 points high


def test_accuracy_and_cost_want_a_known_accuracy():
    with pytest.raises(ValueError, match="published accuracy"):
        plots.accuracy_and_cost(ZOO[-1:])


def test_lines_hold_their_labels_and_leave_out_what_is_not_finite():
    picture = plots.lines(
        {"rising": ([1, 2, 3], [1.0, 10.0, 100.0]), "broken": ([1, 2, 3], [1.0, np.inf, np.nan])},
        x="steps",
        y="loss",
        log="y",
        alt="Two lines.",
    )
    for word in ("rising", "broken", "steps", "loss"):
        assert re.search(rf"<text[^>]*>(<!--.*?-->)?{word}", picture.html)
    assert "inf" not in picture.html.replace("infer", "")
    assert picture.alt == "Two lines."


def test_lines_are_told_apart_without_color():
    picture = plots.lines({str(k): ([0, 1], [0, k]) for k in range(3)}, alt="Three lines.")
    assert len(set(re.findall(r"stroke-dasharray: ([\d., ]+)", picture.html))) >= 2


def test_lines_want_as_many_values_on_both_axes():
    with pytest.raises(ValueError, match="line 'odd' must have as many y values as x values"):
        plots.lines({"odd": ([1, 2], [1, 2, 3])}, alt="Nothing.")
    with pytest.raises(ValueError, match="at least one line"):
        plots.lines({}, alt="Nothing.")


def test_contours_below_zero_are_dashed_and_stand_side_by_side():
    x = np.linspace(-1, 1, 21)
    picture = plots.contours(
        {"saddle": lambda a, b: a**2 - b**2, "bowl": lambda a, b: a**2 + b**2}, x=x, y=x, alt="Two surfaces."
    )
    first, second = picture.html.split("<svg ")[1:]
    assert "saddle" in first
    assert "bowl" in second
    assert "stroke-dasharray" in first
    assert "stroke-dasharray" not in second
