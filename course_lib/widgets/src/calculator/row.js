// One layer of the table: a row with its numbers, and below it, when opened, an editor with the formulas.
import { button, choice, el, number, toggle, uid } from "../shared/dom.js";
import { inline } from "../shared/inline.js";
import { exact, memory, short } from "./format.js";
import { explain } from "./formulas.js";
import { describe, KINDS } from "./layers.js";
import { BYTES, times } from "./numerics.js";

const WIDE = "calc-wide"; // shown where there is room; the editor shows all
export const COLUMNS = [
  ["Output", ""], ["Parameters", ""], ["Multiply-adds", WIDE], ["Memory", WIDE], ["Receptive field", WIDE],
];

export class Row {
  #head;
  #editor;
  #cells = COLUMNS.map(([, style]) => el("td", { class: style }));
  #trouble = el("td", { colspan: COLUMNS.length, class: "calc-trouble" });
  #steps = el("dl"); // without a class, which the book's theme would take for an API listing
  #fields;
  #up;
  #down;

  /** `on` answers what the reader does: edit(), open(), up(), down(), remove(). Edits go into `layer` itself. */
  constructor(layer, on) {
    const id = uid("layer");
    this.layer = layer;
    this.title = button("", on.open, { class: "calc-name", "aria-expanded": "false", "aria-controls": id });
    this.#fields = KINDS[layer.kind].fields.map((field) => control(field, layer, on.edit));
    this.#up = button("Move up", on.up);
    this.#down = button("Move down", on.down);
    this.#head = el("tr", {}, el("th", { scope: "row" }, this.title), this.#cells, this.#trouble);
    this.#editor = el("tr", { id, class: "calc-editor", hidden: true }, el("td", { colspan: COLUMNS.length + 1 },
      this.#fields.length ? el("div", { class: "cd-controls" }, this.#fields.map(({ node }) => node)) : null,
      el("div", { class: "calc-steps" }, this.#steps),
      el("div", { class: "cd-controls" }, this.#up, this.#down, button("Remove", on.remove))));
    this.nodes = [this.#head, this.#editor];
  }

  /** Shows a result of `measure` at the layer's place, `index` out of `count`. */
  show(result, { index, count, precision }) {
    const { shape, problem } = result;
    this.#name(index);
    this.#head.classList.toggle("calc-unreached", !shape && !problem);
    this.#trouble.hidden = !problem;
    this.#trouble.textContent = problem ? `⚠ ${problem}` : "";
    const texts = shape ? numbers(result, precision) : COLUMNS.map(() => "–");
    this.#cells.forEach((cell, i) => {
      cell.hidden = Boolean(problem);
      cell.textContent = texts[i];
    });
    for (const { input } of this.#fields) input.setAttribute("aria-invalid", String(!input.checkValidity()));
    this.#steps.replaceChildren(...(shape ? explain(this.layer, result, precision).map(step) : []));
    this.#up.disabled = index === 0;
    this.#down.disabled = index === count - 1;
  }

  open(yes) {
    this.#editor.hidden = !yes;
    this.title.setAttribute("aria-expanded", String(yes));
    this.#head.classList.toggle("calc-open", yes);
  }

  focusFirst() {
    (this.#fields[0]?.input ?? this.title).focus();
  }

  /** Puts the focus back on the button that moved the row, or on its name where it cannot move on. */
  focusMove(step) {
    const pressed = step < 0 ? this.#up : this.#down;
    (pressed.disabled ? this.title : pressed).focus();
  }

  #name(index) {
    const [kind, settings] = describe(this.layer);
    this.title.replaceChildren(
      el("span", { class: "calc-place" }, String(index + 1)), " ",
      el("span", {}, el("strong", {}, kind), settings ? ` ${settings}` : ""));
  }
}

function control({ type, name, ...rest }, layer, edit) {
  const value = layer[name];
  const set = (next) => {
    layer[name] = next;
    edit();
  };
  if (type === "number") return number({ ...rest, value, oninput: set });
  if (type === "toggle") return toggle({ ...rest, value, onchange: set });
  const known = rest.options.some(([option]) => option === value);
  const options = known ? rest.options : [...rest.options, [value, String(value)]];
  const original = (text) => options.find(([option]) => String(option) === text)[0];
  return choice({ ...rest, options, value, onchange: (text) => set(original(text)) });
}

function numbers({ shape, parameters, multiplyAdds, values, field }, precision) {
  return [times(shape), exact(parameters), short(multiplyAdds), memory(values * BYTES[precision]), times(field)];
}

function step({ name, formula, numbers: worked }) {
  const texts = [el("span", { class: "calc-formula" }, inline(formula)), el("span", {}, inline(worked))];
  return el("div", {}, el("dt", {}, name), el("dd", {}, texts));
}
