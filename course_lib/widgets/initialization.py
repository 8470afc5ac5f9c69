"""The initialization demo: signal and gradient through 50 layers, and a small network trained from each initializer."""

from course_lib.widgets.base import SteeredDemo, between, one_of, some_of

INITIALIZERS = ("zeros", "tiny", "torch_default", "lecun", "glorot", "he", "unit")


class InitializationDemo(SteeredDemo, bundle="initialization"):
    """Initializers side by side: mean squares of values and gradients layer by layer, then training in the page.

    The trained network is 2 → 16 → … → 16 → 1 on two spirals of 60 points, with full batches, gradient descent with
    momentum 0.9 and the cross-entropy as its loss.

    Args:
        activation: "relu", "tanh", "sigmoid", "selu" or "linear".
        shown: Initializers: "zeros", "tiny" (N(0, 0.01²)), "torch_default" (uniform, variance 1/(3·fan_in)), "lecun",
            "glorot", "he", "unit" (N(0, 1)).
        width: Units of each of the 50 layers, 8 to 96.
        seed: Which random numbers, 1 to 99.
        hidden: Hidden layers of the network that is trained, up to 10.
        rate: Its learning rate.
        step: The step of training to show, up to 200.
    """

    activation = one_of("relu", "tanh", "sigmoid", "selu", "linear")
    shown = some_of(INITIALIZERS, "tiny", "torch_default", "glorot", "he", "unit")
    width = between(48, 8, 96)
    seed = between(1, 1, 99)
    hidden = between(6, 1, 10)
    rate = between(0.03, 0.001, 1.0)
    step = between(0, 0, 200)

    def summary(self) -> str:
        """Say which initializers are compared."""
        return (
            f"{', '.join(self.shown) or 'no initializer'} with {self.activation}: signal and gradient through "
            f"50 layers, and training a network with {self.hidden} hidden layers."
        )
