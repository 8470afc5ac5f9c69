"""Execute the pages that are out of date, several at a time, before Sphinx reads them.

Each page runs in a kernel of its own with one thread for numerics: more threads would fight over the cores.
What comes out goes into jupyter-cache, from which myst-nb then takes it. Whether a page is built by `make book`,
by jupyter-book or by plain Sphinx, it is executed here.
"""

import asyncio
import copy
import html
import os
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.cache.main import JupyterCacheBase
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging

from course_book import cache, checks, provenance

logger = logging.getLogger(__name__)


class PageError(SphinxError):
    """A page raised, or came out with something that must not be published."""

    category = "Page error"


@dataclass
class Page:
    """A page with code cells: its name, its file and the notebook that myst-nb reads from it."""

    name: str
    path: Path
    notebook: NotebookNode


def choose_cache(app: Sphinx, config) -> None:
    """Put the cache beside the built book, in a folder for the library as it is now."""
    config.nb_execution_mode = "cache"
    config.nb_execution_cache_path = str(cache.cache_folder(Path(app.outdir).parent))


def execute_pages(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Bring the cache up to date for the pages `names`, check them and note where they were executed."""
    pages = [page for page in (_read(env, name) for name in names) if page]
    store = get_cache(env.mystnb_config.execution_cache_path)
    stale = [page for page in pages if _record(store, page) is None]
    found = []
    if stale:
        logger.info("executing %d of %d pages with code", len(stale), len(pages))
        found += _run(stale, store, Path(app.outdir).parent, env.mystnb_config.execution_timeout)
    known = {name: line for name, line in getattr(env, "course_provenance", {}).items() if name not in names}
    env.course_provenance = known
    for page in pages:
        record = _record(store, page)
        if record is None:  # it raised: in `found` already
            continue
        executed = store.get_cache_bundle(record.pk).nb
        found += [f"{page.path}: {finding}" for finding in checks.findings(page.notebook, executed)]
        seed = page.notebook.metadata.get("seed")
        known[page.name] = provenance.sentence(record.data["provenance"], seed)
    if found:
        raise PageError("\n".join(found))


def show_provenance(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """End an executed page with the line that says where its outputs come from."""
    line = getattr(app.env, "course_provenance", {}).get(pagename)
    if line:
        context["body"] += f'<p class="course-provenance">{html.escape(line)}</p>\n'


def _read(env: BuildEnvironment, name: str) -> Page | None:
    path = Path(env.doc2path(name))
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    return None if reader is None else Page(name, path, reader.read(text))


def _record(store: JupyterCacheBase, page: Page) -> NbCacheRecord | None:
    """Return the cache's record of the page, if it was executed here and so says where."""
    try:
        record = store.match_cache_notebook(page.notebook)
    except KeyError:
        return None
    return record if "provenance" in record.data else None


def _run(pages: list[Page], store: JupyterCacheBase, build: Path, timeout: int) -> list[str]:
    """Execute `pages` and cache each one that comes through; return what stopped the others."""
    together = max(1, min(os.cpu_count() or 1, len(pages)))
    # Kernels talk over sockets that Windows' default event loop cannot watch.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        outcomes = runner.run(_run_together(pages, together, store, _environment(build), timeout))
    return [outcome for outcome in outcomes if outcome]


async def _run_together(pages, together, store, environment, timeout) -> list[str | None]:
    slots = asyncio.Semaphore(together)

    async def run_one(page: Page) -> str | None:
        async with slots:
            start = time.perf_counter()
            notebook, error = await _execute(page, environment, timeout)
            seconds = time.perf_counter() - start
        if error:
            return error
        record = provenance.parse(notebook.cells.pop().outputs)
        data = {"execution_seconds": seconds, "provenance": record}
        bundle = CacheBundleIn(notebook, str(page.path), data=data)
        store.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        logger.info("executed %s in %.1f s", page.name, seconds)
        return None

    return await asyncio.gather(*map(run_one, pages))


async def _execute(page: Page, environment: dict[str, str], timeout: int) -> tuple[NotebookNode, str | None]:
    """Run a copy of the page with the probe as its last cell; return it and, if a cell failed, which and how."""
    notebook = copy.deepcopy(page.notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(provenance.PROBE))
    client = NotebookClient(
        notebook,
        timeout=timeout,
        startup_timeout=timeout,
        record_timing=False,  # times in the cells' metadata would change the key under which the cache finds them
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(page.path.parent)}},
    )
    try:
        await client.async_execute(env=environment)
    except (CellControlSignal, DeadKernelError) as error:
        logger.info("%s", traceback.format_exc())
        return notebook, f"{page.path}: {_place(page, notebook)}: {_summary(notebook, error)}"
    return notebook, None


def _place(page: Page, notebook: NotebookNode) -> str:
    """Name the first cell that raised or, when the kernel died or the time ran out, the first without a result."""
    for (place, cell), outcome in zip(
        checks.places(page.notebook), checks.code_cells(notebook), strict=False
    ):
        raised = any(output.output_type == "error" for output in outcome.outputs)
        expected = set(cell.metadata.get("tags", [])) & checks.ERROR_TAGS
        if (raised and not expected) or outcome.execution_count is None:
            return place
    return "after the last cell"


def _summary(notebook: NotebookNode, error: Exception) -> str:
    outputs = [output for cell in checks.code_cells(notebook) for output in cell.outputs]
    raised = [output for output in outputs if output.output_type == "error"]
    if raised and getattr(error, "ename", None):
        return f"{raised[-1].ename}: {raised[-1].evalue}"
    return str(error).strip().splitlines()[-1]


def _environment(build: Path) -> dict[str, str]:
    """Return the kernels' environment: the same on every machine, whatever its owner has set up."""
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_DATA"}
    return environment | {
        "IPYTHONDIR": str(build / "ipython"),
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
