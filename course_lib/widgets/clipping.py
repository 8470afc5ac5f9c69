"""The clipping demo: a gradient clipped by value and by norm, and a step at a cliff."""

from course_lib.widgets.base import SteeredDemo, between, flag


class ClippingDemo(SteeredDemo, bundle="clipping"):
    """A gradient of two parts to drag, clipped by value and by norm, and gradient descent at a cliff with either.

    The cliff is the loss of a recurrent network of one unit, unrolled 50 times, over its weight and bias.

    Source: Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks",
    arXiv:1211.5063.

    Args:
        g1, g2: The gradient.
        threshold: Where to clip: each part, or the length.
        zoom: Whether the picture is as large as the threshold asks for, or as the gradient does.
        w, b: Where descent at the cliff starts.
        rate: Its learning rate.
        step: The step to show, up to 60.
    """

    g1 = between(0.9, -100.0, 100.0)
    g2 = between(100.0, -100.0, 100.0)
    threshold = between(1.0, 0.01, 10.0)
    zoom = flag(True)
    w = between(4.5, 3.5, 5.5)
    b = between(-2.11, -3.0, -1.0)
    rate = between(0.5, 0.001, 1.0)
    step = between(0, 0, 60)

    def summary(self) -> str:
        """Say which gradient is clipped where."""
        return (
            f"the gradient ({self.g1:g}, {self.g2:g}) clipped at {self.threshold:g} by value and by norm, "
            f"and steps at a cliff from w = {self.w:g}, b = {self.b:g}."
        )
