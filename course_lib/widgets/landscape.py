"""The loss landscape demo: recorded slices of the loss surfaces of networks with and without skip connections."""

import traitlets

from course_lib import results
from course_lib.widgets.base import SteeredDemo, between, flag, one_of

DEPTHS = ("24", "6", "48")


class LandscapeDemo(SteeredDemo, bundle="landscape"):
    """Loss surfaces around trained weights, turned and walked on: with and without skip connections, at three depths.

    Each is the training loss on a square that two random directions span, scaled filter by filter, and on the line
    from the first weights; all are recorded by `course run landscape`.

    Source: Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the loss landscape of neural nets",
    arXiv:1712.09913.

    Args:
        depth: How many convolutions: "6", "24" or "48".
        log: Whether heights are logarithms of the loss.
        same: Whether both surfaces have one scale of heights, or each its own, which shows the roughness of a flat one.
        azimuth, tilt: From where the surfaces are seen, in degrees.
        a, b: Steps along the two directions to the point that is read, −12 to 12; the edge is at 12.

    Raises:
        FileNotFoundError: If the slices are not recorded.
    """

    depth = one_of(*DEPTHS)
    log = flag(False)
    same = flag(False)
    azimuth = between(30.0, -180.0, 180.0)
    tilt = between(25.0, 5.0, 90.0)
    a = between(0, -12, 12)
    b = between(0, -12, 12)
    recorded = traitlets.Dict(help='The slices by network: "plain-6", "skips-6" and so on.').tag(sync=True)

    @traitlets.default("recorded")
    def _load(self) -> dict:
        return {
            f"{kind}-{depth}": _slices(f"landscape/{kind}-{depth}")
            for depth in DEPTHS
            for kind in ("plain", "skips")
        }

    def summary(self) -> str:
        """Say which surfaces are shown."""
        return (
            f"the loss around the trained weights of two networks of {self.depth} convolutions, one without and one "
            "with skip connections, as surfaces, as maps and on lines."
        )


def _slices(name: str) -> dict:
    """Return what the front end draws of a record."""
    result = results.load(name)
    landscape = result.extra["landscape"]
    return {
        "square": landscape["square"],
        "line": landscape["line"],
        "accuracy": result.histories[0]["accuracy"][-1],
        "validation": result.metrics["accuracy"].mean,
    }
