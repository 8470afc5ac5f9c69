"""The optimizer race: update rules from one start on ravines, saddles and valleys."""

from course_lib.widgets.base import SteeredDemo, between, one_of, some_of

RACERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton")


class OptimizerRace(SteeredDemo, bundle="race"):
    """A race of optimizers on a surface over two variables: paths, heights after each step, learning rates to set.

    Momentum and Nesterov keep 0.9 of their velocity, RMSProp 0.9 of its mean of squares, Adam 0.9 and 0.999; the
    rules are those of `torch.optim`. Newton's step is the learning rate times H⁻¹∇f.

    Args:
        surface: "ravine" (0.05x₁² + 2.5x₂²), "bowl", "saddle", "monkey", "trough", "rosenbrock" or "beale".
        x, y: The start; it is moved into the part of the plane that is shown.
        racers: Who races: "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton".
        noise: Standard deviation of what is added to each part of the gradient, the same for all.
        seed: Which noise, 1 to 99.
        step: The step to show, up to 200.
        rate_sgd, rate_momentum, rate_nesterov, rate_adagrad, rate_rmsprop, rate_adam, rate_newton: Learning rates.
    """

    surface = one_of("ravine", "bowl", "saddle", "monkey", "trough", "rosenbrock", "beale")
    x = between(-1.8, -2.0, 4.5)
    y = between(0.6, -2.75, 3.0)
    racers = some_of(RACERS, "sgd", "momentum", "adam", "newton")
    noise = between(0.0, 0.0, 2.0)
    seed = between(1, 1, 99)
    step = between(0, 0, 200)
    rate_sgd = between(0.03, 0.0001, 2.0)
    rate_momentum = between(0.03, 0.0001, 2.0)
    rate_nesterov = between(0.03, 0.0001, 2.0)
    rate_adagrad = between(0.3, 0.0001, 2.0)
    rate_rmsprop = between(0.03, 0.0001, 2.0)
    rate_adam = between(0.1, 0.0001, 2.0)
    rate_newton = between(1.0, 0.0001, 2.0)

    def summary(self) -> str:
        """Say who races where."""
        noise = f", with gradient noise {self.noise:g}" if self.noise else ""
        return (
            f"{', '.join(self.racers) or 'nobody'} on the surface “{self.surface}” from "
            f"({self.x:g}, {self.y:g}){noise}."
        )
