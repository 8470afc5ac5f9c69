"""The critical points demo: walk on a surface and see what the Hessian says about each point."""

from course_lib.widgets.base import SteeredDemo, between, flag, one_of


class CriticalPointsDemo(SteeredDemo, bundle="critical"):
    """A walk on a surface over two variables, seen from above and in three dimensions.

    At the reader's point it shows the height, the gradient, the Hessian with its eigenvalues and eigenvectors, cuts
    along the eigenvectors with the quadratic model, and what the second-order conditions say.

    Args:
        surface: "bowl" (x₁² + 3x₂²), "saddle" (x₁² − x₂²), "monkey" (x₁³ − 3x₁x₂²), "trough" (x₁² + x₂⁴), "shelf"
            (x₁² + x₂³), "rosenbrock" or "beale".
        x, y: The point to start from; it is moved into the part of the plane that is shown.
        rate: Step size of a step downhill.
        azimuth, tilt: Direction from which the surface is seen, in degrees; tilt 90 is from above.
        model: Whether to show the quadratic model in three dimensions.
    """

    surface = one_of("saddle", "bowl", "monkey", "trough", "shelf", "rosenbrock", "beale")
    x = between(-1.5, -2.0, 4.5)
    y = between(0.1, -2.75, 3.0)
    rate = between(0.1, 0.0001, 1.0)
    azimuth = between(30.0, -180.0, 180.0)
    tilt = between(35.0, 5.0, 90.0)
    model = flag(True)

    def summary(self) -> str:
        """Say which surface it is and where the reader stands."""
        return (
            f"a walk on the surface “{self.surface}” from ({self.x:g}, {self.y:g}), with the gradient, the Hessian's "
            "eigenvectors and the kind of point."
        )
