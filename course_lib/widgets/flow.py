"""The gradient flow demo: how large the signal and its gradient are in each layer of a deep network."""

from course_lib.widgets.base import SteeredDemo, between, flag, one_of

ACTIVATIONS = ("tanh", "sigmoid", "relu", "leaky_relu", "selu", "gelu", "linear")
INITIALIZERS = ("glorot", "he", "lecun", "torch_default", "tiny", "unit")


class GradientFlowDemo(SteeredDemo, bundle="flow"):
    """A deep network before training: the spread of the signal going forward and of the gradient coming back.

    All layers are equally wide, without biases. The input and the gradient that starts at the top are standard normal.

    Args:
        depth: Number of layers, up to 50.
        width: Units in each layer, 8 to 128.
        activation: "tanh", "sigmoid", "relu", "leaky_relu", "selu", "gelu" or "linear".
        init: "glorot", "he", "lecun", "torch_default" (uniform, variance 1/(3·fan_in)), "tiny" (N(0, 0.01²)) or "unit"
            (N(0, 1)).
        skip: Whether each layer's input is added to its output.
        layer: The layer whose values are shown as a histogram.
        seed: Which random numbers, 1 to 99.
    """

    depth = between(20, 2, 50)
    width = between(64, 8, 128)
    activation = one_of(*ACTIVATIONS)
    init = one_of(*INITIALIZERS)
    skip = flag(False)
    layer = between(10, 0, 50)
    seed = between(1, 1, 99)

    def summary(self) -> str:
        """Say which network it is."""
        skip = " with skip connections" if self.skip else ""
        return (
            f"signal and gradient in each of {self.depth} layers of {self.width} units{skip}, "
            f"activation {self.activation}, initializer {self.init}."
        )
