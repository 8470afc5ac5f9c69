"""A local web server that compresses, as the real ones do."""

import contextlib
import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

COMPRESSED = {".html", ".js", ".css", ".svg", ".json"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, text gzipped once and remembered."""

    def do_GET(self):
        """Send a file, compressed if it is text."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@functools.cache
def compressed(path: Path) -> bytes:
    """Return the gzipped content of a file."""
    return gzip.compress(path.read_bytes(), 6)


@contextlib.contextmanager
def serve_gzipped(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free port of this machine while the block runs; gives the address."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
