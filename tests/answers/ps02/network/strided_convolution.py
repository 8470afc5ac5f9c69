"""kind: wrong
points: 4
says: A stride in the convolution is no pooling

The convolution halves the size by its stride.
"""

from torch import nn


def stage(in_channels, out_channels):
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1), nn.ReLU())


class DigitsNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = stage(1, 8)
        self.stage2 = stage(8, 16)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))

    def forward(self, images):
        return self.head(self.stage2(self.stage1(images)))
