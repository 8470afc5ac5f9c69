/* Sets the page's formulas, after its demos.

   MathJax keeps the page busy for a quarter of a second on a fast machine, and a page's demos would have to wait for it.
   So the page only fetches it meanwhile, and it starts when the demos are drawn. */
(() => {
  "use strict";

  const LONGEST_WAIT = 2000; // ms; formulas do not wait longer for a demo that takes its time
  const address = document.getElementById("course-mathjax").href; // the page fetches it ahead

  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const parsed = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));

  /** Resolves when the demos have been painted; a page in the background paints nothing, so time ends the wait too. */
  async function demosPainted() {
    if (!window.courseDemos) return;
    await window.courseDemos;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await pause(0);
  }

  async function setFormulas() {
    await parsed;
    await Promise.race([demosPainted(), pause(LONGEST_WAIT)]);
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`the formulas stay in TeX: ${address} could not be loaded`));
      document.head.append(script);
    });
    await window.MathJax.startup.promise;
  }

  window.courseFormulas = setFormulas();
})();
