// When a demo is drawn: after a change, at most once a frame, with the theme's colors and the width it has.
import { onThemeChange, readTheme } from "./theme.js";

/**
 * Calls `paint(theme)` after `schedule()`, and whenever the theme or the width of `node` changes. `theme` holds the
 * colors and `width`; it is null while the demo is not in the page, where JupyterLab keeps what has scrolled away.
 */
export function createScreen(node, paint, signal) {
  let theme = null;
  let asked = null;

  function draw() {
    cancelAnimationFrame(asked);
    asked = null;
    paint(theme);
  }
  function schedule() {
    asked ??= requestAnimationFrame(draw);
  }
  function measure() {
    const width = node.clientWidth;
    theme = width ? { ...readTheme(node), width } : null;
    schedule();
  }
  /** Begins to follow theme and width; draws at once. */
  function start() {
    onThemeChange(measure, signal);
    const observer = new ResizeObserver(() => node.clientWidth !== theme?.width && measure());
    observer.observe(node);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(asked);
    });
    measure();
    draw();
  }
  return { draw, schedule, start };
}
