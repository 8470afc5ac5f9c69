"""What a release holds, and what it must never hold."""

import importlib.util
import shutil
import subprocess
import zipfile

import nbformat
import pytest

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "_build", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)


@pytest.fixture(scope="module")
def release(root):
    spec = importlib.util.spec_from_file_location("release", root / "book" / "_ext" / "release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def track(folder):
    """Make `folder` a git repository that tracks all its files."""
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<h1>The book</h1>", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def released(root, release, site, tmp_path_factory):
    """This very repository, released."""
    copy = tmp_path_factory.mktemp("release") / "course"
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    track(copy)
    return release.release(copy, site)


def names(path):
    with zipfile.ZipFile(path) as bundle:
        return [name.split("/", 1)[1] for name in bundle.namelist()]


SECRET = "check.equal(square(1234567), 1524155677489)"
VISIBLE = "check.equal(square(3), 9, hint='Multiply it by itself.')"
TASK = f"{VISIBLE}\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS\ncheck.score()\n"


def notebook_of(source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.cells[0].id = "task"
    return nbformat.writes(notebook)


@pytest.fixture
def small(tmp_path, site):
    """A small course with a hidden test and an answer."""
    contents = {
        "_config.yml": "repository: {url: ''}\n",
        "LICENSE": "free\n",
        "book/index.md": "# The course\n",
        "course_lib/__init__.py": "",
        "exercises/ps01/ps01.ipynb": notebook_of(f"{VISIBLE}\ncheck.score()\n"),
        "solutions/ps01/ps01.ipynb": notebook_of(TASK),
        "tests/answers/ps01/wrong.py": "def square(x): return 2 * x\n",
        "tests/test_course.py": "",
    }
    for name, text in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    track(tmp_path)
    return tmp_path


def test_public_tree_and_student_bundle_hold_no_secrets(root, release, released, tmp_path):
    with zipfile.ZipFile(released / "student.zip") as bundle:
        bundle.extractall(tmp_path)
    secrets = release.secret_lines(root, [f"solutions/{name}" for name in release.files(root / "solutions")])
    assert len(secrets) > 20
    for folder in (released / "public", tmp_path / "student"):
        found = release.files(folder)
        assert found
        assert [name for name in found if name.startswith(("solutions/", "tests/answers/"))] == []
        release.refuse_secrets(folder, secrets)


def test_public_tree_holds_the_book_the_library_and_the_exercises(released):
    for name in ("_config.yml", "book/index.md", "course_lib/__init__.py", "exercises", "pyproject.toml"):
        assert (released / "public" / name).exists(), name


def test_every_page_with_code_is_a_notebook_without_outputs(root, release, released):
    pages = [
        path for path in (root / "book").rglob("*.md") if "{code-cell}" in path.read_text(encoding="utf-8")
    ]
    expected = sorted(path.relative_to(root / "book").with_suffix(".ipynb").as_posix() for path in pages)
    assert release.files(released / "public" / "notebooks") == expected
    for name in expected:
        notebook = nbformat.read(released / "public" / "notebooks" / name, as_version=4)
        nbformat.validate(notebook)
        assert all(cell.outputs == [] for cell in notebook.cells if cell.cell_type == "code")


def test_student_bundle_can_be_installed_and_worked_on(released):
    found = names(released / "student.zip")
    for name in ("pyproject.toml", "constraints.txt", "environment.yml", "course_lib/__init__.py"):
        assert name in found
    assert any(name.startswith("exercises/") for name in found)
    assert any(name.startswith("notebooks/") for name in found)
    assert {name.split("/")[0] for name in found if "/" in name} == {"exercises", "course_lib", "notebooks"}


def test_instructor_bundle_holds_solutions_and_answers(released):
    found = names(released / "instructor.zip")
    assert any(name.startswith("solutions/") for name in found)
    assert any(name.startswith("tests/answers/") for name in found)


def test_site_bundle_is_the_site(released):
    assert names(released / "site.zip") == ["index.html"]


def test_the_same_files_give_the_same_archives(release, small, site):
    bundles = ("student.zip", "instructor.zip", "site.zip")
    first = [(release.release(small, site) / name).read_bytes() for name in bundles]
    for path in small.rglob("*.py"):
        path.touch()
    assert [(release.release(small, site) / name).read_bytes() for name in bundles] == first


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("exercises/ps01/ps01.ipynb", notebook_of(TASK)),
        ("exercises/ps01/ps01.ipynb", notebook_of(SECRET)),
        ("exercises/ps01/ps01.ipynb", notebook_of("### BEGIN SOLUTION\nx * x\n### END SOLUTION")),
        ("book/task.md", TASK),
        ("tests/leak.py", f"def test_square():\n    {SECRET}\n"),
    ],
    ids=["hidden block", "hidden line", "solution", "page", "test"],
)
def test_a_file_that_would_give_a_secret_away_stops_the_release(release, small, site, name, text):
    (small / name).write_text(text, encoding="utf-8")
    track(small)
    with pytest.raises(release.ReleaseError, match=name):
        release.release(small, site)


def test_a_made_up_hidden_test_in_the_code_is_no_secret(release, small, site):
    example = (
        f'"""Write hidden tests so:\n\n### BEGIN HIDDEN TESTS\n{SECRET[:-3]}0)\n### END HIDDEN TESTS\n"""\n'
    )
    (small / "course_lib" / "grading.py").write_text(example, encoding="utf-8")
    track(small)
    assert (release.release(small, site) / "public/course_lib/grading.py").is_file()


def test_what_git_does_not_track_is_left_out(release, small, site):
    (small / "course_lib" / "scratch.py").write_text("", encoding="utf-8")
    target = release.release(small, site)
    assert not (target / "public/course_lib/scratch.py").exists()
    assert "course_lib/scratch.py" not in names(target / "student.zip")


def test_without_a_built_book_there_is_no_release(release, small, tmp_path, capsys):
    assert release.main(["--root", str(small), "--site", str(tmp_path / "nowhere")]) == 1
    assert "run make book first" in capsys.readouterr().err


def test_outside_a_repository_there_is_no_release(release, site, tmp_path):
    with pytest.raises(release.ReleaseError, match="git repository"):
        release.release(tmp_path, site)
