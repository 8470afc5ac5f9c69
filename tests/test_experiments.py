import dataclasses
from itertools import pairwise

import pytest

from course_lib import architectures, experiments
from course_lib.experiments import EXPERIMENTS, members
from course_lib.training import Recipe

GROUPS = ("ladder", "depth", "fixes", "optimizers", "regularization", "augmentation", "norms", "init")


def differences(one, other):
    """Return the settings of model, recipe and data in which two experiments differ."""
    rows = [architectures.find(e.model)._replace(**e.changes)._asdict() for e in (one, other)]
    recipes = [e.recipe.as_dict() for e in (one, other)]
    sets = [{"dataset": e.dataset, "images": e.images, "hold_out": e.hold_out} for e in (one, other)]
    pairs = [rows, recipes, sets]
    return {name for first, second in pairs for name in first if first[name] != second[name]}


def test_names_are_those_of_the_table():
    assert all(name == experiment.name for name, experiment in EXPERIMENTS.items())


@pytest.mark.parametrize("group", GROUPS)
def test_a_comparison_has_members_that_differ(group):
    found = members(group)
    assert len(found) > 4
    assert len({(str(e.changes), e.recipe.hash) for e in found}) == len(found)
    assert all(e.report == "valid" for e in found), "what compares leaves the test set alone"


def test_each_rung_of_the_ladder_changes_one_thing_of_the_rung_before():
    *rungs, instance, wider = members("ladder")
    changed = {above.name: differences(below, above) for below, above in pairwise(rungs)}
    assert {name: len(names) for name, names in changed.items()} == dict.fromkeys(changed, 1)
    assert changed["ladder/relu"] == {"activation"}
    assert changed["ladder/flip"] == changed["ladder/crop"] == {"augment"}
    assert differences(rungs[-1], instance) == {"norm"}
    assert differences(rungs[-1], wider) == {"stages", "hidden_units"}


def test_the_long_run_is_the_last_rung_with_all_images():
    assert differences(members("ladder")[-1], EXPERIMENTS["cifar10-best"]) == {"epochs", "images", "hold_out"}


@pytest.mark.parametrize(
    ("group", "settings"),
    [
        ("regularization", {"dropout", "l1", "l2", "label_smoothing", "mixup"}),
        ("norms", {"norm"}),
        ("augmentation", {"augment"}),
        ("depth", {"activation", "stages"}),
        ("init", {"initializer", "activation", "stages"}),
    ],
)
def test_a_comparison_differs_in_what_it_compares_alone(group, settings):
    first, *others = members(group)
    assert set().union(*(differences(first, other) for other in others)) == settings


def test_each_fix_changes_one_thing_and_the_last_all_four():
    first, *single, everything = members("fixes")
    assert [differences(first, fix) for fix in single] == [{"inputs"}, {"initializer"}, {"norm"}, {"skips"}]
    assert differences(first, everything) == {"inputs", "initializer", "norm", "skips"}


def test_a_member_is_found_by_its_whole_name():
    assert members("ladder/relu") == [EXPERIMENTS["ladder/relu"]]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("lader", "did you mean ladder"),
        ("ladder/rel", "did you mean ladder/relu"),
        ("qqq", "there are first-cnn, first-cnn-digits, ladder, cifar10-best, depth"),
    ],
)
def test_an_unknown_name_gets_the_nearest_ones(name, hint):
    with pytest.raises(ValueError, match=hint):
        experiments.find(name)


def test_the_recipe_of_every_experiment_comes_back_from_its_values():
    for experiment in EXPERIMENTS.values():
        assert Recipe(**experiment.recipe.as_dict()) == experiment.recipe
        assert dataclasses.replace(experiment.recipe, seed=1).hash != experiment.recipe.hash
