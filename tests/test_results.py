import dataclasses
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import results
from course_lib.results import Metric, Result, summarize
from course_lib.training import History, Recipe

RECIPE = Recipe(epochs=2, lr=0.1)
RESULT = Result(
    name="tiny",
    title="A tiny run",
    model="small_vgg",
    recipe=RECIPE.as_dict(),
    recipe_hash=RECIPE.hash,
    seeds=(0, 1),
    data={"name": "digits", "title": "Digits", "fingerprint": "abc", "limit": None},
    metrics={"loss": summarize([0.5, 0.75]), "accuracy": summarize([0.8, 0.9])},
    histories=(History.from_columns({"loss": [2.0, 1.0]}), History.from_columns({"loss": [2.5, 1.5]})),
    device="2 threads of a CPU, precision 32-true",
    versions={"Python": "3.11.7", "PyTorch": "2.13.0"},
    commit="0123456789abcdef0123456789abcdef01234567",
    seconds=90.0,
    date="2025-01-31",
    extra={"confusion": [[3, 1], [0, 4]]},
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path))
    return tmp_path


def test_a_result_comes_back_as_it_was_saved(folder):
    assert results.save(RESULT) == folder / "tiny.json"
    assert results.load("tiny") == RESULT
    assert results.recorded() == ["tiny"]


def test_a_result_can_lie_anywhere(tmp_path):
    path = results.save(RESULT, tmp_path / "new" / "other.json")
    assert results.load(path) == results.load(str(path)) == RESULT


def test_the_recipe_comes_back_with_its_hash(folder):
    results.save(RESULT)
    result = results.load("tiny")
    assert Recipe(**result.recipe).hash == result.recipe_hash


def test_each_epoch_has_its_own_line(folder):
    rows = [{"epoch": float(i), "loss": 0.123456, "val_loss": 0.654321, "lr": 0.1} for i in range(9)]
    long = dataclasses.replace(RESULT, histories=(History(rows), History(rows)))
    lines = results.save(long).read_text().splitlines()
    assert sum('{"epoch": ' in line for line in lines) == 18
    assert max(map(len, lines)) <= results.LINE + 1


def test_saving_twice_writes_the_same_bytes_and_one_file(folder):
    first = results.save(RESULT).read_bytes()
    assert results.save(results.load("tiny")).read_bytes() == first
    assert b"\r" not in first
    assert [path.name for path in folder.iterdir()] == ["tiny.json"]


def json_values():
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text()
    )
    return st.recursive(
        scalars, lambda v: st.lists(v, max_size=30) | st.dictionaries(st.text(), v, max_size=9)
    )


@given(json_values())
def test_to_json_means_what_json_dumps_means(value):
    assert json.loads(results.to_json(value)) == value


@pytest.mark.parametrize("rows", range(10, 40))
def test_no_line_is_longer_than_a_page_is_wide(rows):
    nested = {"results": {"histories": [list(range(rows)), {"epochs": {"of a seed": list(range(rows))}}] * 3}}
    assert max(map(len, results.to_json(nested).splitlines())) <= results.LINE + 1  # and a comma


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(folder, bad):
    with pytest.raises(ValueError, match="not JSON compliant"):
        results.save(dataclasses.replace(RESULT, extra={"x": bad}))
    assert not list(folder.iterdir())


def test_a_large_result_is_refused(folder):
    with pytest.raises(ValueError, match="more than 100000: store less"):
        results.save(dataclasses.replace(RESULT, extra={"x": [0.5] * 30_000}))


def test_a_result_that_is_missing_says_how_to_record_it(folder):
    with pytest.raises(FileNotFoundError, match="record it with `course run first-rnn`"):
        results.load("first-rnn")


def test_a_damaged_file_is_named(folder):
    (folder / "tiny.json").write_text('{"name": "tiny"')
    with pytest.raises(ValueError, match=r"tiny\.json is not a result"):
        results.load("tiny")


@pytest.mark.parametrize(("change", "message"), [({"seeds": None}, "seeds"), ({"colour": "red"}, "colour")])
def test_missing_and_unknown_fields_are_named(folder, change, message):
    plain = json.loads(results.save(RESULT).read_text())
    plain = {name: value for name, value in (plain | change).items() if value is not None or name == "data"}
    (folder / "tiny.json").write_text(json.dumps(plain))
    with pytest.raises(ValueError, match=f"these fields are missing or unknown: {message}"):
        results.load("tiny")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": (0,)}, "one history for each seed, got 2 for 1"),
        ({"metrics": {"loss": summarize([0.5])}}, "metric loss must have one value for each of the 2 seeds"),
        ({"data": {"name": "digits"}}, "data must say its fingerprint, limit, title"),
    ],
)
def test_fields_must_match_each_other(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(RESULT, **change)


def test_fields_have_types():
    with pytest.raises(TypeError, match="seconds must be a float, got '90'"):
        dataclasses.replace(RESULT, seconds="90")


def test_summary_is_mean_and_sample_deviation():
    assert summarize([1.0, 2.0, 3.0]) == Metric(2.0, 1.0, (1.0, 2.0, 3.0))
    assert summarize([0.5]) == Metric(0.5, 0.0, (0.5,))


def test_provenance_is_one_line_with_all_of_it():
    assert results.provenance_line(RESULT) == (
        "Recorded 2025-01-31 on 2 threads of a CPU, precision 32-true in 90 s; Python 3.11.7, PyTorch 2.13.0; "
        f"Digits; seeds 0, 1; recipe {RECIPE.hash}; commit 0123456789ab"
    )


def test_provenance_says_what_was_special():
    data = {**RESULT.data, "limit": 500}
    special = dataclasses.replace(RESULT, data=data, commit="0" * 40 + "-dirty", seconds=600.0)
    line = results.provenance_line(special)
    assert "in 10 min;" in line
    assert "Digits, at most 500 images a split;" in line
    assert line.endswith("commit 000000000000 with local changes")


def test_the_folder_is_found_from_inside_a_checkout(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    (tmp_path / "book" / "results").mkdir(parents=True)
    (tmp_path / "book" / "02").mkdir()
    monkeypatch.chdir(tmp_path / "book" / "02")
    assert results.folder() == tmp_path / "book" / "results"


def test_elsewhere_the_folder_is_that_of_this_checkout(tmp_path, monkeypatch, root):
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert results.folder() == root / "book" / "results"


def test_a_folder_named_and_missing_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="COURSE_RESULTS names the folder"):
        results.load("tiny")


def test_reading_a_result_loads_no_framework(folder):
    results.save(RESULT)
    code = (
        "import sys; from course_lib import results; results.load('tiny'); "
        "print([m for m in ('torch', 'numpy', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[]"
