import pytest
import torch

from course_lib.training import devices


def test_auto_chooses_what_the_machine_has():
    expected = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert devices.choose_device("auto") == expected


def test_the_cpu_is_always_there():
    assert devices.choose_device("cpu") == "cpu"


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="device must be one of auto, cpu, cuda, mps, got 'gpu'"):
        devices.choose_device("gpu")


def test_a_device_that_is_missing_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="has no cuda device: use device='auto'"):
        devices.choose_device("cuda")


@pytest.mark.parametrize(
    ("unit", "precision"), [("avx512_bf16", "bf16-mixed"), ("amx_bf16", "bf16-mixed"), ("avx2", "32-true")]
)
def test_auto_computes_in_bf16_only_where_there_are_units_for_it(monkeypatch, unit, precision):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {unit: True})
    assert devices.choose_precision("auto", "cpu") == precision


def test_a_precision_that_is_named_is_kept():
    assert devices.choose_precision("bf16-mixed", "cpu") == "bf16-mixed"
    assert devices.choose_precision("16-mixed", "cuda") == "16-mixed"


def test_16_bit_floats_need_a_gpu():
    with pytest.raises(ValueError, match="use bf16-mixed, 32-true or auto on a CPU"):
        devices.choose_precision("16-mixed", "cpu")


def test_the_hardware_has_a_name_with_its_threads():
    threads = torch.get_num_threads()
    assert devices.hardware_name("cpu").startswith(f"{threads} thread")


def test_seeding_ends_with_the_block():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    with devices.seeded(7, torch.device("cpu")):
        inside = torch.rand(2)
    assert torch.equal(torch.rand(2), expected)
    with devices.seeded(7, torch.device("cpu")):
        assert torch.equal(torch.rand(2), inside)
