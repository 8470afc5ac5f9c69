"""What all demos share: the bundle they carry and the sentence that stands in where nothing can be drawn."""

from pathlib import Path

import anywidget
import traitlets

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
            cls.bundle = bundle
        super().__init_subclass__(**kwargs)

    def summary(self) -> str:
        """Say in a sentence what the demo shows as it stands."""
        raise NotImplementedError(f"{type(self).__name__} needs a summary() that says what it shows")

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.summary()}"


class SteeredDemo(Demo):
    """A demo that is set up by settings alone: each is a trait, a control and a part of the page's address.

    A subclass declares its settings with `between`, `one_of`, `some_of` and `flag`, the same as the front end's
    `fields.js` does; a test holds the two equal.

    Raises:
        TypeError: A setting that the demo does not have.
        traitlets.TraitError: A value that is not allowed; the message lists those that are.
    """

    _min_height = traitlets.Unicode("44rem").tag(sync=True)  # what a page keeps free until the demo is drawn

    def __init__(self, **settings):
        unknown = sorted(settings.keys() - self.settings().keys())
        if unknown:
            names = ", ".join(self.settings())
            raise TypeError(f"{type(self).__name__} has no setting {', '.join(unknown)}; it has {names}")
        super().__init__(**settings)

    @classmethod
    def settings(cls) -> dict[str, traitlets.TraitType]:
        """Return the traits that set the demo up, by name."""
        return cls.class_traits(setting=True)


def between(default: float, low: float, high: float) -> traitlets.TraitType:
    """Declare a number from `low` to `high`; whole, if all three are integers."""
    whole = all(isinstance(value, int) for value in (default, low, high))
    kind = traitlets.Int if whole else traitlets.Float
    return kind(default, min=low, max=high).tag(sync=True, setting=True)


def one_of(default: str, *others: str) -> traitlets.TraitType:
    """Declare a choice between the default and others."""
    return traitlets.Enum((default, *others), default).tag(sync=True, setting=True)


def some_of(allowed: tuple[str, ...], *default: str) -> traitlets.TraitType:
    """Declare a list of any number of the allowed names."""
    return traitlets.List(traitlets.Enum(allowed), list(default)).tag(sync=True, setting=True)


def flag(default: bool) -> traitlets.TraitType:
    """Declare something that is on or off."""
    return traitlets.Bool(default).tag(sync=True, setting=True)
