"""Draw docs/screenshot.png: the convolution demo on the built page, as a reader sees it."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "_build" / "html" / "02-convolution" / "convolution.html"


def main() -> None:
    """Open the page from its file, scroll to the demo and photograph the window."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if not PAGE.exists() or browser_path is None:
        raise SystemExit("expected the built book and Chromium: run make book, and install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=1.5)
        page.goto(PAGE.as_uri())
        page.wait_for_selector('.course-demo-host[data-ready="true"]')
        page.locator("#try-it").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('#try-it').scrollIntoView()")
        page.wait_for_timeout(500)
        page.screenshot(path=ROOT / "docs" / "screenshot.png")
        browser.close()
    print("docs/screenshot.png is drawn")


if __name__ == "__main__":
    main()
