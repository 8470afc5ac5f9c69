"""kind: wrong
points: 3
says: the head is one layer from 64 to 10

The maps are averaged before the last layer.
"""

from torch import nn


def stage(in_channels, out_channels):
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))


class DigitsNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = stage(1, 8)
        self.stage2 = stage(8, 16)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))

    def forward(self, images):
        return self.head(self.stage2(self.stage1(images)))
