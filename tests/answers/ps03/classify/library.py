"""kind: wrong
points: 1
says: must not be used in this task

Asks the course's own function about a parabola with this Hessian.
"""

import numpy as np
import torch


def classify(gradient, hessian, tolerance=1e-6):
    from course_lib.diagnosis import critical_point

    g, H = torch.tensor(gradient), torch.tensor(hessian)
    return critical_point(lambda x: g @ x + x @ H @ x / 2, torch.zeros(len(g)), tolerance).kind


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())
