"""A progress bar for a terminal, a notebook or a log file."""

import io
import sys

from tqdm import tqdm


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, where what is shown can be replaced later."""
    ipython = sys.modules.get("IPython")  # a kernel has loaded it long before
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


class NotebookBar(tqdm):
    """tqdm's bar as text in one output of a notebook, below the lines written so far.

    tqdm's own bar for notebooks is a widget, of which a saved notebook or a page shows nothing.
    """

    def __init__(self, total: int, initial: int, unit: str):
        from IPython.display import display

        self.lines: list[str] = []
        self.output = display({"text/plain": ""}, raw=True, display_id=True)
        # The file is where tqdm would draw; it draws by `display`.
        super().__init__(
            total=total, initial=initial, unit=unit, leave=False, file=io.StringIO(), ncols=79, disable=False
        )

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Replace the output by the lines and the bar, or `msg` in its place."""
        bar = str(self) if msg is None else msg
        text = "\n".join([*self.lines, bar] if bar else self.lines)
        self.output.update({"text/plain": text}, raw=True)

    def write(self, line: str) -> None:
        """Add a line above the bar."""
        self.lines.append(line)
        self.refresh()


def open_bar(total: int, initial: int = 0, unit: str = "step", silent: bool = False) -> tqdm:
    """Return a bar that stands at `initial`; it draws nothing in a log file or if `silent`.

    It leaves nothing behind; `bar.write(line)` writes a line that stays, whether there is a bar or not.
    """
    if in_notebook() and not silent:
        return NotebookBar(total, initial, unit)
    return tqdm(total=total, initial=initial, unit=unit, leave=False, disable=True if silent else None)
