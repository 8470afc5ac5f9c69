"""Where to compute and how exactly: the choice of device and precision, and what to call the hardware."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins import MixedPrecision

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(device: str = "auto") -> str:
    """Return "cuda", "mps" or "cpu": the one asked for, or with "auto" the first that this machine has.

    Raises:
        ValueError: for a name not in `DEVICES`.
        RuntimeError: if the machine lacks the device asked for.
    """
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, here in present.items() if here)
    if not present[device]:
        raise RuntimeError(
            f"this machine, or this build of PyTorch, has no {device} device: use device='auto'"
        )
    return device


def choose_precision(precision: str, device: str) -> str:
    """Return the precision to compute in; only "auto" needs choosing.

    "auto" is "bf16-mixed" where the device has units for bfloat16, because there it is faster, and "32-true"
    elsewhere, because there it would be many times slower.

    Raises:
        ValueError: for "16-mixed" on a CPU.
    """
    if precision == "16-mixed" and device == "cpu":
        raise ValueError("precision 16-mixed needs a GPU: use bf16-mixed, 32-true or auto on a CPU")
    if precision != "auto":
        return precision
    if device == "cuda":
        fast = torch.cuda.get_device_capability() >= (8, 0)
    else:
        cpu = torch.cpu.get_capabilities() if device == "cpu" else {}
        fast = cpu.get("avx512_bf16", False) or cpu.get("amx_bf16", False)
    return "bf16-mixed" if fast else "32-true"


def make_fabric(device: str, precision: str) -> Fabric:
    """Return Lightning Fabric for this process; `device` and `precision` have been chosen.

    Alone it computes on one device. Started by `torchrun --nproc-per-node N`, it is one of N processes that train
    together (data-parallel, DistributedDataParallel), each on its own device.
    """
    # As a plugin, because asking Fabric by name for mixed precision prints a line.
    plugins = [] if precision == "32-true" else [MixedPrecision(precision, device)]
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return Fabric(accelerator=device, devices=1, plugins=plugins)
    here, everywhere = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
    fabric = Fabric(
        accelerator=device, devices=here, num_nodes=everywhere // here, strategy="ddp", plugins=plugins
    )
    fabric.launch()
    return fabric


REMEDIES = (
    "a smaller batch_size (with accumulate, which keeps the step the same), smaller images or a larger stride early "
    "in the network, fewer layers or channels, precision='bf16-mixed', or more devices with torchrun"
)


@contextmanager
def explained_shortage(batch_size: int) -> Iterator[None]:
    """Turn PyTorch's out-of-memory errors into one that names the remedies.

    Raises:
        MemoryError: when the block runs out of memory.
    """
    try:
        yield
    except RuntimeError as error:
        on_cpu = "DefaultCPUAllocator" in str(error)
        if not (on_cpu or isinstance(error, torch.OutOfMemoryError)):
            raise
        raise MemoryError(
            f"out of memory with batches of {batch_size}, because everything of the forward pass is kept for "
            f"backpropagation: try {REMEDIES}"
        ) from error


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Run the block with PyTorch's random generators seeded; afterwards the caller's state is back."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the state of the random generators that a model on `device` draws from."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: dict[str, torch.Tensor], device: torch.device) -> None:
    """Bring back what `random_state` returned; a state of a device not in use is left out."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def hardware_name(device: str) -> str:
    """Return what a page calls the device, as "2 threads of AMD EPYC" or "NVIDIA H100 80GB HBM3"."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        name = next(names, name)
    if device == "mps":
        return f"GPU of {name}"
    threads = torch.get_num_threads()
    return f"{threads} {'thread' if threads == 1 else 'threads'} of {name}"
