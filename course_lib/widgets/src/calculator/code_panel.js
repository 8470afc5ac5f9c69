// The network as code, to copy.
import { button, el, uid } from "../shared/dom.js";
import { kerasCode, torchCode } from "./code.js";

function codeBox(name, say) {
  const id = uid("code");
  const text = el("textarea", { id, readonly: true, spellcheck: "false", wrap: "off" });
  const copy = button("Copy", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      say(`${name} code copied.`);
    } catch {
      say(`The ${name} code is selected: copy it with Ctrl+C or Command+C.`);
    }
  }, { "aria-label": `Copy the ${name} code` });
  const node = el("div", {}, el("div", { class: "calc-code-head" }, el("label", { for: id }, name), copy), text);
  const set = (code) => {
    text.value = code;
    text.rows = Math.min(code.split("\n").length, 24);
  };
  return { node, set };
}

/** Builds the panel. Returns { node, show(input, layers) }. */
export function codePanel() {
  const status = el("p", { role: "status", class: "cd-note" });
  const say = (text) => { status.textContent = text; };
  const torch = codeBox("PyTorch", say);
  const keras = codeBox("Keras", say);
  const node = el("details", { class: "calc-code" }, el("summary", {}, "This network as code"),
    el("div", { class: "calc-codes" }, torch.node, keras.node), status);
  const show = (input, layers) => {
    torch.set(torchCode(input, layers));
    keras.set(kerasCode(input, layers));
  };
  return { node, show };
}
