"""The activation functions demo: value, derivative, saturation, and a signal through many in a row."""

from course_lib.widgets.base import SteeredDemo, between, one_of, some_of

FUNCTIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")


class ActivationsDemo(SteeredDemo, bundle="activations"):
    """Activation functions side by side, and what is left of a signal and its gradient after many of them.

    A layer of the row does h ← φ(w·h), beginning with h = x. A function counts as saturated where its slope is below
    0.05 in size.

    Args:
        shown: Functions to compare: "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus".
        x: The input, −6 to 6.
        focus: The function whose saturated part is shaded.
        depth: Layers in a row, up to 50.
        weight: The weight w before each function.
    """

    shown = some_of(FUNCTIONS, "sigmoid", "tanh", "relu")
    x = between(1.0, -6.0, 6.0)
    focus = one_of(*FUNCTIONS)
    depth = between(10, 1, 50)
    weight = between(1.0, 0.25, 4.0)

    def summary(self) -> str:
        """Say which functions are compared."""
        return (
            f"{', '.join(self.shown) or 'no function'} with derivatives at x = {self.x:g}, "
            f"and a signal through {self.depth} in a row with weight {self.weight:g}."
        )
