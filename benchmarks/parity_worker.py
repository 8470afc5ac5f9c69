"""One comparison of a model with its oracle; `parity.py` runs this in processes of their own.

python benchmarks/parity_worker.py resnet18:torchvision resnet50:keras    prints a line of JSON for each
"""

import gc
import importlib
import json
import resource
import sys
import time
from importlib import metadata
from typing import Any

import torch
from comparison import differences, outputs, randomize, tinted_images
from oracle import import_torchvision
from parity_table import Job, row_hash
from torch import Tensor, nn

from course_lib import architectures, pytorch
from course_lib.twins import copy_state


def versions(library: str) -> str:
    """The library with its version, as the table shows it."""
    if library == "torchvision":
        return f"torchvision {import_torchvision().__version__}"
    if library == "timm":
        return f"timm {importlib.import_module('timm').__version__}"
    found = {
        name: found.version
        for name in ("tensorflow-cpu", "tensorflow")
        for found in metadata.distributions(name=name)
    }
    backend = " ".join(next(iter(found.items())))
    return f"keras {metadata.version('keras')} on {backend}"


def compare(job: Job) -> dict[str, Any]:
    """Build both, give both the same weights, and return the largest difference with all that the table shows."""
    row = architectures.find(job.name)
    with torch.device("meta"):  # no draws of weights that are drawn again
        model = pytorch.build_row(row, row.num_classes)
    model = model.to_empty(device="cpu")
    params = sum(p.numel() for p in model.parameters())
    run = with_keras if job.library == "keras" else with_torch
    size = image_size(job)
    x = tinted_images(2, size)
    theirs, expected, model = run(job, model, x)
    found = dict(differences(model, expected, x.to(next(model.parameters()).dtype)))
    stage = max(found, key=found.get)
    return {
        "oracle": versions(job.library),
        "size": size,
        "params": params,
        "oracle_params": theirs,
        "difference": found[stage],
        "stage": stage,
        "stages": len(found),
        "row": row_hash(job.name),
    }


def image_size(job: Job) -> int:
    """The pixels of an image: half of the row's, which costs a quarter, unless small or fixed by what is built."""
    size = architectures.find(job.name).image_size
    # Keras pads MobileNet below and right, whatever the size, which is TensorFlow's "same" for even sizes alone.
    fixed = job.name.startswith("vit") or (
        job.library == "keras" and job.name in ("vgg16", "vgg19", "mobilenet")
    )
    return size if size <= 32 or fixed else size // 2


def with_torch(job: Job, model: nn.Module, x: Tensor) -> tuple[int, list[Tensor], nn.Module]:
    """The oracle's parameters, what its stages give, and our model with its weights."""
    row = architectures.find(job.name)
    if job.library == "timm":
        oracles = importlib.import_module("timm_oracles").oracle_pairs(import_torchvision())
    else:
        oracles = importlib.import_module("torchvision_oracles").oracle_pairs(import_torchvision())
    make, stages = oracles[job.name]
    with torch.device("cpu" if "regnet" in job.name else "meta"):  # torchvision's RegNets look at numbers
        oracle = make(num_classes=row.num_classes)
    oracle = randomize(oracle.to_empty(device="cpu"))
    copy_state(oracle, model.eval())
    params = sum(p.numel() for p in oracle.parameters())
    return params, outputs(stages(oracle), x), model


def with_keras(job: Job, model: nn.Module, x: Tensor) -> tuple[int, list[Tensor], nn.Module]:
    """The oracle's trainable parameters, what its stages give, and our model as Keras has it."""
    row = architectures.find(job.name)
    found = importlib.import_module("keras_oracles").oracles()[job.name]
    model, oracle = found.pair(model, x.shape[-1], row.num_classes)
    x = x.double() if found.double else x
    params = sum(weight.shape.num_elements() for weight in oracle.trainable_variables)
    return params, found.expected(oracle, x), model


def work(chosen: list[Job]) -> None:
    """Compare each and print a line of JSON."""
    torch.set_num_threads(1)
    for job in chosen:
        began = time.perf_counter()
        result = compare(job)
        gc.collect()
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({"job": str(job), "seconds": seconds, "peak": peak, "result": result}), flush=True)


if __name__ == "__main__":
    work([Job(*job.split(":")) for job in sys.argv[1:]])
