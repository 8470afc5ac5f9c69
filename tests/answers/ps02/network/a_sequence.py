"""kind: right
points: 5

The whole network is an nn.Sequential with named parts.
"""

from torch import nn


class DigitsNetwork(nn.Sequential):
    def __init__(self):
        super().__init__()
        for number, (before, after) in enumerate([(1, 8), (8, 16)], start=1):
            layers = nn.Conv2d(before, after, 3, 1, 1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2)
            self.add_module(f"stage{number}", nn.Sequential(*layers))
        self.add_module("head", nn.Sequential(nn.Flatten(), nn.Linear(16 * 2 * 2, 10)))
