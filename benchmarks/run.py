"""Measure the site and write its table in `benchmarks/README.md`; see each function for what it measures."""

import argparse
import contextlib
import gzip
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import frames
import tables

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
LOADS = 3  # of each page
Line = tuple[str, str, str]  # what, measured, budget
# Seconds since the visit began: to the end of the first frame with a demo in it, and to the last formula.
WATCH = """
window.demoPainted = new Promise((resolve) => {
  const watcher = new MutationObserver(() => {
    if (!document.querySelector('.course-demo-host[data-ready="true"]')) return;
    watcher.disconnect();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() / 1000);
    requestAnimationFrame(() => port2.postMessage(null));
  });
  watcher.observe(document, { attributes: true, childList: true, subtree: true });
});
addEventListener("DOMContentLoaded", () => {
  window.formulasSet = window.courseFormulas?.then(() => performance.now() / 1000) ?? null;
});
"""


def import_time(quick: bool = False) -> list[Line]:
    """Time `import course_lib` in new interpreters, less the start of the interpreter itself."""

    def seconds(code: str) -> float:
        times = []
        for _ in range(1 if quick else 9):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    spent = seconds("import course_lib") - seconds("pass")
    return [("`import course_lib`", f"{spent * 1000:.0f} ms", "50 ms")]


def bundles(quick: bool = False) -> list[Line]:
    """Weigh the code of each demo, compressed as a web server sends it; a test adds up the demos of each page."""
    folder = ROOT / "course_lib" / "widgets" / "static"
    rows = []
    for script in sorted(folder.glob("*.js")):
        size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in (script, script.with_suffix(".css")))
        rows.append((f"demo `{script.stem}`, gzipped", f"{size / 1024:.1f} KB", "25 KB"))
    return rows


@contextlib.contextmanager
def chromium() -> Iterator:
    """Give Chromium while the block runs, or None where it is missing."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def demos(quick: bool = False) -> list[Line]:
    """Time a frame of each demo at its largest settings: see frames.py."""
    with chromium() as browser:
        if browser is None:
            return [("frames of the demos", "not measured: Chromium is missing", "")]
        return [found.row() for found in frames.measure(browser, changes=3 if quick else None)]


def pages(quick: bool = False) -> list[Line]:
    """Load each chapter page in Chromium: bytes sent (gzipped), and when its first demo and its formulas are there."""
    from server import serve_gzipped

    rows = []
    with serve_gzipped(SITE) as address, chromium() as browser:
        if browser is None:
            return [("pages", "not measured: Chromium is missing", "")]
        for path in sorted(SITE.glob("[0-9]*/*.html")):
            name = path.relative_to(SITE).as_posix()
            loads = [_load(browser, f"{address}/{name}") for _ in range(1 if quick else LOADS)]
            sent, alive, formulas = zip(*loads, strict=True)
            rows.append((f"`{name}`: bytes sent", f"{statistics.median(sent) / 1024:.0f} KB", ""))
            if alive[0] is not None:
                rows.append((f"`{name}`: first live demo", f"{statistics.median(alive):.2f} s", "1 s"))
            if formulas[0] is not None:
                rows.append((f"`{name}`: formulas", f"{statistics.median(formulas):.2f} s", ""))
    return rows


def _load(browser, url: str) -> tuple[int, float | None, float | None]:
    """Return the bytes that a new visitor is sent, and the seconds to the first demo and to the formulas, if any."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    sent = []
    page.on("requestfinished", lambda request: sent.append(sum(request.sizes().values())))
    page.goto(url)
    has_demo = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    alive = page.evaluate("demoPainted") if has_demo else None
    formulas = page.evaluate("formulasSet")
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(sent), alive, formulas


PARTS: dict[str, Callable[[bool], list[Line]]] = {
    "import": import_time,
    "bundles": bundles,
    "frames": demos,
    "pages": pages,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every benchmark and write the table; a part alone is only printed, as the table is of one measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, help="measure this part; write nothing")
    parser.add_argument("--quick", action="store_true", help="see that it runs; write nothing")
    given = parser.parse_args(arguments)
    parts = [PARTS[given.only]] if given.only else PARTS.values()
    rows = [row for part in parts for row in part(given.quick)]
    text = f"{tables.head(tables.processors())}\n\n{tables.table(('what', 'measured', 'budget'), rows)}"
    print(text)
    if given.only or given.quick:
        print("Nothing was written.")
        return
    tables.write("site", text)
    print(f"The table is in {tables.README}")


if __name__ == "__main__":
    main()
