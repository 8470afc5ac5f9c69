"""Keras's optimizers as a recipe means them: with PyTorch's definitions where Keras's differ, so that twins agree.

| | Keras's own | here, as in PyTorch |
|---|---|---|
| momentum | sums lr * gradient: old gradients keep old rates | sums gradients: all take today's rate |
| Adam | ε beside √v, before v is corrected; 1e-7 | m̂ / (√v̂ + ε), as in the paper; 1e-8 |
| RMSprop | memory 0.9, √(v + 1e-7) | memory 0.99, √v + 1e-8 |
| AdaGrad | sums start at 0.1, √(sum + 1e-7) | sums start at 0, √sum + 1e-10 |
| weight decay | of all weights, decoupled | of matrices and kernels; decoupled for AdamW, else in the gradient |

The two forms of momentum agree while the learning rate stays the same: Goyal et al. 2017, arXiv:1706.02677, section 3.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from course_lib.training.recipe import Recipe
from course_lib.training.schedules import learning_rates

__all__ = ["SGD", "Adagrad", "Adam", "RMSprop", "RecipeSchedule"]

registered = keras.saving.register_keras_serializable("course_lib")


@registered
class RecipeSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rates of a recipe, looked up in a table; after the last step the last rate stays.

    Keras counts batches. With `accumulate` there are several to a step, and all of a step's have its rate.
    """

    def __init__(self, recipe: Recipe | Mapping[str, Any], steps_per_epoch: int):
        self.recipe = recipe if isinstance(recipe, Recipe) else Recipe(**recipe)
        self.steps_per_epoch = steps_per_epoch
        self.rates = np.array(learning_rates(self.recipe, steps_per_epoch), dtype="float32")

    def __call__(self, step):
        """Return the rate at batch number `step`, counted from 0."""
        index = ops.cast(step, "int32") // self.recipe.accumulate
        return ops.take(self.rates, ops.minimum(index, len(self.rates) - 1))

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model keeps of the schedule."""
        return {"recipe": self.recipe.as_dict(), "steps_per_epoch": self.steps_per_epoch}


class OnMatrices:
    """What an optimizer adds to the gradients of matrices and kernels; biases and norms are spared.

    - Before clipping: l1 * sign(w) + 2 * l2 * w, the gradient of the penalty l1 * sum |w| + l2 * sum w².
    - After clipping: `decay_in_gradient` * w, as torch.optim's weight_decay.
    - Keras's own `weight_decay`, which is decoupled, spares the others too.
    """

    def __init__(self, *args, l1: float = 0.0, l2: float = 0.0, decay_in_gradient: float = 0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.l1, self.l2, self.decay_in_gradient = l1, l2, decay_in_gradient

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make the optimizer's own variables, now that the model's are known."""
        if self.weight_decay is not None:
            self.exclude_from_weight_decay(var_list=[v for v in variables if len(v.shape) <= 1])
        super().build(variables)

    def apply(self, grads: Sequence, trainable_variables: Sequence | None = None) -> None:
        """Take a step, or with accumulation store the gradients for it."""
        variables = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        grads = [self.penalized(g, v) for g, v in zip(grads, variables, strict=True)]
        super().apply(grads, trainable_variables)

    def penalized(self, gradient, variable):
        """Return the gradient with the penalty's."""
        if gradient is None or len(variable.shape) <= 1:
            return gradient
        if self.l1:
            gradient = gradient + self.l1 * ops.sign(variable)
        if self.l2:
            gradient = gradient + 2 * self.l2 * ops.convert_to_tensor(variable)
        return gradient

    def decayed(self, gradient, variable):
        """Return the gradient with weight decay."""
        if not self.decay_in_gradient or len(variable.shape) <= 1:
            return gradient
        return gradient + self.decay_in_gradient * ops.convert_to_tensor(variable)

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model keeps of the optimizer."""
        own = {"l1": self.l1, "l2": self.l2, "decay_in_gradient": self.decay_in_gradient}
        return {**super().get_config(), **own}


@registered
class SGD(OnMatrices, keras.optimizers.SGD):
    """Gradient descent with momentum: m = momentum * m + g, w = w - lr * m; Nesterov's steps by momentum * m + g."""

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Change one weight."""
        gradient = self.decayed(gradient, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        if self.momentum:
            buffer = self.momentums[self._get_variable_index(variable)]
            self.assign(buffer, self.momentum * buffer + gradient)
            gradient = self.momentum * buffer + gradient if self.nesterov else buffer
        self.assign_sub(variable, rate * gradient)


@registered
class Adam(OnMatrices, keras.optimizers.Adam):
    """w = w - lr * m̂ / (√v̂ + ε), where m̂ and v̂ are corrected for their start at 0; with `weight_decay` AdamW.

    Papers: Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101.
    """

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Change one weight."""
        gradient = self.decayed(gradient, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        step = ops.cast(self.iterations + 1, "float64")  # in float32, 1 - 0.999 is 1e-5 off
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (1 - self.beta_1) * (gradient - m))
        self.assign_add(v, (1 - self.beta_2) * (ops.square(gradient) - v))
        corrected_m = m / ops.cast(1 - self.beta_1**step, variable.dtype)
        corrected_v = v / ops.cast(1 - self.beta_2**step, variable.dtype)
        self.assign_sub(variable, rate * corrected_m / (ops.sqrt(corrected_v) + self.epsilon))


@registered
class RMSprop(OnMatrices, keras.optimizers.RMSprop):
    """v = rho * v + (1 - rho) * g², w = w - lr * g / (√v + ε): Tieleman and Hinton 2012, lecture 6.5."""

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Change one weight."""
        gradient = self.decayed(gradient, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        v = self._velocities[self._get_variable_index(variable)]
        self.assign(v, self.rho * v + (1 - self.rho) * ops.square(gradient))
        self.assign_sub(variable, rate * gradient / (ops.sqrt(v) + self.epsilon))


@registered
class Adagrad(OnMatrices, keras.optimizers.Adagrad):
    """sum = sum + g², w = w - lr * g / (√sum + ε): Duchi et al. 2011."""

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Change one weight."""
        gradient = self.decayed(gradient, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        total = self._accumulators[self._get_variable_index(variable)]
        self.assign_add(total, ops.square(gradient))
        self.assign_sub(variable, rate * gradient / (ops.sqrt(total) + self.epsilon))
