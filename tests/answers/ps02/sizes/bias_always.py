"""kind: wrong
points: 5
says: a bias, if there is one

The argument bias is not looked at.
"""


def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    free = size + 2 * padding - (dilation * (kernel_size - 1) + 1)
    if free < 0:
        raise ValueError("the kernel is larger than the padded input")
    return free // stride + 1


def count_parameters(in_channels, out_channels, kernel_size, bias=True):
    return (in_channels * kernel_size**2 + 1) * out_channels


def count_multiplications(out_height, out_width, in_channels, out_channels, kernel_size):
    return out_height * out_width * in_channels * out_channels * kernel_size**2
