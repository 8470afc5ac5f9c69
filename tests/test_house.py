"""The house: one place for pins, a package that installs alone, and an import that loads nothing."""

import importlib.util
import subprocess
import sys
import venv
import zipfile

import pytest
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def lock(root):
    spec = importlib.util.spec_from_file_location("lock", root / ".ci" / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_environment_yml_says_what_pyproject_and_constraints_say(root, lock):
    assert (root / "environment.yml").read_text(encoding="utf-8") == lock.environment(), "run make lock"


def test_every_requirement_is_pinned_within_its_range(lock):
    pins = lock.pins()
    for need in lock.requirements():
        name = canonicalize_name(need.name)
        assert name in pins, f"{need} has no version in constraints.txt: run make lock"
        assert need.specifier.contains(pins[name]), f"{name} is pinned to {pins[name]}, outside {need}"


@pytest.mark.parametrize("module", ["course_lib", "course_lib.cli"])
def test_importing_loads_no_framework(module):
    heavy = {"torch", "tensorflow", "keras", "numpy", "matplotlib"}
    code = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_wheel_holds_types_and_bundles_but_no_sources_of_them(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "course_lib/py.typed" in names
    assert "course_lib/widgets/static/convolution.js" in names
    assert [name for name in names if "/widgets/src/" in name] == []
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"course_lib"}


def test_wheel_imports_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "empty", with_pip=True)
    scripts = tmp_path / "empty" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    code = "import course_lib; print(course_lib.__version__, course_lib.__file__)"
    where = subprocess.run(
        [str(scripts / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(tmp_path) in where.stdout
    listed = subprocess.run([str(scripts / "course"), "--help"], capture_output=True, text=True, check=True)
    assert "data" in listed.stdout


@pytest.mark.parametrize("verb", ["hub"])
def test_a_verb_that_comes_later_says_so_and_fails(root, verb):
    done = subprocess.run(["make", verb], cwd=root, capture_output=True, text=True)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) <= 2  # make adds a line of its own
    assert "yet" in done.stderr
