"""kind: right
points: 4

The channel axis is moved to the end and back.
"""


def conv1x1(images, weight, bias):
    pixels = images.permute(0, 2, 3, 1)  # (N, H, W, C)
    return (pixels @ weight.T + bias).permute(0, 3, 1, 2)
