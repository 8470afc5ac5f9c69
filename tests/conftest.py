"""What a test may ask for: a browser, Node, real data. Missing on a user's machine, skip; in CI, fail."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is not a failed test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "benchmarks"))  # their stand-alone scripts, tested too


def missing(what: str, remedy: str):
    """Skip with a reason; in CI, where everything must be there, fail."""
    message = f"{what} is missing: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, 20 or newer."""
    return shutil.which("node") or missing("Node.js", "install it to run the front-end tests")


@pytest.fixture(scope="session")
def npm() -> str:
    """The path of npm."""
    return shutil.which("npm") or missing("npm", "install Node.js with npm to rebuild the front end")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome that Playwright can drive."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return found or missing("Chromium", "install the package chromium to run the browser tests")


@pytest.fixture(scope="session")
def compiler():
    """A C++ compiler that torch.compile can use."""
    found = shutil.which("g++") or shutil.which("clang++")
    return found or missing("a C++ compiler", "install g++ to run what torch.compile makes")


@pytest.fixture(scope="module")
def browser(chromium: str):
    """A browser for the tests of one file; while it runs, no other event loop can run in this process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def course_data() -> Path:
    """The folder of packed real data that COURSE_DATA names."""
    folder = os.environ.get("COURSE_DATA")
    if not folder or not Path(folder).is_dir():
        missing("real data", "set COURSE_DATA to a folder with cifar10.npz and the other packed sets")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def torchvision():
    """The module torchvision: an oracle for tests, never a dependency of the package."""
    from oracle import import_torchvision

    try:
        return import_torchvision()
    except ModuleNotFoundError as error:
        missing("torchvision", str(error))
