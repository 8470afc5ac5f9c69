"""The benchmarks' tables say what was measured, and their contenders do the same work; nothing here is timed."""

import copy
import json
import math
import re
import zipfile

import frames
import grading
import grading_sets
import grading_table
import ladder
import lines_of_code
import numpy as np
import pages
import pytest
import tables
import training
from contenders import Contender, alternate, ratios
from tables import Row
from training_baselines import load_factors, save_images

from course_lib import widgets
from course_lib.data import shapes
from course_lib.grading import notebooks
from course_lib.grading.answers import bank
from course_lib.training.normalization import measure_normalization
from course_lib.widgets.base import SteeredDemo

FAKE = Row("ours", "110 images/s", "theirs, 100 images/s", [1.0, 1.2, 1.1, 1.1, 1.4], 1.0)


def marked(*names):
    return "before\n" + "".join(
        f"<!-- {n}: written by make bench -->\nold\n<!-- {n}: end -->\n" for n in names
    )


def test_a_row_has_the_median_the_quartiles_the_budget_and_the_verdict():
    assert FAKE.cells() == [
        "ours",
        "110 images/s",
        "theirs, 100 images/s",
        "1.1",
        "1.1 to 1.2",
        "at least 1.00",
        "met",
    ]


@pytest.mark.parametrize(
    ("budget", "verdict"),
    [
        (1.1, "met"),
        (1.15, "missed, but the spread crosses it"),
        (1.3, "missed"),
        (None, ""),
    ],
)
def test_the_verdict_goes_by_the_median_and_tells_of_a_spread_over_the_budget(budget, verdict):
    assert FAKE._replace(budget=budget).verdict == verdict


def test_a_median_above_the_budget_with_a_quartile_below_is_met_with_a_warning():
    row = FAKE._replace(ratios=[0.8, 0.9, 1.1, 1.2, 1.3])
    assert row.verdict == "met, but the spread crosses it"


def test_a_ratio_is_taken_within_a_round_so_that_a_slow_round_does_not_count():
    ours = [{"seconds": s} for s in (1.0, 50.0, 1.0)]
    theirs = [{"seconds": s} for s in (2.0, 100.0, 2.0)]
    assert ratios(ours, theirs) == [2.0, 2.0, 2.0]


def test_turns_alternate_and_the_first_is_not_counted():
    asked = []

    class Fake:
        def __init__(self, name):
            self.name = name

        def run(self, task):
            asked.append(self.name)
            return {"seconds": len(asked)}

    answers = alternate([Fake("a"), Fake("b")], 2, "title")
    assert asked == ["a", "b", "a", "b", "b", "a"]
    assert answers == {"a": [{"seconds": 3}, {"seconds": 6}], "b": [{"seconds": 4}, {"seconds": 5}]}


def test_a_table_takes_the_place_of_the_old_one_and_of_nothing_else(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(marked("one", "two"), encoding="utf-8")
    text = training.report([FAKE], "What each was given.", "Measured once.")
    tables.write("one", text, path)
    written = path.read_text(encoding="utf-8")
    assert (
        "| ours | 110 images/s | theirs, 100 images/s | 1.1 | 1.1 to 1.2 | at least 1.00 | met |" in written
    )
    assert written.startswith("before\n<!-- one: written by make bench -->\n\nMeasured once.\n\n| what |")
    assert written.endswith(
        "What each was given.\n\n<!-- one: end -->\n" + marked("two").removeprefix("before\n")
    )
    tables.write("one", text, path)
    assert path.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("text", ["", marked("one", "one"), marked("one").replace("end", "END")])
def test_a_table_without_its_two_comments_is_refused(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="each once"):
        tables.write("one", "new", path)
    assert path.read_text(encoding="utf-8") == text


def test_the_readme_has_a_place_for_every_table(tmp_path):
    text = tables.README.read_text(encoding="utf-8")
    copy = tmp_path / "README.md"
    copy.write_text(text, encoding="utf-8")
    for name in ("site", "grading", *(f"training-{name}" for name in training.BENCHMARKS)):
        tables.write(name, f"the new table of {name}", copy)
        assert f"the new table of {name}\n" in copy.read_text(encoding="utf-8")


def test_a_contender_that_fails_says_why():
    settings = {"who": "nobody", "threads": 1}
    with (
        Contender("somebody", "training_baselines.py", settings) as contender,
        pytest.raises(RuntimeError, match=r"somebody ended with code 1:(?s:.*)KeyError: 'nobody'"),
    ):
        contender.run()


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("images") / "images.npz"
    save_images(path, shapes.draw(20, size=32))
    return training.Plan(path, "shapes", images=20, rounds=1, turn=0.01, threads=1, batch_size=10)


def test_the_factors_undo_mean_and_deviation(plan):
    with np.load(plan.data) as file:
        images = file["images"]
    scale, shift = load_factors(str(plan.data))
    mean, std = np.array(measure_normalization(images))
    np.testing.assert_allclose(images * scale + shift, (images / 255 - mean) / std, atol=1e-5)


def test_the_loop_by_hand_computes_what_the_trainer_computes(plan):
    entries = {
        "Trainer": plan.settings("trainer", "bf16-mixed"),
        "bare loop": plan.settings("bare", "bf16-mixed", channels_last=True),
    }
    answers = plan.race("a test", entries)
    (ours,), (bare,) = answers["Trainer"], answers["bare loop"]
    assert math.isclose(ours["loss"], bare["loss"], rel_tol=1e-6)
    assert ours["accuracy"] == pytest.approx(bare["accuracy"])


def test_settings_can_be_written_as_json(plan):
    assert json.loads(json.dumps(plan.settings("keras", "32-true", workers=2)))["epochs"] == 2


def test_the_ladders_tables_are_what_the_recorded_results_say():
    written = (tables.README.parent / "ladder.md").read_text(encoding="utf-8")
    assert written == ladder.text(), "run python benchmarks/ladder.py"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", 0),
        ("# a comment\n\nx = 1  # one\n", 1),
        ('"""A docstring\nof two lines."""\nx = 1\n', 1),
        ('def f():\n    """Say it."""\n    return """two\n    lines"""\n', 3),
        ("x = [\n    1,\n\n    # two\n    2,\n]\n", 4),
    ],
)
def test_a_line_of_code_is_neither_blank_nor_comment_nor_docstring(source, lines):
    assert lines_of_code.count_lines(source) == lines


def test_sources_are_read_from_a_wheel_or_a_folder_with_their_version(tmp_path):
    for name in ("lib/models", "lib-1.2.dist-info"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib" / "models" / "net.py").write_text("x = 1\n", encoding="utf-8")
    wheel = tmp_path / "lib-1.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("lib/models/net.py", "x = 2\n")
    for path, source, version in ((tmp_path, "x = 1\n", "1.2"), (wheel, "x = 2\n", "1.3")):
        read, found = lines_of_code.reader(path, "lib")
        assert (read("net.py"), found) == (source, version)
    with pytest.raises(FileNotFoundError, match="other-"):
        lines_of_code.reader(tmp_path, "other")


def test_every_family_in_the_table_of_lines_is_ours():
    assert min(map(lines_of_code.ours, lines_of_code.FAMILIES)) > 10


@pytest.fixture(scope="module")
def small_class():
    source = grading_sets.sources()[grading_sets.PS02]
    blank = copy.deepcopy(source)
    for cell in blank.cells:
        cell.source = notebooks.split_hidden(cell.source)[0]
    files = dict(grading_sets.submissions(grading_sets.PS02, source, blank, 60))
    return source, files


def code_of(data):
    return ["".join(cell["source"]) for cell in json.loads(data)["cells"] if cell["cell_type"] == "code"]


def test_no_two_of_the_graded_submissions_are_equal_and_each_answer_of_the_bank_is_used(small_class):
    source, files = small_class
    assert len(set(files)) == len(set(files.values())) == 60
    cells = [code for data in files.values() for code in code_of(data)]
    for answers in grading_sets.right_answers(grading_sets.PS02, source).values():
        assert len(answers) > 1
        for answer in answers:
            assert any(code.endswith("\n" + answer) for code in cells)


def test_the_submissions_that_are_graded_differ_in_more_than_comments(small_class):
    _, files = small_class
    codes = {re.sub("^# Attempt.*$", "", "".join(code_of(data)), flags=re.M) for data in files.values()}
    assert len(codes) == 60


@pytest.mark.parametrize("count", [1, 5, 6, 8])
def test_all_answers_are_combined_before_a_combination_comes_again(count):
    made = list(grading_sets.choices({"a": ["one", "two"], "b": ["one", "two", "three"]}, count))
    picks = {tuple(source.split("\n")[1] for source in answers.values()) for answers in made}
    assert len(made) == count
    assert len(picks) == min(count, 6)


def test_a_graded_submission_holds_no_mark_of_a_reference_solution(small_class):
    _, files = small_class
    assert all(b"BEGIN SOLUTION" not in data for data in files.values())


KEPT = {
    "training": {
        "count": 60,
        "stock_count": 20,
        "workers": 2,
        "ours": 40.0,
        "stock": 150.0,
        "ours_processor": 90.0,
        "stock_processor": 120.0,
        "marks": 20,
        "steps": 3000,
        "load": [1.0, 2.0],
        "took": 200.0,
        "head": "Measured once.",
    },
    "box": {"seconds": [0.02, 0.03, 0.04], "load": [1.0, 2.0], "took": 1.0, "head": "Measured twice."},
}


def test_the_table_of_grading_has_speeds_their_ratio_and_the_verdict():
    lines = grading_table.text_of(KEPT).split("\n")
    assert (
        "| a second of training: 60 submissions, 20 by stock | 90.0 a minute | 8.0 a minute | 11.2 | at least 8 times "
        "| met |" in lines
    )
    assert "| a second of training: speed alone | 90.0 a minute |  |  | 80 a minute | met |" in lines
    assert "| a second of training: processor time of a submission | 1.50 s | 6.00 s | 4.0 |  |  |" in lines
    assert "| open and close a box, median of 3 | 30 ms |  |  | 25 ms | missed |" in lines
    assert [line.split(" ")[0] for line in lines if "Measured" in line] == ["`training`.", "`box`."]


@pytest.mark.parametrize(("seconds", "word"), [(45.0, "| met |"), (45.1, "| missed |")])
def test_grading_keeps_its_budget_up_to_eighty_a_minute(seconds, word):
    rows = grading_table.text_of({"training": KEPT["training"] | {"ours": seconds}}).split("\n")
    (line,) = (row for row in rows if "80 a minute" in row)
    assert line.endswith(word)


def test_an_answer_that_has_other_marks_is_named_unless_it_uses_a_forbidden_name():
    wrong = bank.Answer("a", "off_by_one", "wrong", 1.0, ("One too many.",), "")
    forbidden = bank.Answer("a", "library", "wrong", 0.0, ("numpy.linalg must not be used in this task",), "")
    answers = {"ada": {"a": wrong}, "bob": {"a": forbidden}, "eve": {"a": wrong}}
    ours = {student: {"test-a": mark} for student, mark in (("ada", 1.0), ("bob", 0.0), ("eve", 2.0))}
    stock = {student: {"test-a": 1.0} for student in answers}
    found = grading.compare_banks(answers, ours, stock)
    assert found == {"compared": 3, "forbidden": 1, "different": [["a/off_by_one", 2.0, 1.0]]}
    assert [row[-1] for row in grading_table.banks_rows({"sets": {"ps00": found}})] == ["missed"]


def test_marks_that_differ_are_told_with_student_and_cell():
    stock = {"ada": {"test-a": 2.0, "why": None}}
    assert grading.same({"ada": {"test-a": 2.0, "why": None}, "bob": {}}, stock) == 2
    with pytest.raises(AssertionError, match=r"ada, test-a: 1\.0 by ours, 2\.0 by stock nbgrader"):
        grading.same({"ada": {"test-a": 1.0, "why": None}}, stock)
    with pytest.raises(AssertionError, match="the marks differ"):
        grading.same({}, {})


# ---- pages


def test_the_words_of_a_page_are_those_of_its_prose():
    text = """---
title: not me
---
(label)=
# Two words

A sentence with $x + y$ and `code` has six words.

```{code-cell} python
:tags: [hide-input]
none = "of this"
```

:::{admonition} Title
:class: tip
These three count.
:::

$$
a = b
$$
"""
    prose = "Two words. A sentence with and has six words. These three count."
    assert pages.words(text) == len(prose.split())


# ---- frames of the demos

CASES = [(name, case) for name, cases in frames.CASES.items() for case in cases]


def test_frames_are_timed_of_every_demo_that_is_steered_and_of_the_convolution_demo():
    found = {cls.bundle for cls in map(widgets.__dict__.get, widgets.__all__) if issubclass(cls, SteeredDemo)}
    assert set(frames.CASES) == found | {widgets.ConvolutionDemo.bundle}


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.words}" for name, case in CASES])
def test_a_timed_demo_is_set_up_as_told_and_changed_often_enough(name, case):
    demo = getattr(widgets, case.cls)(**case.settings)
    assert demo.bundle == name
    for trait, value in case.settings.items():
        assert getattr(demo, trait) == value
    for change in case.changes:
        assert len(change.values) >= frames.WARMING + change.count
        sources = (frames.ROOT / "course_lib" / "widgets" / "src" / name).glob("*.js")
        assert any(f'"{change.label}"' in path.read_text(encoding="utf-8") for path in sources), change.label


def test_sizes_of_the_timed_demos_are_at_their_upper_bounds():
    sizes = ("depth", "width", "hidden", "batch", "step", "seen", "stage")
    for _, case in CASES:
        traits = getattr(widgets, case.cls).class_traits()
        for name in (name for name in sizes if getattr(traits.get(name), "max", None) is not None):
            assert case.settings[name] == traits[name].max, (case.words, name)


def test_the_row_of_a_demo_counts_its_slow_frames():
    changes = [[float(n), 1.0, 2.0] for n in range(10, 21)]
    assert frames.Measured("flow", "50 layers", "other numbers", changes).row() == (
        "demo `flow`, 50 layers, other numbers: a frame",
        "15.0 ms, 90% within 19.0 ms; in 3 slices",
        "16 ms",
    )
    assert frames.Measured("flow", "50 layers", "other numbers", [[3.0], [5.0]]).row()[1] == (
        "4.0 ms, 90% within 4.8 ms"
    )
    many = frames.Measured("flow", "50 layers", "other numbers", [[*range(1, 101)]] * 2)
    assert many.slow == [90, 90]
