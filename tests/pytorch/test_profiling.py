"""A profile is right in every column: counted again by PyTorch, worked by hand, or measured on real tensors."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from course_lib import architectures, pytorch
from course_lib.pytorch.profiling import count_multiply_adds, profile

PASSES = 1 + 2 + 3  # one image to predict, then batches of two and of three to train
# They have heads for training alone, so a pass in training mode multiplies more.
AUXILIARY = [name for name in architectures.names() if name.endswith("_aux")]
PLAIN = [name for name in architectures.names() if name not in AUXILIARY]


def meta(name):
    """The model as its row has it, without memory, and the size of its images."""
    row = architectures.find(name)
    channels = getattr(row, "in_channels", 3)
    with torch.device("meta"):
        return pytorch.build_row(row, row.num_classes, channels), (channels, row.image_size, row.image_size)


@pytest.mark.parametrize("name", PLAIN)
def test_multiply_adds_are_those_of_pytorchs_own_counter_and_parameters_those_of_the_table(name):
    model, size = meta(name)
    with FlopCounterMode(display=False) as counter:
        found = profile(model, size)
    assert 2 * PASSES * found.multiply_adds == counter.get_total_flops()
    assert found.parameters == sum(row.parameters for row in found.layers) == architectures.find(name).params
    assert found.training_bytes == sum(row.kept_bytes for row in found.layers)
    widest = max(row.output_bytes for row in found.layers)
    assert widest < found.inference_bytes < found.training_bytes + widest


@pytest.mark.parametrize("name", AUXILIARY)
def test_heads_for_training_alone_have_memory_and_parameters_but_no_multiply_adds(name):
    model, size = meta(name)
    with FlopCounterMode(display=False) as counter:
        multiply_adds = count_multiply_adds(model, size)
    assert 2 * multiply_adds == counter.get_total_flops()
    found = profile(model, size)
    plain = profile(*meta(name.removesuffix("_aux")))
    assert found.layers == plain.layers
    assert found.multiply_adds == multiply_adds == plain.multiply_adds
    assert found.training_bytes > plain.training_bytes
    assert found.parameters == architectures.find(name).params > plain.parameters


def test_the_layer_of_the_chapter_on_cost():
    """5x5 kernels on 150 x 100 pixels, 200 maps: (5 * 5 * 3 + 1) * 200 parameters, 150 * 100 * 200 outputs."""
    layer = nn.Conv2d(3, 200, kernel_size=5, padding="same", device="meta")
    found = profile(nn.Sequential(layer, nn.ReLU()), (3, 150, 100))
    row = found.layers[0]
    assert (row.parameters, row.multiply_adds, row.output_bytes) == (15_200, 225_000_000, 12_000_000)
    assert 100 * row.output_bytes == 1_200_000_000
    image = 4 * 3 * 150 * 100
    assert found.training_bytes == image + 12_000_000  # what the convolution read, and what came out of ReLU
    assert (
        found.inference_bytes == image + 2 * 12_000_000
    )  # what ReLU reads and what it writes, the image beside
    assert profile(layer.half(), (3, 150, 100)).layers[0].output_bytes == 6_000_000


def test_a_bottleneck_saves_nine_tenths_of_the_multiplications():
    naive = nn.Conv2d(192, 32, 5, padding=2, device="meta")
    bottleneck = nn.Sequential(
        nn.Conv2d(192, 16, 1, device="meta"), nn.Conv2d(16, 32, 5, padding=2, device="meta")
    )
    assert count_multiply_adds(naive, (192, 28, 28)) == 120_422_400
    assert count_multiply_adds(bottleneck, (192, 28, 28)) == 12_443_648


@pytest.mark.parametrize(
    ("layer", "multiply_adds"),
    [
        (nn.Conv2d(4, 6, 3, groups=2, bias=False), 6 * 6 * 6 * 9 * 2),
        (nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4), 4 * 4 * 4 * 9),
        (nn.Conv2d(4, 6, (1, 3), dilation=2), 6 * 8 * 4 * 4 * 3),
        (nn.ConvTranspose2d(4, 6, 2, stride=2), 4 * 8 * 8 * 6 * 4),
        (nn.Linear(8, 5), 4 * 8 * 8 * 5),
        (nn.MaxPool2d(2), 0),
    ],
)
def test_multiply_adds_worked_by_hand(layer, multiply_adds):
    assert count_multiply_adds(layer, (4, 8, 8)) == multiply_adds


class Attention(nn.Module):
    """Every pixel asks every other; by PyTorch's function, or written out."""

    def __init__(self, fused):
        super().__init__()
        self.fused = fused

    def forward(self, x):
        q = x.flatten(2).transpose(1, 2)  # (N, pixels, channels)
        if self.fused:
            return nn.functional.scaled_dot_product_attention(q, q, q)
        return (q @ q.transpose(1, 2)).softmax(dim=-1) @ q


@pytest.mark.parametrize("fused", [True, False])
def test_attention_is_two_products_of_tokens_with_tokens_and_sees_the_whole(fused):
    (row,) = profile(Attention(fused), (16, 4, 5)).layers
    assert row.multiply_adds == 2 * 20 * 20 * 16
    assert row.receptive_field is None


# Receptive fields


def seen(model, size, channels=1):
    """How many rows and columns of an image the gradient of one output reaches, and how far the next one's lies."""
    model = copy.deepcopy(model).double().eval()
    for parameter in model.parameters():
        nn.init.ones_(parameter)  # sums of positive numbers: nothing cancels
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(
                child, nn.MaxPool2d
            ):  # its gradient goes to one pixel, that of an average to all it sees
                average = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(module, name, average)
            if isinstance(child, nn.ReLU6):
                child.max_val = float("inf")  # where it cuts off there is no gradient
    x = torch.rand(1, channels, size, size, dtype=torch.float64, requires_grad=True)
    y = model(x)
    row, column = y.shape[2] // 2, y.shape[3] // 2
    boxes = []
    for place in ((row, column), (row + 1, column + 1)):
        (gradient,) = torch.autograd.grad(y[0, :, *place].sum(), x, retain_graph=True)
        found = gradient[0].sum(0).nonzero()
        boxes.append((found.amin(0), found.amax(0)))
    (low, high), (next_low, _) = boxes
    assert (low > 0).all(), "the image is too small to tell"
    assert (high < size - 1).all(), "the image is too small to tell"
    return tuple((high - low + 1).tolist()), tuple((next_low - low).tolist())


@st.composite
def layers(draw):
    """A convolution or an average, with any stride, padding and dilation, taller than wide or wider than tall."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    if draw(st.booleans()):
        padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
        return nn.AvgPool2d(kernel, stride, padding)
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    return nn.Conv2d(1, 1, kernel, stride, padding, dilation)


@settings(max_examples=25)
@given(st.lists(layers(), min_size=1, max_size=4))
def test_the_receptive_field_is_what_the_gradient_of_one_output_reaches(stack):
    model = nn.Sequential(*stack)
    found = profile(model, (1, 96, 96)).layers[-1]
    sizes, strides = seen(model, 96)
    assert (found.receptive_field, found.stride) == (sizes, strides)


class Crossing(nn.Module):
    """Paths that see different windows, shifted against each other and laid out in several ways, then meet."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.tall, self.wide = (
            nn.Conv2d(4, 4, (5, 1), padding=(2, 0)),
            nn.Conv2d(4, 4, (1, 7), padding=(0, 3)),
        )
        self.dense = nn.Linear(4, 4)
        self.last = nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x):
        x = self.stem(x)
        y = self.dense(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)  # at each place by itself
        y = y.unflatten(1, (2, 2)).transpose(1, 2).flatten(1, 2)  # a shuffle of channels
        shifted = nn.functional.pad(self.wide(y), (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.last(torch.cat([self.tall(x) + x, shifted], dim=1)[:, :, ::2, ::2])


def test_where_paths_meet_the_window_holds_all_of_them():
    found = profile(Crossing(), (1, 96, 96))
    assert (found.receptive_field, found.stride) == seen(Crossing(), 96)


# Feature extractors of the zoo, without head, on images that they fit into.
@pytest.mark.parametrize(
    ("name", "stages", "size"),
    [("plain_cnn", 3, 72), ("squeezenet1_1_32", 3, 48), ("shufflenet_v2_x0_5_32", 2, 80)],
)
def test_features_of_a_model_see_what_the_gradient_reaches(name, stages, size):
    model = nn.Sequential(*list(pytorch.build(name).children())[:stages])
    found = profile(model, (3, size, size))
    assert (found.receptive_field, found.stride) == seen(model, size, channels=3)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("alexnet", 195), ("vgg16", 212), ("mobilenet", 315), ("inception_v3", 1311)),
        *(("inceptionresnetv2", 3039), ("resnet50v2", 483), ("resnet101v2", 1027), ("resnet152v2", 1507)),
    ],
)
def test_receptive_fields_are_those_of_araujo_norris_and_sim(name, size):
    """Their table: doi:10.23915/distill.00021. Their ResNets have strides where our ResNets V2 have them."""
    found = profile(*meta(name))
    assert (found.receptive_field, found.stride) == ((size, size), (32, 32))


def test_the_last_convolution_of_vgg16_sees_196_pixels():
    rows = [row for row in profile(*meta("vgg16")).layers if row.kind == "Conv2d"]
    assert rows[-1].receptive_field == (196, 196)


@pytest.mark.parametrize(("name", "depths"), [("resnet50", (3, 4, 6, 3)), ("resnet101", (3, 4, 23, 3))])
def test_a_resnet_whose_3x3_convolutions_have_the_strides_sees_less(name, depths):
    """7 for the stem, 4 for its pooling; then each 3x3 convolution adds twice the stride that is before it."""
    size, jump = 7 + 2 * 2, 4
    for stage, depth in enumerate(depths):
        size += 2 * jump  # the first block's, which from the second stage on has stride 2
        jump *= 2 if stage else 1
        size += (depth - 1) * 2 * jump
    assert profile(*meta(name)).receptive_field == (size, size)


@pytest.mark.parametrize(
    ("layer", "whole"),
    [
        (nn.AdaptiveAvgPool2d(1), True),
        (nn.AdaptiveAvgPool2d(3), True),  # 8 places are not cut into 3 equal windows
        (nn.AdaptiveAvgPool2d(4), False),
        (nn.GroupNorm(1, 4), True),
        (nn.InstanceNorm2d(4), True),
        (nn.BatchNorm2d(4), False),
        (nn.Flatten(), False),
        (nn.Sequential(nn.Flatten(), nn.Linear(256, 2)), True),
        (nn.Softmax(dim=1), False),
        (nn.Softmax(dim=2), True),
        (nn.Upsample(scale_factor=2), True),  # more than the rules follow
        (nn.ConvTranspose2d(4, 4, 2, stride=2), True),
    ],
)
def test_what_sees_the_whole_image(layer, whole):
    row = profile(nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), layer), (4, 8, 8)).layers[-1]
    assert (row.receptive_field is None) == whole
    assert row.stride is None or not whole


# Memory


@pytest.mark.parametrize(
    "name", ["small_vgg", "resnet18_32", "densenet100_32", "efficientnet_b0_32", "vit_small_32"]
)
def test_what_backprop_keeps_is_what_it_keeps_of_real_tensors(name):
    """On the CPU, with numbers, for batches of two and of three images: the third one's share."""
    model, kept = pytorch.build(name).train(), []
    weights = {t.data_ptr() for t in (*model.parameters(), *model.buffers())}
    for count in (2, 3):
        found = {}

        def keep(tensor, found=found):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in weights:
                found[storage.data_ptr()] = tensor, storage.nbytes()
            return tensor

        # Fused attention keeps less than the products and scores that are counted.
        unfused = sdpa_kernel(SDPBackend.MATH)
        with unfused, torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            model(torch.rand(count, 3, 32, 32))
        kept.append(sum(size for _, size in found.values()))
    assert profile(model, (3, 32, 32)).training_bytes == kept[1] - kept[0]


def test_a_frozen_layer_keeps_nothing_and_an_inplace_activation_needs_no_memory_of_its_own():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1))
    image, maps = 4 * 8 * 8, 4 * 2 * 8 * 8
    found = profile(model, (1, 8, 8))
    assert (found.inference_bytes, found.training_bytes) == (image + 2 * maps, image + maps)
    model[1].inplace = True
    assert profile(model[:2], (1, 8, 8)).inference_bytes == image + maps
    model.requires_grad_(False)
    assert profile(model, (1, 8, 8)).training_bytes == 0


# Rows


class Tied(nn.Module):
    """One layer used twice, a parameter of its own and one that nothing uses."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1, bias=False)
        self.scale, self.idle = nn.Parameter(torch.ones(2, 1, 1)), nn.Parameter(torch.ones(5))

    def forward(self, x):
        return self.scale * self.conv(self.conv(x))


def test_shared_parameters_count_once_and_unused_ones_only_in_the_total():
    found = profile(Tied(), (2, 4, 4))
    assert [(row.name, row.parameters, row.multiply_adds) for row in found.layers] == [
        ("conv", 4, 64),
        ("conv", 0, 64),
        ("Tied", 2, 0),
    ]
    assert (found.parameters, found.multiply_adds) == (11, 128)


def test_the_table_has_a_line_for_each_layer_and_the_totals():
    found = profile(pytorch.build("plain_cnn"), (3, 32, 32))
    heads, *lines, total, peak = found.text().splitlines()
    assert heads.split()[:3] == ["layer", "kind", "output"]
    assert [line.split()[0] for line in lines] == [row.name for row in found.layers]
    assert f"{found.parameters:,}" in total
    assert f"{found.multiply_adds:,}" in total
    assert peak.endswith(f"{found.inference_bytes:,}")
    assert "205 k parameters, 10.0 M multiply-adds" in repr(found)


# The caller's model


def test_the_model_itself_is_not_touched_even_by_an_error():
    model = pytorch.build("small_vgg")
    model[0].eval()
    called = []
    model.register_forward_hook(lambda *_: called.append("forward"))
    model.register_forward_pre_hook(lambda *_: called.append("before"))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    hooks = [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()]
    state = torch.get_rng_state()
    profile(model, (3, 32, 32))
    with pytest.raises(ValueError, match="channels"):
        profile(model, (4, 32, 32))
    assert called == []
    assert [module.training for module in model.modules()] == modes
    assert [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()] == hooks
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("size", [(32, 32), (1, 3, 32, 32), 32, (3, 32.0, 32), (3, 0, 32)])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match=r"three whole numbers .* \(channels, height, width\).* got "):
        profile(nn.Identity(), size)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("small_vgg", (1, 32, 32), r"stage1.0.0 \(Conv2d\) expected 3 channels, .* here \(3, 32, 32\)"),
        ("small_vgg", (32, 32, 3), r"the channels come first: give input_size as \(3, 32, 32\)"),
        ("small_vgg", (3, 64, 64), r"dense.0 \(Linear\) expected 4096 features, .* images of another size"),
        ("small_vgg", (3, 2, 2), "expected a larger image, .* give a larger height and width"),
        ("vgg16", (3, 16, 16), r"stage5.6 \(MaxPool2d\) expected a larger image"),
        ("inception_v3", (3, 40, 40), "expected a larger image"),
        ("vit_small_32", (3, 40, 40), "expected images of 32 x 32 pixels"),
    ],
)
def test_an_image_that_does_not_fit_gets_a_layer_a_reason_and_a_fix(name, size, message):
    with pytest.raises(ValueError, match=message):
        profile(meta(name)[0], size)


def test_a_layer_without_weights_yet_is_refused():
    with pytest.raises(ValueError, match="let an image through"):
        profile(nn.LazyConv2d(4, 3), (3, 8, 8))


class Broken(nn.Module):
    """Has a defect."""

    def forward(self, x):
        raise KeyError("a defect")


def test_a_defect_of_the_model_is_not_hidden():
    with pytest.raises(KeyError, match="a defect"):
        profile(Broken(), (3, 8, 8))
