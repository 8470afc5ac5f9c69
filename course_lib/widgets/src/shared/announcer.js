// Tells readers who listen to the page what changed.
import { el } from "./dom.js";

const PAUSE = 500; // milliseconds without a change before the new numbers are announced

/** A polite live region: `say(text)` speaks now, `later(text)` after a pause, so that not each key speaks. */
export function announcer() {
  const node = el("p", { role: "status", class: "cd-hidden" });
  let waiting;
  const say = (text) => {
    clearTimeout(waiting);
    node.textContent = text;
  };
  const later = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(say, PAUSE, text);
  };
  return { node, say, later };
}
