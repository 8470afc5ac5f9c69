"""How long a frame of each demo takes at its largest settings, from a change to the end of drawing, in Chromium.

A demo stands alone on a page. A control is set as a reader sets it, and what that makes the page do is timed: the
listener of the event, the demo's computing and drawing in its animation frame, and the style, layout and paint after
it. The wait for the frame to begin is not counted. Where a demo works something out in slices, one a frame, the frame
counts that nine in ten frames of the change do not exceed; of up to nine, that is the slowest. A change that leaves the
pictures as they were is an error.
"""

import json
import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BUDGET = 16  # milliseconds
CHANGES = 30
WARMING = 5  # changes before those that count: the page's code is compiled meanwhile
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Demo</title></head><body><main>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
<script type="application/vnd.jupyter.widget-view+json">{view}</script>
</main><script>{host}</script></body></html>"""

# Times each animation frame, up to the first task after it: style, layout and paint come before that.
CLOCK = """(() => {
  const [ask, cancel] = [requestAnimationFrame.bind(window), cancelAnimationFrame.bind(window)];
  const waiting = new Set();
  let heard = () => {};
  window.requestAnimationFrame = (callback) => {
    const id = ask((time) => {
      waiting.delete(id);
      const began = performance.now();
      callback(time);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => heard(performance.now() - began);
      port2.postMessage(null);
    });
    waiting.add(id);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    waiting.delete(id);
    cancel(id);
  };
  /** Sets a control; the milliseconds of each frame until nothing is left to draw. */
  window.timeChange = async (control, value) => {
    const began = performance.now();
    if (control.type === "checkbox") control.click();
    else {
      control.value = value;
      control.dispatchEvent(new Event(control.matches("select") ? "change" : "input", { bubbles: true }));
    }
    let listener = performance.now() - began;
    const times = [];
    while (waiting.size) {
      times.push(listener + await new Promise((resolve) => { heard = resolve; }));
      listener = 0;
    }
    return times;
  };
})()"""

# What is drawn, without what is said about it.
DRAWN = """(region) => [
  ...[...region.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
  ...[...region.querySelectorAll("svg")].map((picture) => picture.innerHTML),
].join()"""


class Change(NamedTuple):
    """What a reader changes: the label of a control and the values it is given, one after the other."""

    what: str  # in a few words
    label: str
    values: Sequence[float | str]
    count: int = CHANGES  # how many of them are timed


class Case(NamedTuple):
    """A demo at its largest settings: its class, how it is set up, said in words, and the changes that are timed."""

    cls: str
    settings: dict
    words: str
    changes: tuple[Change, ...]


def _seeds(label: str = "Random numbers", count: int = CHANGES) -> Change:
    return Change("other random numbers", label, range(2, 100), count)


def _turns() -> Change:
    return Change("turned", "Turn", range(-180, 180, 5))


SEVENS = [
    [(row + 2 * column) % 9 - 4.5 for column in range(7)] for row in range(7)
]  # no zero, which is left out
PHOTO = {"image": "china", "kernel": SEVENS, "padding": 3, "mode": "sweep"}
BIAS = Change("another bias", "Bias", range(1, 100))

CASES: dict[str, tuple[Case, ...]] = {
    "activations": (
        Case(
            "ActivationsDemo",
            {
                "shown": ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"],
                "depth": 50,
                "focus": "gelu",
            },
            "9 functions, 50 layers",
            (Change("another x", "Input x", [n / 10 for n in range(-50, 50)]),),
        ),
    ),
    "batchnorm": (
        Case("BatchNormDemo", {"batch": 128, "seen": 100, "stage": 10}, "batches of 128", (_seeds(),)),
    ),
    "clipping": (
        Case(
            "ClippingDemo",
            {"step": 60},
            "60 steps",
            (Change("another start", "Start w", [3.5 + n / 50 for n in range(1, 100)]),),
        ),
    ),
    "convolution": (
        Case("ConvolutionDemo", PHOTO, "256 × 256 with 7 × 7", (BIAS,)),
        Case("ConvolutionDemo", {**PHOTO, "color": True}, "the same in three channels", (BIAS,)),
    ),
    "critical": (
        Case(
            "CriticalPointsDemo",
            {"surface": "beale", "x": 1.0, "y": 1.5},
            "Beale's surface",
            (Change("another point", "x₁", [n / 20 for n in range(0, 80)]), _turns()),
        ),
    ),
    "flow": tuple(
        Case("GradientFlowDemo", {"depth": 50, "width": 128, "layer": 25, **more}, words, (_seeds(),))
        for words, more in (
            ("50 layers of 128, tanh", {"activation": "tanh"}),
            ("50 layers of 128, GELU, skip", {"activation": "gelu", "skip": True}),
        )
    ),
    "initialization": (
        Case(
            "InitializationDemo",
            {
                "shown": ["zeros", "tiny", "torch_default", "lecun", "glorot", "he", "unit"],
                "activation": "tanh",
                "width": 96,
                "hidden": 10,
                "step": 200,
            },
            "7 initializers, 96 units, 200 steps",
            (_seeds(count=10),),
        ),
    ),
    "landscape": (
        Case(
            "LandscapeDemo",
            {"depth": "48"},
            "48 convolutions",
            (_turns(), Change("logarithms and back", "Height is the logarithm of the loss", range(100))),
        ),
    ),
    "normaxes": (Case("NormAxesDemo", {"norm": "layer", "times": "channel"}, "layer norm", (_seeds(),)),),
    "race": (
        Case(
            "OptimizerRace",
            {
                "surface": "bowl",
                "racers": ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton"],
                "noise": 1.0,
                "step": 200,
            },
            "7 racers, 200 steps",
            (_seeds("Draw of the noise"),),
        ),
    ),
}


class Measured(NamedTuple):
    """A change of a demo: of each time it was made, the milliseconds of its frames."""

    demo: str
    words: str
    what: str
    frames: list[list[float]]

    @property
    def slow(self) -> list[float]:
        """Of each change, the milliseconds that nine in ten of its frames do not exceed."""
        return [sorted(times)[math.ceil(0.9 * len(times)) - 1] for times in self.frames]

    @property
    def median(self) -> float:
        """The median of the changes."""
        return statistics.median(self.slow)

    def row(self) -> tuple[str, str, str]:
        """The line of the site's table."""
        late = (
            statistics.quantiles(self.slow, n=10, method="inclusive")[-1]
            if len(self.slow) > 1
            else self.median
        )
        count = round(statistics.median(map(len, self.frames)))
        sliced = f"; in {count} slices" if count > 1 else ""
        name = f"demo `{self.demo}`, {self.words}, {self.what}: a frame"
        return name, f"{self.median:.1f} ms, 90% within {late:.1f} ms{sliced}", f"{BUDGET} ms"


def page_of(case: Case) -> str:
    """A page that holds nothing but the demo."""
    from ipywidgets.embed import dependency_state, embed_data

    import course_lib.widgets

    demo = getattr(course_lib.widgets, case.cls)(**case.settings)
    parts = embed_data(
        views=[demo], state=dependency_state([demo], drop_defaults=False)
    )  # the code is a default, too
    host = ROOT / "book" / "_ext" / "course_book" / "static" / "host.js"
    return PAGE.format(
        state=json.dumps(parts["manager_state"]).replace("</", "<\\/"),
        view=json.dumps(parts["view_specs"][0]),
        host=host.read_text(encoding="utf-8"),
    )


def time_case(
    browser, name: str, case: Case, changes: int | None = None, warming: int = WARMING
) -> Iterator[Measured]:
    """Open a demo alone on a page and make each of its changes.

    Raises:
        RuntimeError: if a change does not change what is drawn.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(CLOCK)
    for change in case.changes:
        page = context.new_page()
        page.set_content(page_of(case))
        page.wait_for_selector('.course-demo-host[data-ready="true"]')
        region = page.get_by_role("region")
        control = region.get_by_label(change.label, exact=True)
        frames, before = [], region.evaluate(DRAWN)
        for value in change.values[: warming + (changes or change.count)]:
            frames.append(control.evaluate("(control, value) => timeChange(control, value)", value))
            after = region.evaluate(DRAWN)
            if before == after:
                raise RuntimeError(f"{name}: {change.label} set to {value} changed nothing that is drawn")
            before = after
        page.close()
        yield Measured(name, case.words, change.what, frames[warming:])
    context.close()


def measure(browser, names: Iterable[str] = tuple(CASES), changes: int | None = None) -> list[Measured]:
    """Time the frames of the demos `names`; `changes` of each, or as many as the table says."""
    return [
        found for name in names for case in CASES[name] for found in time_case(browser, name, case, changes)
    ]
