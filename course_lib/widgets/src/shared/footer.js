// What stands below every demo with a set-up: back to the start, and the set-up as a link.
import { button, el } from "./dom.js";

/** `toHash(state)` writes a set-up as an address; without it there is no link. */
export function createFooter(reset, toHash) {
  const link = toHash && el("a", { href: "#" }, "Link to this set-up");
  const node = el("div", { class: "cd-footer" }, button("Reset", reset), link);
  return { node, draw: (state) => link?.setAttribute("href", toHash(state)) };
}
