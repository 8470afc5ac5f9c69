"""kind: wrong
points: 2
says: int(...) makes one; // divides and rounds down

The size is a float.
"""


def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    free = size + 2 * padding - (dilation * (kernel_size - 1) + 1)
    if free < 0:
        raise ValueError("the kernel is larger than the padded input")
    return free / stride + 1


def count_parameters(in_channels, out_channels, kernel_size, bias=True):
    return in_channels * out_channels * kernel_size**2 + (out_channels if bias else 0)


def count_multiplications(out_height, out_width, in_channels, out_channels, kernel_size):
    return out_height * out_width * in_channels * out_channels * kernel_size**2
