"""Write `lines_of_code.md`: how long our model families are, beside torchvision's and timm's.

    pip download timm --no-deps --dest FOLDER
    python benchmarks/lines_of_code.py --timm FOLDER/timm-….whl

A line of code holds a token that is neither a comment nor a docstring. A package's sources are read, not imported:
from a wheel, or from the folder it is installed in; by default torchvision's from where `make install` puts it.
"""

import argparse
import ast
import io
import re
import tokenize
import zipfile
from collections.abc import Callable
from pathlib import Path

import tables
from oracle import FOLDER

import course_lib

HERE = Path(__file__).parent
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Our family -> the files of torchvision/models and of timm/models that hold it.
FAMILIES = {
    "alexnet": ("alexnet.py", None),
    "convnext": ("convnext.py", "convnext.py"),
    "densenet": ("densenet.py", "densenet.py"),
    "efficientnet": ("efficientnet.py", None),
    "googlenet": ("googlenet.py", None),
    "inception": ("inception.py", "inception_v3.py"),
    "inception_resnet": (None, "inception_resnet_v2.py"),
    "mobilenet_v2": ("mobilenetv2.py", None),
    "nasnet": (None, "nasnet.py"),
    "regnet": ("regnet.py", "regnet.py"),
    "resnet": ("resnet.py", "resnet.py"),
    "resnet_v2": (None, "resnetv2.py"),
    "shufflenet_v2": ("shufflenetv2.py", None),
    "squeezenet": ("squeezenet.py", None),
    "vgg": ("vgg.py", "vgg.py"),
    "vit": ("vision_transformer.py", "vision_transformer.py"),
    "xception": (None, "xception.py"),
}
HEAD = """\
# Lines of code of a model family

Written by `python benchmarks/lines_of_code.py`: lines that hold code, without comments, docstrings and blank ones.

"""
WORD = """
Ours are the family's table and its network in PyTorch; `layers.py`, {shared} lines that several families use, comes on
top once. Theirs are the files of the same name, without what these import. The files do not do the same: torchvision's
also name the published weights and load them; timm's hold many more variants and options, and one file may serve what
are two families of ours. So the table tells how much a reader has to read, and not which code is better. Blank: no file
of its own. Versions: torchvision {torchvision}, timm {timm}.
"""


def count_lines(source: str) -> int:
    """Return the number of lines that hold code.

    >>> count_lines('"A docstring."\\n\\nx = (1,  # one\\n     2)\\n')
    2
    """
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and ast.get_docstring(node):
            docstring = node.body[0]
            lines -= set(range(docstring.lineno, docstring.end_lineno + 1))
    return len(lines)


def reader(path: Path, package: str) -> tuple[Callable[[str], str], str]:
    """Return a function that reads `package`/models/FILE from a wheel or a folder, and the package's version.

    Raises:
        FileNotFoundError: if the package is not there.
    """
    if path.suffix == ".whl" and path.is_file():
        files = zipfile.ZipFile(path)
        return lambda name: files.read(f"{package}/models/{name}").decode(), path.name.split("-")[1]
    folders = list(path.glob(f"{package}-*.dist-info"))
    if len(folders) != 1:
        raise FileNotFoundError(f"expected a wheel or a folder with one {package}-….dist-info, got {path}")
    version = re.match(rf"{package}-(.*)\.dist-info", folders[0].name)[1]
    return lambda name: (path / package / "models" / name).read_text(encoding="utf-8"), version


def ours(family: str) -> int:
    """Return the lines of our table and our network."""
    package = Path(course_lib.__file__).parent
    rooms = (package / room / f"{family}.py" for room in ("architectures", "pytorch"))
    return sum(count_lines(path.read_text(encoding="utf-8")) for path in rooms)


def text(torchvision: Path, timm: Path) -> str:
    """Return the whole file."""
    (read_torchvision, version), (read_timm, timm_version) = (
        reader(torchvision, "torchvision"),
        reader(timm, "timm"),
    )
    lines = []
    for family, (theirs, timms) in FAMILIES.items():
        counts = (
            ours(family),
            theirs and count_lines(read_torchvision(theirs)),
            timms and count_lines(read_timm(timms)),
        )
        lines.append([family, *("" if count is None else f"{count:,}" for count in counts)])
    shared = count_lines(
        (Path(course_lib.__file__).parent / "pytorch" / "layers.py").read_text(encoding="utf-8")
    )
    word = WORD.format(shared=shared, torchvision=version, timm=timm_version)
    return HEAD + tables.table(["family", "ours", "torchvision", "timm"], lines) + "\n" + word


def main() -> None:
    """Write the file."""
    options = argparse.ArgumentParser(description="Write lines_of_code.md.")
    options.add_argument(
        "--torchvision", type=Path, default=FOLDER, help="a wheel, or the folder it is installed in"
    )
    options.add_argument("--timm", type=Path, required=True, help="the same of timm")
    paths = options.parse_args()
    written = text(paths.torchvision, paths.timm)
    (HERE / "lines_of_code.md").write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
