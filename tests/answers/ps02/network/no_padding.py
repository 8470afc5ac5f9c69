"""kind: wrong
points: 1
says: Padding 1 keeps 8x8

Convolutions without padding; the head adapts.
"""

from torch import nn


def stage(in_channels, out_channels):
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True))


class DigitsNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = stage(1, 8)
        self.stage2 = stage(8, 16)
        self.head = nn.Sequential(nn.Flatten(), nn.LazyLinear(10))

    def forward(self, images):
        return self.head(self.stage2(self.stage1(images)))
