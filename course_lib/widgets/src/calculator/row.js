// One layer of the table: a row with its numbers, and below it, when opened, an editor with the formulas.
import { button, choice, el, number, toggle, uid } from "../shared/dom.js";
import { inline } from "../shared/inline.js";
import { exact, memory, short } from "./format.js";
import { explain } from "./formulas.js";
import { describe, KINDS } from "./layers.js";
import { BYTES, times } from "./numerics.js";

const CONTROLS = { number, choice, toggle };
export const COLUMNS = [
  ["Output", ""], ["Parameters", ""], ["Multiply-adds", "calc-wide"], ["Memory", "calc-wide"], ["Receptive field", "calc-wide"],
];

/**
 * Builds a layer's view. `on` answers what the reader does: edit(), open(), up(), down(), remove().
 * Returns { layer, nodes, title, first, show(row, place), open(yes), ups } for the table.
 */
export function rowView(layer, on) {
  const id = uid("layer");
  const title = el("button", { type: "button", class: "calc-name", "aria-expanded": "false", "aria-controls": id, onclick: on.open });
  const cells = COLUMNS.map(([, style]) => el("td", { class: style }));
  const trouble = el("td", { colspan: COLUMNS.length, class: "calc-trouble" });
  const head = el("tr", {}, el("th", { scope: "row" }, title), cells, trouble);
  const fields = KINDS[layer.kind].fields.map((field) => control(field, layer, on.edit));
  const steps = el("dl");
  const up = button("Move up", on.up);
  const down = button("Move down", on.down);
  const editor = el("tr", { id, class: "calc-editor", hidden: true }, el("td", { colspan: COLUMNS.length + 1 },
    fields.length ? el("div", { class: "cd-controls" }, fields.map(({ node }) => node)) : null,
    el("div", { class: "calc-steps" }, steps),
    el("div", { class: "cd-controls" }, up, down, button("Remove", on.remove)),
  ));

  function show(row, { index, count, precision }) {
    name(title, layer, index);
    head.classList.toggle("calc-unreached", !row.shape && !row.problem);
    for (const cell of cells) cell.hidden = Boolean(row.problem);
    trouble.hidden = !row.problem;
    trouble.textContent = row.problem ? `⚠ ${row.problem}` : "";
    const texts = row.shape ? numbers(row, precision) : cells.map(() => "–");
    cells.forEach((cell, i) => { cell.textContent = texts[i]; });
    for (const { input } of fields) input.setAttribute("aria-invalid", String(!input.checkValidity()));
    steps.replaceChildren(...(row.shape ? explain(layer, row, precision) : []).map(step));
    up.disabled = index === 0;
    down.disabled = index === count - 1;
  }

  function open(yes) {
    editor.hidden = !yes;
    title.setAttribute("aria-expanded", String(yes));
    head.classList.toggle("calc-open", yes);
  }

  return { layer, nodes: [head, editor], title, first: fields[0]?.input ?? title, up, down, show, open };
}

function control({ type, name: key, ...rest }, layer, edit) {
  const value = layer[key];
  const set = (next) => {
    layer[key] = key === "padding" && next !== "same" ? Number(next) : next;
    edit();
  };
  if (type !== "choice") return CONTROLS[type]({ ...rest, value, oninput: set, onchange: set });
  const known = rest.options.some(([option]) => option === value);
  const options = known ? rest.options : [...rest.options, [value, String(value)]];
  return choice({ ...rest, options, value, onchange: set });
}

function name(title, layer, index) {
  const [kind, settings] = describe(layer);
  title.replaceChildren(
    el("span", { class: "calc-place" }, String(index + 1)), " ",
    el("span", {}, el("strong", {}, kind), settings ? ` ${settings}` : ""),
  );
}

function numbers({ shape, parameters, multiplyAdds, values, field }, precision) {
  return [times(shape), exact(parameters), short(multiplyAdds), memory(values * BYTES[precision]), times(field)];
}

function step({ name: term, formula, numbers: worked }) {
  return el("div", {}, el("dt", {}, term), el("dd", {}, el("span", { class: "calc-formula" }, inline(formula)), el("span", {}, inline(worked))));
}
