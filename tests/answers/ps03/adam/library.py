"""kind: wrong
points: 0
says: must not be used in this task

Lets PyTorch make the steps.
"""

import torch


def adam(gradient, start, learning_rate, steps, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.AdamW([theta], learning_rate, (beta1, beta2), epsilon, weight_decay)
    points = [theta.detach().clone()]
    for _ in range(steps):
        theta.grad = torch.tensor(gradient(theta.detach().numpy()))
        optimizer.step()
        points.append(theta.detach().clone())
    return torch.stack(points).numpy()
