"""Measure the site and write its table in `benchmarks/README.md`; see each function for what it measures."""

import gzip
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import tables

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"


def import_time() -> tuple[str, str, str]:
    """Time `import course_lib` in new interpreters, less the start of the interpreter itself."""

    def seconds(code: str) -> float:
        times = []
        for _ in range(9):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    spent = seconds("import course_lib") - seconds("pass")
    return "`import course_lib`", f"{spent * 1000:.0f} ms", "50 ms"


def bundles() -> list[tuple[str, str, str]]:
    """Weigh the code of each demo, compressed as a web server sends it; a test adds up the demos of each page."""
    folder = ROOT / "course_lib" / "widgets" / "static"
    rows = []
    for script in sorted(folder.glob("*.js")):
        size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in (script, script.with_suffix(".css")))
        rows.append((f"demo `{script.stem}`, gzipped", f"{size / 1024:.1f} KB", "25 KB"))
    return rows


def pages() -> list[tuple[str, str, str]]:
    """Load each chapter page in Chromium: bytes sent (gzipped) and the time to its first live demo."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return [("pages", "not measured: Chromium is missing", "")]
    from playwright.sync_api import sync_playwright
    from server import serve_gzipped

    rows = []
    with serve_gzipped(SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for path in sorted(SITE.glob("[0-9]*/*.html")):
            name = path.relative_to(SITE).as_posix()
            sent, alive = zip(*(_load(browser, f"{address}/{name}") for _ in range(5)), strict=True)
            rows.append((f"`{name}`: bytes sent", f"{statistics.median(sent) / 1024:.0f} KB", ""))
            if alive[0] is not None:
                rows.append((f"`{name}`: first live demo", f"{statistics.median(alive):.2f} s", "1 s"))
        browser.close()
    return rows


def _load(browser, url: str) -> tuple[int, float | None]:
    """Return the bytes a new visitor is sent and the seconds until a demo is ready, None without a demo."""
    context = browser.new_context()
    page = context.new_page()
    sent = []
    page.on("requestfinished", lambda request: sent.append(sum(request.sizes().values())))
    began = time.perf_counter()
    page.goto(url, wait_until="domcontentloaded")
    alive = None
    if page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count():
        page.wait_for_selector('.course-demo-host[data-ready="true"]')
        alive = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(sent), alive


def main() -> None:
    """Run every benchmark and write the table."""
    rows = [import_time(), *bundles(), *pages()]
    head = tables.head(tables.processors())
    text = f"{head}\n\n{tables.table(('what', 'measured', 'budget'), rows)}"
    tables.write("site", text)
    print(text)
    print(f"The table is in {tables.README}")


if __name__ == "__main__":
    main()
