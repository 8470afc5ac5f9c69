"""The norm axes demo: which values of a batch share a mean in batch, layer, instance and group norm."""

from course_lib.widgets.base import SteeredDemo, between, one_of


class NormAxesDemo(SteeredDemo, bundle="normaxes"):
    """A block of 4 examples, 6 channels and 2 × 2 pixels, normalized by one of four norms, γ = 1 and β = 0.

    The values that share a mean and a deviation with the chosen one are lit. An example or a channel can be
    multiplied by ten, to see which normalized values change.

    Source: Wu and He 2018, "Group normalization", arXiv:1803.08494.

    Args:
        norm: "batch", "layer", "instance" or "group".
        groups: Of group norm: "1", "2", "3" or "6".
        times: What is multiplied by ten: "nothing", "example" (example 0), "channel" (channel 0 of all examples) or
            "picture" (channel 0 of example 0).
        example, channel, row, column: The chosen value, counted from 0.
        seed: Which random numbers, 1 to 99.
    """

    norm = one_of("batch", "layer", "instance", "group")
    groups = one_of("3", "1", "2", "6")
    times = one_of("nothing", "example", "channel", "picture")
    example = between(1, 0, 3)
    channel = between(2, 0, 5)
    row = between(0, 0, 1)
    column = between(1, 0, 1)
    seed = between(1, 1, 99)

    def summary(self) -> str:
        """Say which norm is shown and what is chosen."""
        groups = f" of {self.groups} groups" if self.norm == "group" else ""
        return (
            f"a block of 4 examples and 6 channels in {self.norm} norm{groups}, with all values lit that share a mean "
            f"with the one at [{self.example}, {self.channel}, {self.row}, {self.column}]."
        )
