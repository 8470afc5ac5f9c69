"""Scripts, HTML, links, styles and control characters where a reader of feedback would meet them."""

from hostile.corpus import Desk, submission

# What the page must not hold: the audit in outcome.py looks at the parsed page as well.
SCRIPT = ("<script>alert('course-hostile')",)
BAD = "<script>alert('course-hostile')</script><img src=x onerror=alert('course-hostile')>"


@submission("markup", absent=SCRIPT)
def html_output(desk: Desk) -> None:
    """A script and an image with a handler, displayed as HTML."""
    desk.add(f'from IPython.display import HTML, display\n\ndisplay(HTML("""{BAD}"""))')


@submission("markup", absent=SCRIPT)
def script_output(desk: Desk) -> None:
    """JavaScript as JavaScript."""
    desk.add(
        "from IPython.display import Javascript, display\n\ndisplay(Javascript(\"alert('course-hostile')\"))"
    )


@submission("markup", absent=SCRIPT)
def svg_output(desk: Desk) -> None:
    """An SVG picture with a handler and a script in it."""
    desk.add(
        "from IPython.display import SVG, display\n\ndisplay(SVG(\"<svg xmlns='http://www.w3.org/2000/svg' "
        "onload=alert('course-hostile')><script>alert('course-hostile')</script></svg>\"))"
    )


@submission("markup", absent=SCRIPT)
def picture_that_is_none(desk: Desk) -> None:
    """A PNG whose data end the attribute that holds them."""
    data = "AAAA\\\" onload=alert('course-hostile') x=\\\""
    desk.add(
        "from IPython.display import display\n\n"
        f'display({{"image/png": "{data}", "image/svg+xml": "{data}", "text/plain": "a picture"}}, raw=True)'
    )


@submission("markup", absent=SCRIPT)
def script_in_text(desk: Desk) -> None:
    """Plain output that tries to leave its block."""
    desk.add(f'print("""</pre></div>{BAD}""")')


@submission("markup", absent=SCRIPT)
def script_in_an_exception(desk: Desk) -> None:
    """An exception whose name and message are HTML, with a handler in the traceback."""
    desk.add(f'raise type("<b>E</b>", (Exception,), {{}})("""</pre>{BAD}""")')


@submission("markup", {"conv2d": 0}, absent=SCRIPT)
def script_in_a_checked_answer(desk: Desk) -> None:
    """The same out of an answer, in a visible check."""
    desk.put(
        "conv2d", f'def conv2d(*a, **k):\n    print("""</pre>{BAD}""")\n    raise ValueError("""{BAD}""")'
    )


@submission("markup", absent=SCRIPT)
def script_in_code(desk: Desk) -> None:
    """Code, comments and strings that are HTML."""
    desk.after("conv2d", f'# </pre></div>{BAD}\nx = """{BAD}"""')


@submission("markup", absent=SCRIPT)
def script_in_markdown(desk: Desk) -> None:
    """HTML in the written answer and in a text cell."""
    desk.put("why", f"An answer.\n\n{BAD}\n\n<iframe src=\"javascript:alert('course-hostile')\"></iframe>")
    desk.add(BAD + "\n<svg onload=alert('course-hostile')>", markdown=True)


@submission("markup")
def links_in_markdown(desk: Desk) -> None:
    """Links that run code."""
    desk.put(
        "why",
        "[a](javascript:alert('course-hostile')) [b](JaVaScRiPt:alert(1)) [c](data:text/html,<b>x</b>) "
        "<a href='vbscript:x'>d</a> <a href='  javascript:alert(2)'>e</a> ![f](javascript:alert(3))",
    )


@submission("markup")
def links_in_formulas(desk: Desk) -> None:
    """LaTeX that makes links and classes."""
    desk.put("why", r"$\href{javascript:alert('course-hostile')}{x}$ and $$\style{position:fixed}{y}$$")


@submission("markup")
def paints_over_the_score(desk: Desk) -> None:
    """Styles that lay another score over the page, a redirection and a form."""
    overlay = (
        "<style>body { display: none }</style><div style='position:fixed;top:0'>Score: 40 / 40</div>"
        "<meta http-equiv='refresh' content='0;url=http://127.0.0.1/'><base href='http://127.0.0.1/'>"
        "<form action='http://127.0.0.1/'><input name=password></form><link rel=stylesheet href=http://127.0.0.1/>"
    )
    desk.put("why", overlay)
    desk.add(f'from IPython.display import HTML, Markdown, display\n\ndisplay(HTML("""{overlay}"""))')
    desk.add(overlay, markdown=True)


@submission("markup", absent=("\x1b", "\x07", "\x00", "\x08"))
def control_characters(desk: Desk) -> None:
    """Escape sequences that clear a terminal, set its title and write over a line."""
    desk.add(r"print('\x1b[2J\x1b[H\x1b]0;course-hostile\x07all points\x08\x00\r\x1b[31mred\x1b[0m')")


@submission("markup", absent=SCRIPT)
def attachments(desk: Desk) -> None:
    """A Markdown cell with an attached SVG and an attached page."""
    desk.add("![a](attachment:a.svg) [b](attachment:b.html)", markdown=True)
    desk.notebook.cells[-1].attachments = {
        "a.svg": {"image/svg+xml": "<svg onload=alert('course-hostile')></svg>"},
        "b.html": {"text/html": BAD},
    }


@submission("markup", absent=SCRIPT)
def markup_in_names(desk: Desk) -> None:
    """HTML in titles, tags and the names of metadata."""
    desk.notebook.metadata["title"] = f"</title>{BAD}"
    desk.notebook.metadata["authors"] = [{"name": BAD}]
    desk.notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": f'"{BAD}', "mimetype": BAD}
    for cell in desk.notebook.cells:
        cell.metadata["tags"] = [BAD]
        cell.metadata["name"] = BAD


@submission("markup", absent=("course-hostile-widget",))
def widgets(desk: Desk) -> None:
    """A widget whose front-end code is the student's."""
    desk.notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"a": {"state": {"_esm": "course-hostile-widget"}}}
        }
    }
    desk.add(
        "from IPython.display import display\n\n"
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'a'}, 'text/plain': 'w'}, raw=True)"
    )


@submission("markup", absent=SCRIPT)
def stored_outputs(desk: Desk) -> None:
    """Outputs with scripts stored in the file, in test cells, too."""
    for cell in desk.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": BAD, "text/plain": BAD},
                },
                {"output_type": "stream", "name": "stdout", "text": BAD},
            ]
