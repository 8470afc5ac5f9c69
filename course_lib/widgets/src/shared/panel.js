// Controls made from fields, and the traits that hold their values.
import { choice, el, slider, toggle } from "./dom.js";
import { brief } from "./numbers.js";

const LOG_STEPS = 100; // of a logarithmic slider from one end to the other

function logSlider({ label, min, max, format }, value, oninput) {
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const toValue = (position) => Number((10 ** (low + (position / LOG_STEPS) * (high - low))).toPrecision(3));
  const toPosition = (number) => (LOG_STEPS * (Math.log10(number) - low)) / (high - low);
  const control = slider({
    label, min: 0, max: LOG_STEPS, step: 1, value: toPosition(value),
    format: (position) => format(toValue(Number(position))),
    oninput: (position) => oninput(toValue(position)),
  });
  const output = control.node.querySelector("output");
  const set = (next) => {
    control.set(toPosition(next));
    output.textContent = format(next);
    control.input.setAttribute("aria-valuetext", format(next)); // the position says nothing to a listener
  };
  set(value);
  return { ...control, set };
}

function checkboxes({ label, options }, value, onchange) {
  const inputs = options.map(([key, text]) => [key, toggle({ label: text, value: value.includes(key), onchange: tell })]);
  function tell() {
    onchange(inputs.filter(([, { input }]) => input.checked).map(([key]) => key));
  }
  const node = el("fieldset", { class: "cd-some" }, el("legend", {}, label), inputs.map(([, control]) => control.node));
  return { node, set: (keys) => inputs.forEach(([key, control]) => control.set(keys.includes(key))) };
}

function make(field, value, change) {
  const { kind, label, options, min, max, step, log } = field;
  const format = field.format ?? brief;
  if (kind === "flag") return toggle({ label, value, onchange: change });
  if (kind === "oneOf") return choice({ label, options, value, onchange: change });
  if (kind === "someOf") return checkboxes(field, value, change);
  if (log) return logSlider({ ...field, format }, value, change);
  return slider({ label, min, max, step, value, format, oninput: change });
}

/** A control for each of the named fields: { node, draw(state), controls }. */
export function createPanel(fields, names, store) {
  const controls = Object.fromEntries(
    names.map((name) => [name, make(fields[name], store.state[name], (value) => store.update({ [name]: value }))]),
  );
  const node = el("div", { class: "cd-controls cd-panel" }, names.map((name) => controls[name].node));
  const draw = (state) => names.forEach((name) => controls[name].set(state[name]));
  return { node, draw, controls };
}
