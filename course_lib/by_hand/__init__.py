"""The ideas of chapters 3 to 8 in plain tensor arithmetic: short enough to be read on a page.

Every function here has a twin in a library that does the same faster, and a test holds the two equal. Train with the
library's; read these. PyTorch is loaded when a name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.by_hand.clipping import clip_by_norm, clip_by_value, global_norm
    from course_lib.by_hand.dropout import draw_mask, dropout_backward, dropout_forward
    from course_lib.by_hand.gradient_check import GradientReport, check_gradients, numeric_gradient
    from course_lib.by_hand.initializers import (
        GAINS,
        fans,
        he_normal,
        he_uniform,
        keras_fans,
        lecun_normal,
        lecun_uniform,
        xavier_normal,
        xavier_uniform,
    )
    from course_lib.by_hand.learning_rate_finder import LearningRateSweep, find_learning_rate
    from course_lib.by_hand.metrics import TopKAccuracy, in_top_k, top_k_accuracy
    from course_lib.by_hand.normalization import (
        RunningStatistics,
        batch_norm_forward,
        batch_norm_inference,
        group_norm_forward,
        instance_norm_forward,
        layer_norm_forward,
        norm_backward,
        norm_forward,
        update_running,
    )
    from course_lib.by_hand.optimizers import (
        SGD,
        AdaGrad,
        Adam,
        AdamW,
        Momentum,
        Nesterov,
        RMSProp,
        step_in_place,
        walk,
    )
    from course_lib.by_hand.regularization import (
        cross_entropy,
        l1_penalty,
        l1_subgradient,
        l2_gradient,
        l2_penalty,
        mixup,
        smooth_labels,
        soft_threshold,
    )

__all__ = [
    "GAINS",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "GradientReport",
    "LearningRateSweep",
    "Momentum",
    "Nesterov",
    "RMSProp",
    "RunningStatistics",
    "TopKAccuracy",
    "batch_norm_forward",
    "batch_norm_inference",
    "check_gradients",
    "clip_by_norm",
    "clip_by_value",
    "cross_entropy",
    "draw_mask",
    "dropout_backward",
    "dropout_forward",
    "fans",
    "find_learning_rate",
    "global_norm",
    "group_norm_forward",
    "he_normal",
    "he_uniform",
    "in_top_k",
    "instance_norm_forward",
    "keras_fans",
    "l1_penalty",
    "l1_subgradient",
    "l2_gradient",
    "l2_penalty",
    "layer_norm_forward",
    "lecun_normal",
    "lecun_uniform",
    "mixup",
    "norm_backward",
    "norm_forward",
    "numeric_gradient",
    "smooth_labels",
    "soft_threshold",
    "step_in_place",
    "top_k_accuracy",
    "update_running",
    "walk",
    "xavier_normal",
    "xavier_uniform",
]

NAMES = {
    "clipping": "clip_by_norm clip_by_value global_norm",
    "dropout": "draw_mask dropout_backward dropout_forward",
    "gradient_check": "GradientReport check_gradients numeric_gradient",
    "initializers": "GAINS fans he_normal he_uniform keras_fans lecun_normal lecun_uniform "
    "xavier_normal xavier_uniform",
    "learning_rate_finder": "LearningRateSweep find_learning_rate",
    "metrics": "TopKAccuracy in_top_k top_k_accuracy",
    "normalization": "RunningStatistics batch_norm_forward batch_norm_inference group_norm_forward "
    "instance_norm_forward layer_norm_forward norm_backward norm_forward update_running",
    "optimizers": "SGD AdaGrad Adam AdamW Momentum Nesterov RMSProp step_in_place walk",
    "regularization": "cross_entropy l1_penalty l1_subgradient l2_gradient l2_penalty mixup "
    "smooth_labels soft_threshold",
}
LATER = {name: module for module, names in NAMES.items() for name in names.split()}


def __getattr__(name: str):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
