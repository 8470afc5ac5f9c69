// PyTorch and Keras tabs. The page's attribute data-framework (set in its head, before anything is drawn) selects the
// panels by CSS; this script gives the tabs their behavior: click, arrow keys, Home and End, one choice for all tabs,
// all pages and all open windows.
(() => {
  "use strict";
  const KEY = "course-framework";
  const root = document.documentElement;

  function show(framework) {
    root.dataset.framework = framework;
    for (const tab of document.querySelectorAll(".framework-list [role=tab]")) {
      const chosen = tab.dataset.framework === framework;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  function choose(tab) {
    const before = tab.getBoundingClientRect().top;
    show(tab.dataset.framework);
    tab.focus({ preventScroll: true });
    // Tabs further up may have changed their height: what the reader looks at stays where it is.
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
    try {
      localStorage.setItem(KEY, tab.dataset.framework);
    } catch {
      // Storage is switched off: the choice holds for this page.
    }
  }

  function onKey(event) {
    const tabs = [...event.currentTarget.children];
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const here = tabs.indexOf(event.target);
    let next;
    if (event.key in steps) next = (here + steps[event.key] + tabs.length) % tabs.length;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = tabs.length - 1;
    else return;
    event.preventDefault();
    choose(tabs[next]);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const list of document.querySelectorAll(".framework-list")) {
      list.addEventListener("keydown", onKey);
      for (const tab of list.children) {
        tab.addEventListener("click", () => choose(tab));
        const panel = document.getElementById(tab.getAttribute("aria-controls"));
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tab.id);
      }
    }
    show(root.dataset.framework);
  });
  addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) show(event.newValue);
  });
})();
