"""PyTorch and Keras side by side: cells tagged tab-torch and tab-keras become one set of tabs.

Without JavaScript, and in print, the two stand one below the other under their names. The choice is one for the whole
book: `tabs.js` keeps it, and the attribute `data-framework` of the page selects what is shown.
"""

from docutils import nodes
from docutils.transforms import Transform
from sphinx.util import logging

logger = logging.getLogger(__name__)

FRAMEWORKS = {"tab-torch": ("torch", "PyTorch"), "tab-keras": ("keras", "Keras")}


class FrameworkTabs(Transform):
    """Wrap each run of adjacent tagged cells."""

    # After myst-nb has made the cells, before the docutils transforms that number and resolve things.
    default_priority = 200

    def apply(self, **kwargs) -> None:
        """Replace every run in the document; a run with one framework only is a hole in the book."""
        number = 0
        for first in list(self.document.findall(nodes.container)):
            if not tag_of(first) or "framework-panel" in first.parent.get("classes", []):
                continue
            run = _run_from(first)
            present = {tag_of(cell) for cell in run}
            if present != set(FRAMEWORKS):
                missing = (set(FRAMEWORKS) - present).pop()
                message = "a run of framework cells has no cell tagged %s: show both PyTorch and Keras"
                logger.warning(message, missing, location=first, type="course", subtype="tabs")
            number += 1
            _wrap(run, number)


def tag_of(node: nodes.Node) -> str | None:
    """Return tab-torch or tab-keras if `node` is a code cell with that tag."""
    if not isinstance(node, nodes.container) or node.get("nb_element") != "cell_code":
        return None
    return next((tag for tag in node["cell_metadata"].get("tags", []) if tag in FRAMEWORKS), None)


def _run_from(first: nodes.container) -> list[nodes.container]:
    siblings = first.parent.children[first.parent.index(first) :]
    length = next((i for i, node in enumerate(siblings) if not tag_of(node)), len(siblings))
    return siblings[:length]


def _wrap(run: list[nodes.container], number: int) -> None:
    parent, place = run[0].parent, run[0].parent.index(run[0])
    tabs = nodes.container(classes=["framework-tabs"], is_div=True)
    tabs.source, tabs.line = run[0].source, run[0].line
    tabs += nodes.raw("", _tab_list(number), format="html")
    for tag, (key, name) in FRAMEWORKS.items():
        panel = nodes.container(classes=["framework-panel", f"framework-{key}"], is_div=True)
        panel["ids"].append(f"framework-{number}-{key}")
        panel += nodes.paragraph("", name, classes=["framework-name"])
        for cell in run:
            if tag_of(cell) == tag:
                parent.remove(cell)
                panel += cell
        tabs += panel
    parent.insert(place, tabs)


def _tab_list(number: int) -> str:
    """Return the buttons; `tabs.js` shows them and joins each with its panel."""
    buttons = "".join(
        f'<button type="button" role="tab" id="framework-{number}-{key}-tab" data-framework="{key}" '
        f'aria-controls="framework-{number}-{key}">{name}</button>'
        for key, name in FRAMEWORKS.values()
    )
    return f'<div class="framework-list" role="tablist" aria-label="Framework">{buttons}</div>'
