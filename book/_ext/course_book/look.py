"""The page's look and behavior: our static files, the palette as CSS, and what of the theme's baggage stays out."""

from pathlib import Path

from sphinx.application import Sphinx

from course_book.paths import STATIC, TEMPLATES
from course_lib import palette

STYLES = ["fonts.css", "palette.css", "type.css", "frame.css", "content.css", "icons.css", "paper.css"]
SCRIPTS = ["accessibility.js", "paper.js", "tabs.js"]
HOST = "host.js"


def configure(app: Sphinx, config) -> None:
    """Register the files; on pages with a demo, and only there, our host stands in for ipywidgets' scripts."""
    config.html_static_path = [*config.html_static_path, str(STATIC)]
    config.templates_path = [str(TEMPLATES), *config.templates_path]
    config.nb_ipywidgets_js = {HOST: {"defer": "defer"}}
    for style in STYLES:
        app.add_css_file(style, priority=800)
    for script in SCRIPTS:
        app.add_js_file(script, defer="defer")


def mend_roles(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Drop two roles that docutils gives lists of references: one is deprecated, one does not fit its children."""
    for role in (' role="doc-biblioentry"', ' role="list"'):
        context["body"] = context.get("body", "").replace(role, "")


def write_palette(app: Sphinx, error: Exception | None) -> None:
    """Write `course_lib.palette` as custom properties; light also holds where no script runs."""
    if error or app.builder.format != "html":
        return
    css = palette.css(":root", 'html[data-theme="dark"]')
    Path(app.outdir, "_static", "palette.css").write_text(css, encoding="utf-8")
