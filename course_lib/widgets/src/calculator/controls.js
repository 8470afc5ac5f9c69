// What stands above the table: the network to start from, its input, the batch and the kind of numbers.
import { button, choice, el, number } from "../shared/dom.js";

const PRECISIONS = [["float32", "float32, 4 bytes"], ["float16", "float16, 2 bytes"]];

/**
 * Builds the controls of `net`, { input, batch, precision }, which they write to.
 * `on.change()` follows a change, `on.preset(name)` a choice of network. Returns { node, show() }.
 */
export function controls(net, { presets, preset }, on) {
  const set = (change) => (value) => {
    change(value);
    on.change();
  };
  const sizes = ["Channels", "Height", "Width"].map((label, i) =>
    number({ label, min: 1, value: 1, oninput: set((value) => { net.input[i] = value; }) }));
  const batch = number({ label: "Batch size", min: 1, value: 1, oninput: set((value) => { net.batch = value; }) });
  const precision = choice({ label: "Numbers", options: PRECISIONS, value: net.precision,
    onchange: set((value) => { net.precision = value; }) });
  const names = presets.map((name) => [name, name]);
  const network = choice({ label: "Network", options: names, value: preset, onchange: on.preset });
  const again = button("Start again", () => on.preset(network.input.value));

  function show() {
    [...net.input, net.batch].forEach((value, i) => {
      const { input } = [...sizes, batch][i];
      if (input.valueAsNumber !== value && Number.isFinite(value)) input.value = value;
      input.setAttribute("aria-invalid", String(!input.checkValidity()));
    });
  }

  const node = el("div", {},
    el("div", { class: "cd-controls" }, network.node, again),
    el("div", { class: "cd-controls calc-sizes" }, [...sizes, batch, precision].map((each) => each.node)));
  return { node, show };
}
