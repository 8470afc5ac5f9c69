// Things to try, one at a time, each with the settings it needs.
import { button, el } from "./dom.js";

/** `prompts` is a list of { text, … }; `setUp(prompt)` brings the demo to what a prompt asks for. */
export function createPrompts(prompts, setUp) {
  let place = 0;
  const text = el("p", { class: "cd-task", "aria-live": "polite" });
  const show = () => {
    text.replaceChildren(el("strong", {}, `Try this (${place + 1} of ${prompts.length}). `), prompts[place].text);
  };
  const set = button("Set it up", () => setUp(prompts[place]), { class: "cd-primary" });
  const next = button("Another", () => {
    place = (place + 1) % prompts.length;
    show();
  });
  show();
  return { node: el("div", { class: "cd-prompt" }, text, el("div", { class: "cd-buttons" }, set, next)) };
}
