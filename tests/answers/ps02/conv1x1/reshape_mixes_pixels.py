"""kind: wrong
points: 0
says: reshape would mix up the pixels

The channel axis is brought to the end by reshape.
"""


def conv1x1(images, weight, bias):
    n, c, h, w = images.shape
    mixed = images.reshape(n, h, w, c) @ weight.T + bias
    return mixed.reshape(n, len(weight), h, w)
