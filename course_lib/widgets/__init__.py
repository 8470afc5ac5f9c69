"""The book's demos: Python classes that carry a front end, alive on the page, in JupyterLab and from a file."""
