"""What holds for every demo that is set up by settings alone: Python and the front end know the same ones."""

import json
import subprocess

import pytest
import traitlets

from course_lib import widgets
from course_lib.widgets.base import STATIC, SteeredDemo

SRC = STATIC.parent / "src"
DEMOS = [cls for cls in vars(widgets).values() if isinstance(cls, type) and issubclass(cls, SteeredDemo)]
PRINT_SETTINGS = """
const [name] = process.argv.slice(1);
const { fields } = await import(`./${name}/fields.js`);
const { prompts } = await import(`./${name}/prompts.js`);
const { allowed } = await import("./shared/fields.js");
const refused = prompts.flatMap(({ text, ...settings }) => Object.entries(settings))
  .filter(([key, value]) => !(key in fields) || JSON.stringify(allowed(fields[key], value)) !== JSON.stringify(value));
console.log(JSON.stringify({ fields, prompts, refused }));
"""

of_each_demo = pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.bundle)


def front_end(node: str, demo: type[SteeredDemo]) -> dict:
    command = [node, "--input-type=module", "-e", PRINT_SETTINGS, demo.bundle]
    done = subprocess.run(command, cwd=SRC, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def described(trait: traitlets.TraitType) -> dict:
    """A trait as fields.js would describe it."""
    match trait:
        case traitlets.Enum():
            return {"kind": "oneOf", "value": trait.default_value, "keys": set(trait.values)}
        case traitlets.Bool():
            return {"kind": "flag", "value": trait.default_value}
        case traitlets.List():
            return {"kind": "someOf", "value": trait.default(), "keys": set(trait._trait.values)}
        case traitlets.Int():
            return {
                "kind": "range",
                "value": trait.default_value,
                "bounds": (trait.min, trait.max),
                "whole": True,
            }
    return {"kind": "range", "value": trait.default_value, "bounds": (trait.min, trait.max), "whole": False}


def field(values: dict) -> dict:
    """A field in the same words."""
    kind = values["kind"]
    found = {"kind": kind, "value": values["value"]}
    if kind in ("oneOf", "someOf"):
        found["keys"] = {key for key, _ in values["options"]}
    if kind == "range":
        found["bounds"] = (values["min"], values["max"])
        exact = not values.get("log") and not values.get("free")
        found["whole"] = exact and all(float(values[key]).is_integer() for key in ("min", "max", "step"))
    return found


@of_each_demo
def test_python_and_the_front_end_have_the_same_settings(node, demo):
    fields = front_end(node, demo)["fields"]
    assert {name: described(trait) for name, trait in demo.settings().items()} == {
        name: field(values) for name, values in fields.items()
    }


@of_each_demo
def test_things_to_try_are_at_least_three_and_ask_for_what_is_allowed(node, demo):
    found = front_end(node, demo)
    assert len(found["prompts"]) >= 3
    assert found["refused"] == []


@of_each_demo
def test_settings_arrive_and_unknown_ones_are_errors(demo):
    name, trait = next(
        (name, t) for name, t in demo.settings().items() if getattr(t, "max", None) is not None
    )
    assert getattr(demo(**{name: trait.max}), name) == trait.max
    with pytest.raises(traitlets.TraitError, match=f"'{name}' trait.*not be greater than"):
        demo(**{name: trait.max + 1})
    with pytest.raises(TypeError, match=f"{demo.__name__} has no setting colour; it has "):
        demo(colour="red")


@of_each_demo
def test_the_sentence_that_stands_in_says_how_the_demo_is_set_up(demo):
    sentence = repr(demo())
    assert sentence.startswith(f"{demo.__name__}: ")
    assert sentence.endswith(".")


@of_each_demo
def test_front_end_numerics_pass_their_tests(node, demo):
    suite = f"test/{demo.bundle}.test.mjs"
    done = subprocess.run([node, "--test", suite], cwd=SRC, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout


def test_what_the_demos_share_passes_its_tests(node):
    done = subprocess.run([node, "--test", "test/shared.test.mjs"], cwd=SRC, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout
