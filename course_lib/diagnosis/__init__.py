"""Diagnose training: `diagnose(history)` names the pattern of a run's learning curves and what to do about it.

`checkup(model, data)` is a debugging checklist that runs; `layer_statistics` looks at signals layer by layer,
`explore_flow` does so with controls in JupyterLab;
`top_eigenvalues`, `critical_point` and `loss_slice` look at the loss surface.

Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.diagnosis.checklist import Checkup, checkup
    from course_lib.diagnosis.critical import critical_point
    from course_lib.diagnosis.curves import Diagnosis, diagnose
    from course_lib.diagnosis.explore import explore_flow
    from course_lib.diagnosis.findings import Finding
    from course_lib.diagnosis.hessian import (
        hessian_vector_product,
        loss_of,
        spectral_density,
        top_eigenvalues,
    )
    from course_lib.diagnosis.landscape import loss_slice, random_direction
    from course_lib.diagnosis.remedies import PATTERNS
    from course_lib.diagnosis.statistics import LayerStatistics, layer_statistics

__all__ = [
    "PATTERNS",
    "Checkup",
    "Diagnosis",
    "Finding",
    "LayerStatistics",
    "checkup",
    "critical_point",
    "diagnose",
    "explore_flow",
    "hessian_vector_product",
    "layer_statistics",
    "loss_of",
    "loss_slice",
    "random_direction",
    "spectral_density",
    "top_eigenvalues",
]

LATER = {
    "PATTERNS": "remedies",
    "Checkup": "checklist",
    "Diagnosis": "curves",
    "Finding": "findings",
    "LayerStatistics": "statistics",
    "checkup": "checklist",
    "critical_point": "critical",
    "diagnose": "curves",
    "explore_flow": "explore",
    "hessian_vector_product": "hessian",
    "layer_statistics": "statistics",
    "loss_of": "hessian",
    "loss_slice": "landscape",
    "random_direction": "landscape",
    "spectral_density": "hessian",
    "top_eigenvalues": "hessian",
}


def __getattr__(name: str):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
