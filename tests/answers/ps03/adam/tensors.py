"""kind: right
points: 5

The same with PyTorch's tensors and a path made beforehand.
"""

import torch


def adam(gradient, start, learning_rate, steps, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    path = torch.zeros(steps + 1, len(start), dtype=torch.float64)
    path[0] = torch.tensor(start)
    mean, mean_of_squares = torch.zeros_like(path[0]), torch.zeros_like(path[0])
    left1 = left2 = 1.0
    for step in range(steps):
        g = torch.tensor(gradient(path[step].numpy()))
        mean = torch.lerp(g, mean, beta1)
        mean_of_squares = torch.lerp(g * g, mean_of_squares, beta2)
        left1, left2 = left1 * beta1, left2 * beta2
        change = mean / (1 - left1) / (torch.sqrt(mean_of_squares / (1 - left2)) + epsilon)
        path[step + 1] = path[step] - learning_rate * (change + weight_decay * path[step])
    return path.numpy()
