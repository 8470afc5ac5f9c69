"""Small stand-ins for the downloadable sets, a place to put them, and a server that can misbehave."""

import gzip
import hashlib
import io
import tarfile
import threading
import time
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from course_lib.data import download
from course_lib.data.catalog import CATALOG, Download


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty cache folder on every operating system, no COURSE_DATA, and no waiting between connections."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    return tmp_path / "home"


@dataclass
class Behavior:
    """What the server does to a request; tests change it."""

    content: bytes = b""
    status: int = 200
    ranges: bool = True
    pause: float = 0.0  # Seconds before the answer.
    break_after: list[int] = field(default_factory=list)  # Bytes before the line breaks, one a connection.
    starts: list[int] = field(default_factory=list)  # Where each request began.
    url: str = ""


@pytest.fixture
def server():
    """A server on this machine whose `Behavior` the test sets."""
    behavior = Behavior()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content, asked = behavior.content, self.headers.get("Range")
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and behavior.ranges else 0
            behavior.starts.append(start)
            time.sleep(behavior.pause)
            if behavior.status != 200:
                self.send_error(behavior.status)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            rest = content[start:]
            self.wfile.write(rest[: behavior.break_after.pop(0)] if behavior.break_after else rest)

        def log_message(self, *_):
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        behavior.url = f"http://127.0.0.1:{http.server_port}"
        yield behavior
        http.shutdown()
        thread.join()


def tar_gz(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def as_download(file_name: str, content: bytes, urls=(), content_sha256=None) -> Download:
    return Download(file_name, tuple(urls), len(content), hashlib.sha256(content).hexdigest(), content_sha256)


@dataclass
class StandIn:
    """A small set in the catalog under a real name: its row, its published files and what they hold."""

    spec: object
    files: dict[str, bytes]
    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]

    def put(self, folder):
        """Write the files as published below `folder`."""
        for name, content in self.files.items():
            path = folder / self.spec.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@pytest.fixture
def cifar(monkeypatch, server):
    """Fifty training and ten test images in the layout of CIFAR-10's binary version, also on the server."""
    rng = np.random.default_rng(0)
    splits = {"train": 50, "test": 10}
    images, labels, members = {}, {}, {}
    for split, count in splits.items():
        images[split] = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        labels[split] = np.arange(count) % 10
        planes = images[split].transpose(0, 3, 1, 2).reshape(count, -1)
        records = np.concatenate([labels[split][:, None].astype(np.uint8), planes], axis=1)
        names = [f"data_batch_{k}.bin" for k in range(1, 6)] if split == "train" else ["test_batch.bin"]
        for name, part in zip(names, np.array_split(records, len(names)), strict=True):
            members[f"cifar-10-batches-bin/{name}"] = part.tobytes()
    content = tar_gz({**members, "cifar-10-batches-bin/readme.html": b"<html>"})
    server.content = content
    file_name = "cifar-10-binary.tar.gz"
    row = as_download(file_name, content, [f"{server.url}/{file_name}"])
    spec = replace(CATALOG["cifar10"], splits=splits, downloads=(row,))
    monkeypatch.setitem(CATALOG, "cifar10", spec)
    return StandIn(spec, {file_name: content}, images, labels)


@pytest.fixture
def fashion(monkeypatch):
    """Thirty training and ten test images in the layout of Fashion-MNIST's IDX files."""
    rng = np.random.default_rng(1)
    splits = {"train": 30, "test": 10}
    images, labels, files, rows = {}, {}, {}, []
    for split, stem in (("train", "train"), ("test", "t10k")):
        count = splits[split]
        images[split] = rng.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8)
        labels[split] = np.arange(count) % 10
        for kind, array in (("images-idx3", images[split][..., 0]), ("labels-idx1", labels[split])):
            header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, dtype=">u4").tobytes()
            content = header + array.astype(np.uint8).tobytes()
            name = f"{stem}-{kind}-ubyte.gz"
            files[name] = gzip.compress(content)
            rows.append(as_download(name, files[name], content_sha256=hashlib.sha256(content).hexdigest()))
    spec = replace(CATALOG["fashion_mnist"], splits=splits, downloads=tuple(rows), fingerprints={})
    monkeypatch.setitem(CATALOG, "fashion_mnist", spec)
    return StandIn(spec, files, images, labels)


@pytest.fixture
def flowers(monkeypatch):
    """Sixty photos of five classes and different sizes in the layout of flower_photos.tgz, with two copies."""
    rng = np.random.default_rng(2)
    spec = CATALOG["flowers"]
    members, labels = {"flower_photos/LICENSE.txt": b"CC BY"}, []
    for index in range(60):
        kind = spec.class_names[index % 5]
        small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        size = (int(rng.integers(130, 300)), int(rng.integers(130, 300)))
        out = io.BytesIO()
        Image.fromarray(small).resize(size).save(out, format="JPEG")
        members[f"flower_photos/{kind}/{index:02}.jpg"] = out.getvalue()
        labels.append(index % 5)
    members["flower_photos/roses/02.jpg"] = members["flower_photos/daisy/00.jpg"]
    content = tar_gz(members)
    spec = replace(
        spec,
        splits={"train": 45, "valid": 9, "test": 6},
        downloads=(as_download("flower_photos.tgz", content),),
        duplicates=(("daisy/00.jpg", "roses/02.jpg"),),
    )
    monkeypatch.setitem(CATALOG, "flowers", spec)
    return StandIn(spec, {"flower_photos.tgz": content}, {}, {})


@pytest.fixture
def put_archive(monkeypatch):
    """A function that puts an archive with other members in place of a stand-in's own, known to the catalog."""

    def put(stand_in, members, folder):
        content = tar_gz(members)
        (name,) = stand_in.files
        spec = replace(stand_in.spec, downloads=(as_download(name, content),))
        monkeypatch.setitem(CATALOG, spec.name, spec)
        replace(stand_in, files={name: content}).put(folder)

    return put
