"""kind: wrong
points: 2
says: must not be used in this task

Asks the course's own function.
"""


def layer_norms(network, images, labels):
    from course_lib.diagnosis import layer_statistics

    rows = layer_statistics(network, images, labels)
    return {row.name: row.weight_gradient_norm for row in rows if row.weight_gradient_norm is not None}


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))
