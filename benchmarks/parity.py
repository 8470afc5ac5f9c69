"""Compare every model of `course_lib.pytorch` with an oracle, and write `parity.md`.

    python benchmarks/parity.py                    all that has not been compared since its sources changed
    python benchmarks/parity.py --timm FOLDER      where timm is, which alone has EfficientNet-Lite
    python benchmarks/parity.py --only resnet18    a few, for a look; writes no table

Both get the same random weights, batch-norm statistics and scales, and two images of noise; they run in evaluation
mode, and what they give is compared after every stage. It takes about half an hour on one thread and less than 6 GB.
What is done is kept in `_build/parity.json`, so a run that was stopped goes on. Exit status 1: something differs.
"""

import argparse
import hashlib
import inspect
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import parity_table
import torch
from comparison import TOLERANCE
from oracle import FOLDER
from parity_table import LIBRARIES, Job, jobs, row_hash

from course_lib.pytorch import BUILDERS, layers

HERE = Path(__file__).parent
DONE = HERE.parent / "_build" / "parity.json"
QUIET = {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}


def keys(chosen: list[Job], timm: Path | None) -> dict[Job, str]:
    """What each comparison depends on: the row, all builders, how it is compared, the versions.

    `course_lib/twins.py` is not part of it: weights that were carried wrongly show, and never hide a difference.
    """
    builders = {inspect.getsourcefile(builder) for builder in BUILDERS.values()}
    common = hashlib.sha256(torch.__version__.encode())
    for path in [*sorted(builders), layers.__file__, HERE / "comparison.py", HERE / "parity_worker.py"]:
        common.update(Path(path).read_bytes())
    libraries = {}
    for library in LIBRARIES:
        digest = common.copy()
        digest.update((HERE / f"{library}_oracles.py").read_bytes())
        for path in ([str(FOLDER)], [str(timm)], sys.path):
            digest.update(
                " ".join(found.version for found in metadata.distributions(name=library, path=path)).encode()
            )
        libraries[library] = digest.hexdigest()[:16]
    return {job: f"{libraries[job.library]}-{row_hash(job.name)}" for job in chosen}


def read_done(wanted: dict[Job, str]) -> dict[str, dict[str, Any]]:
    """What was compared before and has not changed since."""
    if not DONE.exists():
        return {}
    kept = json.loads(DONE.read_text(encoding="utf-8"))
    return {
        str(job): kept[str(job)] for job, key in wanted.items() if kept.get(str(job), {}).get("key") == key
    }


def groups(left: list[Job]) -> list[list[Job]]:
    """The jobs of one library together, at most a dozen: each group is a process of its own, which frees its memory."""
    found = []
    for library in LIBRARIES:
        own = [job for job in left if job.library == library]
        found += [own[first : first + 12] for first in range(0, len(own), 12)]
    return found


def keep(job: str, result: dict[str, Any]) -> None:
    """Add a result to those on disk, which may hold more than this run is about."""
    kept = json.loads(DONE.read_text(encoding="utf-8")) if DONE.exists() else {}
    DONE.parent.mkdir(exist_ok=True)
    DONE.write_text(json.dumps(kept | {job: result}, indent=1), encoding="utf-8")


def run_group(group: list[Job], timm: Path | None, wanted: dict[Job, str]) -> dict[str, dict[str, Any]]:
    """Compare a group in a process of its own; keep and return each result as it comes."""
    paths = [str(timm), os.environ.get("PYTHONPATH", "")] if timm else [os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, **QUIET, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, str(HERE / "parity_worker.py"), *map(str, group)]
    found = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            said = json.loads(line)
            result = said["result"] | {"key": wanted[Job(*said["job"].split(":"))]}
            keep(said["job"], result)
            found[said["job"]] = result
            print(
                f"{said['job']}: {result['difference']:.1e} at {result['stage']}, {result['size']} pixels, "
                f"{said['seconds']:.0f} s, {said['peak']:.1f} GB",
                flush=True,
            )
    return found


def main() -> None:
    """Compare what is left, write the table, and exit with 1 if something differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--timm", type=Path, help="the folder that timm was installed into")
    parser.add_argument("--only", nargs="+", metavar="MODEL", help="compare these alone and write no table")
    given = parser.parse_args()
    chosen = [job for job in jobs() if given.only is None or job.name in given.only]
    wanted = keys(chosen, given.timm)
    done = read_done(wanted)
    left = [job for job in chosen if str(job) not in done]
    print(f"{len(chosen)} comparisons, {len(chosen) - len(left)} of them done before", flush=True)
    for group in groups(left):
        done |= run_group(group, given.timm, wanted)
    # What is no number is not within the tolerance either.
    wrong = [str(job) for job in chosen if str(job) in done and not done[str(job)]["difference"] <= TOLERANCE]
    if wrong:
        print(f"these differ by more than {TOLERANCE:g}: {', '.join(wrong)}", file=sys.stderr)
    missing = [job for job in chosen if str(job) not in done]
    if missing:
        hints = {LIBRARIES[job.library] for job in missing}
        sys.exit(f"not compared: {', '.join(map(str, missing))}; {'; '.join(sorted(hints))}")
    if given.only is None:
        parity_table.write({str(job): done[str(job)] for job in chosen})
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
