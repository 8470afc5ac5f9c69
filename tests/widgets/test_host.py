"""The contract of host.js: a page with a demo's state brings the demo to life, from a server and from a file."""

import base64
import functools
import http.server
import json
import re
import threading
from pathlib import Path

import pytest
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import expect

from course_lib import widgets
from course_lib.widgets import ConvolutionDemo
from course_lib.widgets.base import SteeredDemo

LOCAL = ("http://127.0.0.1:", "blob:", "data:", "file:")
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
STEERED = [cls for cls in vars(widgets).values() if isinstance(cls, type) and issubclass(cls, SteeredDemo)]
HOST = Path(__file__).parents[2] / "book/_ext/course_book/static/host.js"
# A demo that writes down what the host does with it.
PROBE = """
export default {
  initialize({ model }) {
    globalThis.log = [`initialize ${model.get("word")}`];
    return () => log.push("end of model");
  },
  render({ model, el }) {
    const input = document.createElement("input");
    input.setAttribute("aria-label", "word");
    const show = () => { input.value = model.get("word"); };
    input.oninput = () => { model.set("word", input.value); model.save_changes(); };
    model.on("change:word", show);
    show();
    el.append(input);
    const bytes = model.get("nested")?.data;
    if (bytes) el.append(`bytes ${[...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)]}`);
    return () => log.push("end of view");
  },
};
"""


def page_of(states: dict, views: list[str], before: str = "") -> str:
    """A page as myst-nb writes it: all states in the head, a reference to a model where each demo belongs."""
    state = json.dumps({"version_major": 2, "version_minor": 0, "state": states}).replace("</", "<\\/")
    references = [json.dumps({"version_major": 2, "version_minor": 0, "model_id": view}) for view in views]
    scripts = "".join(f'{before}<script type="{VIEW}">{text}</script>' for text in references)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>'
        f'<script type="{STATE}">{state}</script>'
        f'<script defer src="host.js"></script><body><main>{scripts}</main></body></html>'
    )


def probe(source: str = PROBE, buffers: tuple = (), **state) -> dict:
    values = {"_esm": source, "_css": ".probe { color: red; }", "word": "tree", **state}
    return {
        "model_name": "AnyModel",
        "model_module": "anywidget",
        "model_module_version": "~0.11.*",
        "state": values,
        "buffers": list(buffers),
    }


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def opened(browser, tmp_path, request):
    """Open a page's text, from a file unless the test asks for "http"; unexpected errors fail the test."""
    context, trouble = browser.new_context(), []
    page = context.new_page()
    page.expected_errors = []

    def only_local(route):
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            trouble.append(route.request.url)
            route.abort()

    page.route("**/*", only_local)
    page.on("console", lambda message: message.type == "error" and trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    (tmp_path / "host.js").write_bytes(HOST.read_bytes())
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def open_(text: str, scheme: str = "file"):
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri() if scheme == "file" else f"http://127.0.0.1:{server.server_port}/page.html")
        page.wait_for_function(
            "document.querySelectorAll('.course-demo-host').length ==="
            " document.querySelectorAll('.course-demo-host:is([data-ready], [data-error])').length"
        )
        return page

    yield open_
    context.close()
    server.shutdown()
    server.server_close()
    unexpected = [text for text in trouble if not any(part in text for part in page.expected_errors)]
    assert unexpected == []


def error_of(page) -> str:
    return page.locator(".course-demo-host").get_by_role("alert").inner_text()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_demo_lives_from_its_state_alone(opened, scheme):
    demo = ConvolutionDemo("china", "sobel-x", padding="same")
    data = embed_data(views=[demo], state=dependency_state([demo], drop_defaults=False), drop_defaults=False)
    page = opened(page_of(data["manager_state"]["state"], [demo.model_id]), scheme)
    region = page.get_by_role("region", name="Convolution demo")
    expect(region.get_by_label("Picture", exact=True)).to_have_value("china")
    expect(region).to_contain_text("⌊(256 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 256")
    region.get_by_label("Stride").press("ArrowRight")
    expect(region).to_contain_text("/ 2⌋ + 1 = 128")


@pytest.mark.parametrize("cls", STEERED, ids=lambda cls: cls.bundle)
def test_every_steered_demo_lives_from_a_file(opened, cls):
    demo = cls()
    data = embed_data(views=[demo], state=dependency_state([demo], drop_defaults=False), drop_defaults=False)
    page = opened(page_of(data["manager_state"]["state"], [demo.model_id]))
    region = page.get_by_role("region")
    expect(region.get_by_role("button", name="Set it up")).to_be_visible()
    region.get_by_role("button", name="Another").click()
    region.get_by_role("button", name="Set it up").click()
    expect(region.get_by_role("link", name="Link to this set-up")).to_have_attribute(
        "href", re.compile(f"^#{cls.bundle}\\?")
    )


def test_the_style_is_added_once_and_the_code_started_once_for_two_views(opened):
    page = opened(page_of({"a": probe()}, ["a", "a"]))
    assert page.locator("head style").count() == 1
    assert page.evaluate("log") == ["initialize tree"]
    assert page.locator('.course-demo-host[data-ready="true"]').count() == 2


def test_views_of_one_model_follow_each_other_and_other_models_do_not(opened):
    page = opened(page_of({"a": probe(), "b": probe()}, ["a", "a", "b"]))
    fields = page.get_by_label("word")
    fields.nth(0).fill("leaf")
    assert [fields.nth(place).input_value() for place in range(3)] == ["leaf", "leaf", "tree"]


def test_buffers_stand_where_they_belong(opened):
    buffer = {
        "path": ["nested", "data"],
        "encoding": "base64",
        "data": base64.b64encode(bytes([0, 7, 255])).decode(),
    }
    page = opened(page_of({"a": probe(buffers=(buffer,), nested={"other": 1})}, ["a"]))
    expect(page.locator(".course-demo-host")).to_contain_text("bytes 0,7,255")


def test_a_box_that_the_page_has_ready_is_used(opened):
    box = '<div class="course-demo-host"><p>The demo in words.</p></div>'
    page = opened(page_of({"a": probe(), "b": probe()}, ["a", "b"], before=box))
    assert page.locator(".course-demo-host").count() == 2
    expect(page.get_by_text("The demo in words.")).to_have_count(0)
    expect(page.get_by_label("word")).to_have_count(2)


def test_views_and_models_are_ended_when_the_page_goes(opened):
    page = opened(page_of({"a": probe()}, ["a", "a"]))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert page.evaluate("log") == ["initialize tree"]
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))")
    assert sorted(page.evaluate("log")) == [
        "end of model",
        "end of view",
        "end of view",
        "initialize tree",
    ]


def test_listeners_hear_of_changes_only_and_can_leave(opened):
    source = """
    export default { render({ model, el }) {
      const heard = [], any = () => heard.push("any");
      const listener = (from, value) => heard.push(`${from === model} ${value}`);
      model.on("change:word change:other", listener);
      model.on("change", any);
      model.set("word", model.get("word"));
      model.set({ word: "leaf", other: 3 });
      model.off("change:word", listener);
      model.set("word", "root");
      model.off("change");
      model.set("other", 4);
      model.off();
      model.set("other", 5);
      el.textContent = heard.join(", ");
    } };"""
    page = opened(page_of({"a": probe(source)}, ["a"]))
    expect(page.locator(".course-demo-host")).to_have_text("true leaf, true 3, any, any, true 4")


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({}, "does not hold its state"),
        ({"a": {**probe(), "model_module": "@jupyter-widgets/controls"}}, "needs a running kernel"),
        ({"a": probe("export default {};")}, "no default export with a render function"),
        ({"a": probe("export default { render() { throw new Error('no luck'); } };")}, "no luck"),
        (
            {"a": probe("export default { render({ model }) { model.send({}); } };")},
            "a published page has no kernel",
        ),
        (
            {"a": probe("export default { render({ model }) { model.get('word'); } };", word="IPY_MODEL_b")},
            "“word” is another widget",
        ),
        (
            {"a": probe(buffers=({"path": ["x"], "encoding": "hex", "data": "00"},))},
            "encoded as hex",
        ),
    ],
)
def test_what_goes_wrong_is_said_in_the_page(opened, records, message):
    page = opened(page_of(records, ["a"]))
    page.expected_errors.append(message)
    assert message in error_of(page)
    assert message in page.locator(".course-demo-host").get_attribute("data-error")


def test_one_broken_demo_leaves_the_others_alive(opened):
    broken = probe("export default { render() { throw new Error('no luck'); } };")
    page = opened(page_of({"a": broken, "b": probe()}, ["a", "b"]))
    page.expected_errors.append("no luck")
    expect(page.get_by_label("word")).to_have_value("tree")


def test_a_page_without_demos_stays_as_it_is(opened):
    page = opened(page_of({}, []))
    assert page.locator("main > *").count() == 0
