"""Formulas without a network: MathJax 3 from an installed package, only the files that pages load.

The one file `tex-chtml-full.js` holds all of TeX and, for screen readers, writes each formula a second time as MathML.
The menu is off: it would put every formula in the way of the tab key and load further files on demand.
Our `formulas.js` starts it when the page's demos are drawn; the page's head fetches it ahead.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.fileutil import copy_asset

PACKAGE = "sphinx-mathjax-offline"
SCRIPT = "tex-chtml-full.js"
STARTER = "formulas.js"
FONTS = "output/chtml/fonts/woff-v2"


def configure(app: Sphinx, config) -> None:
    """Let Sphinx put our starter where it would put MathJax."""
    config.mathjax_path = STARTER
    config.mathjax3_config = {"options": {"enableMenu": False}}


def fetch_where_used(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Fetch MathJax (1.3 MB) ahead on pages with a formula; elsewhere drop the starter that Sphinx adds."""
    if 'class="math' in context.get("body", ""):
        address = context["pathto"](f"_static/mathjax/{SCRIPT}", resource=True)
        link = f'<link rel="preload" as="script" fetchpriority="low" id="course-mathjax" href="{address}"/>'
        context["metatags"] = context.get("metatags", "") + link
    else:
        scripts = context["script_files"]
        scripts[:] = [script for script in scripts if STARTER not in str(getattr(script, "filename", script))]


def copy(app: Sphinx, error: Exception | None) -> None:
    """Copy the script and its fonts into the finished book."""
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax"
    target.joinpath(FONTS).mkdir(parents=True, exist_ok=True)
    copy_asset(str(_source() / SCRIPT), str(target))
    copy_asset(str(_source() / FONTS), str(target / FONTS))


def _source() -> Path:
    try:
        return Path(distribution(PACKAGE).locate_file(f"{PACKAGE}/static/mathjax"))
    except PackageNotFoundError:
        raise ExtensionError(
            f"expected the package {PACKAGE} for the formulas, found none: pip install {PACKAGE} (extra book)"
        ) from None
