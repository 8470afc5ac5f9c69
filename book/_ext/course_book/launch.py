"""The buttons above an executed page: take it away as a notebook, print it, or open it where it can be run.

The launch buttons appear only when `_config.yml` names the public repository. They open the generated notebooks of the
public tree (`release.py` puts them under `notebooks/`), never the MyST sources, which Colab cannot read.
"""

from urllib.parse import quote, urlencode, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

GITHUB, GITLAB = "github.com", "gitlab.com"


def configure(app: Sphinx, config) -> None:
    """Take the theme's launch options over: the theme would link to the MyST sources."""
    options = config.html_theme_options
    config.course_launch = {
        "repository": options.get("repository_url", "").rstrip("/"),
        "branch": options.get("repository_branch") or "main",
        **options.pop("launch_buttons", {}),
    }
    options["use_download_button"] = False


def add_buttons(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Put the buttons before the theme's own."""
    if pagename not in getattr(app.env, "course_provenance", {}):
        return
    notebook = f"notebooks/{pagename}.ipynb"
    download = [
        _link("Notebook", context["pathto"](notebook, 1), "fas fa-file"),
        {
            "type": "javascript",
            "javascript": "window.print()",
            "text": "Print or PDF",
            "icon": "fas fa-print",
        },
    ]
    groups = [_group("Download this page", "fas fa-download", download)]
    targets = launch_addresses(app.config.course_launch, notebook)
    if targets:
        links = [
            _link(name, url, f"_static/images/logo_{name.lower()}.{suffix}") for name, url, suffix in targets
        ]
        groups.insert(0, _group("Run this page", "fas fa-rocket", links))
    context["header_buttons"] = groups + context.get("header_buttons", [])


def launch_addresses(options: dict, notebook: str) -> list[tuple[str, str, str]]:
    """Return (name, address, suffix of the logo) of each place that can run `notebook` of the public tree."""
    repository, branch = options["repository"], options["branch"]
    if not repository:
        return []
    host, path = urlsplit(repository).netloc, urlsplit(repository).path.strip("/")
    if path.count("/") != 1:
        raise ConfigError(
            f"expected repository.url like https://github.com/organization/name, got {repository!r}"
        )
    found = []
    if hub := options.get("jupyterhub_url", "").rstrip("/"):
        urlpath = f"lab/tree/{path.split('/')[1]}/{notebook}"
        query = urlencode({"repo": repository, "branch": branch, "urlpath": urlpath}, safe="/")
        found.append(("JupyterHub", f"{hub}/hub/user-redirect/git-pull?{query}", "svg"))
    colab = options.get("colab_url", "").rstrip("/")
    if colab and host == GITHUB:
        found.append(("Colab", f"{colab}/github/{path}/blob/{branch}/{notebook}", "png"))
    if binder := options.get("binderhub_url", "").rstrip("/"):
        kinds = {GITHUB: f"gh/{path}", GITLAB: f"gl/{quote(path, safe='')}"}
        kind = kinds.get(host, f"git/{quote(repository, safe='')}")
        found.append(("Binder", f"{binder}/v2/{kind}/{branch}?urlpath=lab/tree/{notebook}", "svg"))
    return found


def _link(text: str, url: str, icon: str) -> dict:
    return {"type": "link", "text": text, "url": url, "icon": icon}


def _group(label: str, icon: str, buttons: list[dict]) -> dict:
    return {"type": "group", "tooltip": label, "icon": icon, "buttons": buttons}
