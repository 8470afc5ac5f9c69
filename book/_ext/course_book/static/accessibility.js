// What the theme leaves undone for readers who use the keyboard or a screen reader.
(() => {
  "use strict";

  function mendNames() {
    // WCAG 2.5.3: a control's visible words must be part of its name, so a label that hides them goes.
    for (const node of document.querySelectorAll("button.search-button-field, summary")) {
      if (node.textContent.trim()) node.removeAttribute("aria-label");
    }
    // WCAG 4.1.2: the arrows of the navigation have no words: say what they open.
    for (const arrow of document.querySelectorAll(".bd-links summary")) {
      const page = arrow.closest("li").querySelector("a").textContent.trim();
      arrow.setAttribute("aria-label", `Pages of ${page}`);
    }
  }

  // WCAG 2.1.1: what scrolls sideways must be reachable by keyboard, and say what it is.
  const SCROLLING = [
    ["pre", "Code"],
    ["div.math", "Formula"],
    [".pst-scrollable-table-container", "Table"],
    [".cell_output > .output", "Output"],
  ];
  function mendScrolling() {
    for (const [selector, label] of SCROLLING) {
      for (const box of document.querySelectorAll(`main ${selector}`)) {
        const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
        if (scrolls) {
          box.tabIndex = 0;
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", `${label}, scrolls`);
        } else if (box.getAttribute("role") === "group") {
          for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
        }
      }
    }
  }

  let waiting = 0;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(mendScrolling, 50);
  }

  document.addEventListener("DOMContentLoaded", () => {
    mendNames();
    mendScrolling();
    new MutationObserver(soon).observe(document.querySelector("main"), { childList: true, subtree: true });
    new ResizeObserver(soon).observe(document.querySelector("main"));
  });
})();
