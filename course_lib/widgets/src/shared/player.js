// Play, step, restart: moving through the steps of something that has been computed or is being computed.
import { button, calm, el, slider } from "./dom.js";

const CALM_BEAT = 700; // milliseconds between changes for readers who asked for less motion
const CALM_STRIDE = 10; // and how many ordinary beats each of them makes up for

/**
 * Steps from 0 to `last()`, `rate` a second while it plays. `onstep(step)` is called for each change; `name` is what one
 * step is called ("step", "epoch"). Returns { node, draw(step), stop }.
 */
export function createPlayer({ name, last, rate, get, onstep }) {
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    play.textContent = "Play";
  };
  const go = (step) => onstep(Math.max(0, Math.min(last(), step)));
  function beat() {
    go(get() + (calm() ? CALM_STRIDE : 1));
    if (get() < last()) timer = setTimeout(beat, calm() ? CALM_BEAT : 1000 / rate);
    else stop();
  }
  const play = button("Play", () => {
    if (timer !== null) return stop();
    if (get() >= last()) go(0);
    play.textContent = "Pause";
    timer = setTimeout(beat, 0);
  }, { class: "cd-primary" });
  const manual = (change) => () => {
    stop();
    go(change(get()));
  };
  const again = button("Restart", manual(() => 0));
  const back = button("Back", manual((step) => step - 1), { "aria-label": `Back one ${name}` });
  const next = button("Step", manual((step) => step + 1), { "aria-label": `Step: one ${name} on` });
  const label = name[0].toUpperCase() + name.slice(1);
  const place = slider({ label, min: 0, max: last(), value: 0, oninput: (step) => manual(() => step)() });
  const buttons = el("div", { class: "cd-buttons" }, play, back, next, again);
  const node = el("div", { class: "cd-player", role: "group", "aria-label": `${label} by ${name}` }, buttons, place.node);

  function draw(step) {
    place.input.max = last();
    place.set(step);
    // At an end a button stays focusable, or a reader who pressed it by keyboard would lose the focus.
    for (const node of [again, back]) node.setAttribute("aria-disabled", String(step <= 0));
    next.setAttribute("aria-disabled", String(step >= last()));
  }
  return { node, draw, stop };
}
