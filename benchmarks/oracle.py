"""torchvision, for tests and benchmarks to compare with: never a dependency of the package."""

import sys
from pathlib import Path

FOLDER = Path(sys.prefix) / "oracle"
_declared = []  # undone when collected


def import_torchvision():
    """Import torchvision, with transforms.v2, from the folder that `make install` puts it into.

    With a CPU build of torch its compiled part does not load, and its import looks for two operators of it, so they
    are declared first. It lies in a folder of its own, where nothing else imports it by chance.

    Raises:
        ModuleNotFoundError: if it is not there.
    """
    if not (FOLDER / "torchvision").is_dir():
        raise ModuleNotFoundError(f"torchvision is missing: make install puts it into {FOLDER}")
    import torch

    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    if torch.version.cuda is None and not _declared:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
    import torchvision
    import torchvision.transforms.v2

    return torchvision
