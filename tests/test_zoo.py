"""`course models` lists every model with what it costs; its accuracies are those that their sources publish."""

import pytest

from course_lib import architectures, cli, zoo
from course_lib.architectures.accuracy import ACCURACIES, KERAS, TORCHVISION
from course_lib.pytorch import build
from course_lib.pytorch.profiling import profile


def printed(capsys, *arguments):
    assert cli.main(["models", *arguments]) == 0
    heads, *lines = capsys.readouterr().out.splitlines()
    assert heads.startswith("name ")
    assert heads.endswith("top-1  top-5  depth  by")
    return [line.split() for line in lines]


def test_every_model_is_in_one_family():
    listed = [name for names in zoo.families().values() for name in names]
    assert sorted(listed) == sorted(architectures.names())
    assert zoo.families()["mobilenet_v2"] == ["mobilenet_v2", "mobilenet_v2_32"]
    assert {"small_vgg", "vgg16", "vgg16_bn_32"} <= set(zoo.families()["vgg"])


def test_a_line_has_what_a_profile_counts_and_what_was_published(capsys):
    lines = {line[0]: line for line in printed(capsys, "--family", "mobilenet", "lenet")}
    assert list(lines) == ["lenet5", "lenet5_modern", "mobilenet", "mobilenet_32"]
    found = profile(build("mobilenet", num_classes=1000), (3, 224, 224))
    said = ACCURACIES["mobilenet"]
    assert lines["mobilenet"] == [
        *(
            "mobilenet",
            "mobilenet",
            "224",
            f"{found.parameters / 1e6:,.3f}",
            f"{found.multiply_adds / 1e6:,.1f}",
        ),
        *(f"{said.top1:.1f}", f"{said.top5:.1f}", str(said.depth), KERAS),
    ]
    assert len(lines["mobilenet_32"]) == 5


def entry(name, parameters, multiply_adds):
    return zoo.Entry(name, "family", 32, parameters, multiply_adds, ACCURACIES.get(name))


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("params", ["alexnet", "small_vgg", "vgg16"]),
        ("macs", ["vgg16", "alexnet", "small_vgg"]),
        ("top1", ["vgg16", "alexnet", "small_vgg"]),
        ("name", ["alexnet", "small_vgg", "vgg16"]),
        (None, ["small_vgg", "vgg16", "alexnet"]),
    ],
)
def test_models_are_sorted_by_what_was_asked(sort, names, capsys, monkeypatch):
    entries = [entry("small_vgg", 2, 9), entry("vgg16", 3, 1), entry("alexnet", 1, 4)]
    monkeypatch.setattr(zoo, "compare", lambda names, progress: entries)
    assert [line[0] for line in printed(capsys, *(["--sort", sort] if sort else []))] == names


def test_an_unknown_family_is_one_line_with_a_suggestion(capsys):
    assert cli.main(["models", "--family", "resnets"]) == 1
    assert capsys.readouterr().err.startswith("course: no family is called 'resnets': did you mean resnet")


def test_every_accuracy_belongs_to_a_model_and_more_are_right_with_five_guesses():
    assert set(ACCURACIES) <= set(architectures.names())
    for name, said in ACCURACIES.items():
        assert 50 < said.top1 < said.top5 < 100, name
        row = architectures.find(name)
        assert row.num_classes == 1000, name
        assert said.source == TORCHVISION or row.keras_params is not None, name


def test_torchvisions_accuracies_are_those_it_publishes_for_its_first_weights(torchvision):
    theirs = {name: said for name, said in ACCURACIES.items() if said.source == TORCHVISION}
    assert len(theirs) > 40
    for name, said in theirs.items():
        weights = torchvision.models.get_model_weights(name.removesuffix("_torchvision"))
        published = weights["IMAGENET1K_V1"].meta
        assert published["_metrics"]["ImageNet-1K"] == {"acc@1": said.top1, "acc@5": said.top5}, name
        assert published["num_params"] == architectures.find(name).params, name
