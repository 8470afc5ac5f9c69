"""The book's Sphinx extension: execution, checks, framework tabs, demos, formulas and look, all without a network."""


def setup(app) -> dict:
    """Connect the parts (imported here, so that `build.py` can ask for a hash without loading Sphinx)."""
    from course_book import api, art, execution, launch, look, mathjax, notebooks, tabs

    app.connect("config-inited", execution.choose_cache)
    app.connect("config-inited", art.write_mark)
    app.connect("config-inited", launch.configure)
    app.connect("config-inited", look.configure, priority=900)
    app.connect("config-inited", mathjax.configure)
    app.connect("env-before-read-docs", execution.execute_pages)
    app.connect("source-read", api.load_lazy_names)
    app.connect("html-page-context", execution.show_provenance)
    app.connect("html-page-context", launch.add_buttons, priority=600)
    app.connect("html-page-context", look.mend_roles)
    app.connect("html-page-context", mathjax.fetch_where_used, priority=900)
    app.connect("build-finished", look.write_palette)
    app.connect("build-finished", mathjax.copy)
    app.connect("build-finished", notebooks.write_for_site)
    app.add_directive("cover", art.Cover)
    app.add_transform(tabs.FrameworkTabs)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
