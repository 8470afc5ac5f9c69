"""What an executed page must not contain; each finding names the cell and the way out."""

from collections.abc import Iterator

from nbformat import NotebookNode

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# A cell whose outputs hold an error or a warning on purpose says so by one of these tags.
ERROR_TAGS = {"raises-exception"}
STDERR_TAGS = {"allow-stderr", "remove-stderr"}


def findings(source: NotebookNode, executed: NotebookNode) -> list[str]:
    """Compare a page's cells (tags) with its executed ones (outputs, widget state)."""
    found = []
    for (place, cell), outcome in zip(places(source), code_cells(executed), strict=True):
        tags = set(cell.metadata.get("tags", []))
        found += [f"{place}: {finding}" for finding in _of_outputs(outcome.outputs, tags)]
    return found + list(_of_widgets(executed))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def places(source: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Return each code cell of a page with the words that say where it stands."""
    numbered = zip(source.metadata["source_map"], source.cells, strict=True)
    cells = [(line, cell) for line, cell in numbered if cell.cell_type == "code"]
    return [(f"line {line}, code cell {number}", cell) for number, (line, cell) in enumerate(cells, start=1)]


def _of_outputs(outputs: list[NotebookNode], tags: set[str]) -> Iterator[str]:
    for output in outputs:
        if output.output_type == "error" and not tags & ERROR_TAGS:
            yield f"{output.ename}: {output.evalue} (an error meant to be there needs the tag raises-exception)"
        elif output.output_type == "stream" and output.name == "stderr" and not tags & STDERR_TAGS:
            yield f"wrote to stderr (silence it, or tag the cell allow-stderr): {output.text.strip()[:500]}"


def _of_widgets(executed: NotebookNode) -> Iterator[str]:
    """Every widget must live in the page without a kernel: an anywidget, or the layout box that each one carries."""
    models = executed.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    demos = [model for model in models.values() if model["model_module"] == "anywidget"]
    layouts = {model["state"].get("layout", "").removeprefix("IPY_MODEL_") for model in demos}
    for key, model in models.items():
        if model["model_module"] != "anywidget" and key not in layouts:
            yield (
                f"holds a {model['model_name']} of {model['model_module']}, which is dead without a kernel: "
                "show a demo of course_lib.widgets (an anywidget) instead"
            )
