"""kind: wrong
points: 3
says: Padding 1 keeps 8x8

16 maps first and 8 then.
"""

from torch import nn


def stage(in_channels, out_channels):
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))


class DigitsNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = stage(1, 16)
        self.stage2 = stage(16, 8)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(32, 10))

    def forward(self, images):
        return self.head(self.stage2(self.stage1(images)))
