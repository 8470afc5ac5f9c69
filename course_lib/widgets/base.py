"""What all demos share: the bundle they carry and the sentence that stands in where nothing can be drawn."""

from pathlib import Path

import anywidget

STATIC = Path(__file__).parent / "static"


class Demo(anywidget.AnyWidget):
    """A demo whose logic lives in its front end, so that it works with a kernel and without one.

    A subclass names its bundle (`class ConvolutionDemo(Demo, bundle="convolution")`), declares the traits that
    set the demo up and says in `summary` what a reader sees.
    """

    def __init_subclass__(cls, bundle: str | None = None, **kwargs):
        if bundle is not None:
            cls._esm = (STATIC / f"{bundle}.js").read_text(encoding="utf-8")
            cls._css = (STATIC / f"{bundle}.css").read_text(encoding="utf-8")
        super().__init_subclass__(**kwargs)

    def summary(self) -> str:
        """Say in a sentence what the demo shows as it stands."""
        raise NotImplementedError(f"{type(self).__name__} needs a summary() that says what it shows")

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.summary()}"
