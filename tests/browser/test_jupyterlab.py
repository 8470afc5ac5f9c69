"""The convolution demo in JupyterLab, with a kernel: changes travel from the reader to Python and back."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

PATIENCE = 120  # seconds; the first start of JupyterLab and of a kernel is slow on a small machine
CELLS = (
    "import numpy as np\nfrom course_lib.widgets import ConvolutionDemo\ndemo = ConvolutionDemo()\ndemo",
    "print('Python has', demo.stride, demo.padding, demo.kernel)",
    "demo.kernel = np.full((3, 3), 1 / 9)\ndemo.stride = 3",
    "demo.image = np.arange(25.0).reshape(5, 5)\ndemo.stride = 1",
    "demo.kernel = 'nothing'",
)
START, ASK, KERNEL, IMAGE, REFUSED = range(len(CELLS))
# Keys that are pressed before the kernel answers are lost.
CONNECTED = """async () => {
  const { context, sessionContext } = jupyterapp.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab server of our own, which knows nothing of the user's settings."""
    home = tmp_path_factory.mktemp("lab")
    write_notebook(home / "files" / "demo.ipynb")
    settings = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(QUIET))
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
    ]
    command += [
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={home / 'files'}",
        "--expose-app-in-browser",
    ]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield address(server, home)
    finally:
        end(server)


def write_notebook(path: Path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir()
    nbformat.write(notebook, path)


def address(server: subprocess.Popen, home: Path) -> str:
    """Wait until the server has written down the port it got."""
    for _ in range(4 * PATIENCE):
        for written in (home / "runtime").glob("jpserver-*.json"):
            return json.loads(written.read_text())["url"]
        assert server.poll() is None, (home / "log.txt").read_text()
        time.sleep(0.25)
    raise TimeoutError((home / "log.txt").read_text())


def end(server: subprocess.Popen):
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:  # it waits for a kernel that does not answer
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def page(browser, lab):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{lab}lab/tree/demo.ipynb?reset")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(CONNECTED)
    yield page
    context.close()


@pytest.fixture
def demo(page):
    """The demo, freshly made."""
    run(page, START)
    region = page.get_by_role("region", name="Convolution demo")
    expect(region.get_by_role("img", name="Input, 6 by 6")).to_be_visible(timeout=1000 * PATIENCE)
    return region


def cell_of(page, number: int):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def run(page, number: int) -> str:
    """Run one cell by keyboard, wait until it is done, and return what it wrote."""
    cell = cell_of(page, number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(prompt).not_to_have_text(before, timeout=1000 * PATIENCE)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=1000 * PATIENCE)
    return "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts())


def test_a_slider_moved_by_keyboard_arrives_in_python(page, demo):
    stride = demo.get_by_label("Stride")
    stride.focus()
    page.keyboard.press("ArrowRight")
    expect(stride).to_be_focused()  # JupyterLab did not take the key
    expect(demo).to_contain_text("/ 2⌋ + 1 = 2")
    assert "Python has 2 0 vertical-edge" in run(page, ASK)


def test_what_the_mouse_does_arrives_in_python(page, demo):
    demo.get_by_role("button", name="same").click()
    expect(demo).to_contain_text("⌊(6 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 6")
    slider = demo.get_by_label("Stride").bounding_box()
    page.mouse.click(slider["x"] + slider["width"] - 8, slider["y"] + slider["height"] / 2)
    expect(demo).to_contain_text("/ 4⌋ + 1 = 2")
    assert "Python has 4 1 vertical-edge" in run(page, ASK)


def test_an_edited_kernel_arrives_in_python_as_weights(page, demo):
    demo.get_by_label("row 2, column 2", exact=True).fill("5")
    expect(demo.get_by_label("Kernel", exact=True)).to_have_value("")
    assert "[[1.0, 0.0, -1.0], [1.0, 5.0, -1.0], [1.0, 0.0, -1.0]]" in run(page, ASK)


def test_what_python_sets_is_shown(page, demo):
    run(page, KERNEL)
    expect(demo.get_by_label("Divide by")).to_have_value("9")
    expect(demo.get_by_label("row 3, column 1", exact=True)).to_have_value("1")
    expect(demo.get_by_label("Stride")).to_have_value("3")
    expect(demo).to_contain_text("/ 9 = 3.222")


def test_an_array_of_the_readers_own_is_shown(page, demo):
    run(page, IMAGE)
    expect(demo.get_by_role("img", name="Input, 5 by 5")).to_be_visible()
    expect(demo).to_contain_text("0·1 + 1·0 + 2·(−1)")
    expect(demo.get_by_label("Picture", exact=True)).to_have_value("array")


def test_what_is_refused_is_said_in_the_notebook_and_the_demo_stays(page, demo):
    assert "there is no kernel 'nothing'; choose one of" in run(page, REFUSED)
    expect(demo.get_by_label("Kernel", exact=True)).to_have_value("vertical-edge")


def test_the_demo_follows_the_theme_of_jupyterlab(page, demo):
    background = "getComputedStyle(document.querySelector('.course-demo select')).backgroundColor"
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert page.evaluate(background) == "rgb(20, 24, 30)"
