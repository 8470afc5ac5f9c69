"""kind: right
points: 4

Pixels as columns, and one matrix product.
"""


def conv1x1(images, weight, bias):
    n, _, h, w = images.shape
    return (weight @ images.flatten(2) + bias[:, None]).reshape(n, len(weight), h, w)
