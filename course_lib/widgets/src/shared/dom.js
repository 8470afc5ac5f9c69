// The few pieces of page that every demo is made of.

/** Creates an element: `el("p", { class: "note" }, "text", child)`. Functions under `on…` become listeners. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

/** The frame of a demo: a labelled region whose keys stay inside (JupyterLab would take the arrow keys otherwise). */
export function frame(label, ...children) {
  const region = el("section", { class: "course-demo", "aria-label": label }, ...children);
  region.addEventListener("keydown", (event) => event.stopPropagation());
  return region;
}

let counter = 0;
export const uid = (prefix) => `${prefix}-${++counter}-${Math.random().toString(36).slice(2, 7)}`;

function field(label, control, ...rest) {
  control.id ||= uid("field");
  return el("div", { class: "cd-field" }, el("label", { for: control.id }, label), control, ...rest);
}

/** A labelled drop-down list. `options` is a list of [value, text]. */
export function choice({ label, options, value, onchange }) {
  const select = el("select", { onchange: () => onchange(select.value) },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  return { node: field(label, select), set: (next) => { select.value = next; }, input: select };
}

/** A labelled slider that shows its value. */
export function slider({ label, min, max, step = 1, value, format = String, oninput }) {
  const output = el("output", { "aria-live": "off" }, format(value)); // the slider itself says its value
  const input = el("input", { type: "range", min, max, step, value, oninput: () => {
    output.textContent = format(Number(input.value));
    oninput(Number(input.value));
  } });
  const set = (next) => { input.value = next; output.textContent = format(next); };
  return { node: field(label, input, output), set, input };
}

/** A labelled field for a number; `oninput` gets NaN while it holds none. */
export function number({ label, min, max, step = 1, value, oninput }) {
  const input = el("input", { type: "number", min, max, step, value, oninput: () => oninput(input.valueAsNumber) });
  return { node: field(label, input), set: (next) => { input.value = next; }, input };
}

/** A labelled tick box. */
export function toggle({ label, value, onchange }) {
  const input = el("input", { type: "checkbox", onchange: () => onchange(input.checked) });
  input.checked = value;
  return { node: el("label", { class: "cd-toggle" }, input, label), set: (next) => { input.checked = next; }, input };
}

export const button = (text, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, text);

/** True where the reader asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
