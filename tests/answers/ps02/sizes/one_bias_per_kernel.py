"""kind: wrong
points: 4
says: one bias for each output channel, not for each kernel

Every kernel gets a bias.
"""


def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    free = size + 2 * padding - (dilation * (kernel_size - 1) + 1)
    if free < 0:
        raise ValueError("the kernel is larger than the padded input")
    return free // stride + 1


def count_parameters(in_channels, out_channels, kernel_size, bias=True):
    return in_channels * out_channels * (kernel_size**2 + bias)


def count_multiplications(out_height, out_width, in_channels, out_channels, kernel_size):
    return out_height * out_width * in_channels * out_channels * kernel_size**2
