"""Where and when a page was executed, written down by its own kernel and shown in one line at the page's foot.

The record is made when the page is executed and kept with its outputs in the cache, so rendering the page again, on
another machine or another day, changes nothing.
"""

import datetime
import json

PROBE = """
def _probe():
    import json, os, platform, sys
    from importlib.metadata import version
    from course_lib import __version__

    def processor():
        try:
            with open("/proc/cpuinfo", encoding="utf-8") as info:
                names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
        except OSError:
            names = []
        name = names[0] if names else platform.processor() or platform.machine()
        return f"{name}, {os.cpu_count()} cores"

    torch = sys.modules.get("torch")
    gpu = torch.cuda.get_device_name() if torch is not None and torch.cuda.is_initialized() else None
    loaded = [name for name in ("numpy", "torch", "keras", "tensorflow") if name in sys.modules]
    versions = {name: sys.modules[name].__version__ for name in loaded}
    versions = {"Python": platform.python_version(), **versions, "course_lib": __version__}
    print(json.dumps({"processor": processor(), "gpu": gpu, "versions": versions}))
_probe()
"""


def parse(outputs: list[dict]) -> dict:
    """Read what `PROBE` printed and add today's date (UTC)."""
    text = "".join(output["text"] for output in outputs if output.get("name") == "stdout")
    date = datetime.datetime.now(datetime.UTC).date()
    return {**json.loads(text), "date": date.isoformat()}


def sentence(record: dict, seed: int | None) -> str:
    """Say it in one line."""
    hardware = record["processor"] if record["gpu"] is None else f"{record['gpu']} and {record['processor']}"
    versions = ", ".join(f"{name} {version.split('+')[0]}" for name, version in record["versions"].items())
    date = datetime.date.fromisoformat(record["date"])
    drawn = "" if seed is None else f", seed {seed}"
    return f"Executed on {date.day} {date:%B %Y} on {hardware} with {versions}{drawn}."
