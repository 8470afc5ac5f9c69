"""kind: right
points: 5

A module of its own for a stage; the parts are called by functions of nn.functional.
"""

from torch import nn


class Stage(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.convolution = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding="same")

    def forward(self, x):
        return nn.functional.max_pool2d(self.convolution(x), 2).relu()


class Head(nn.Linear):
    def forward(self, features):
        return super().forward(features.reshape(len(features), -1))


class DigitsNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1, self.stage2, self.head = Stage(1, 8), Stage(8, 16), Head(64, 10)

    def forward(self, x):
        for part in (self.stage1, self.stage2, self.head):
            x = part(x)
        return x
