// The shape calculator: a network of layers to edit, what each costs, and the whole as code.
import { el, frame } from "../shared/dom.js";
import { codePanel } from "./code_panel.js";
import { controls } from "./controls.js";
import { exact, memory, words } from "./format.js";
import { describe } from "./layers.js";
import { isCount, measure, times, totals, troubles } from "./numerics.js";
import { layerTable } from "./table.js";

const PAUSE = 500; // milliseconds without a change before the new numbers are announced

function render({ model, el: root }) {
  const presets = model.get("presets");
  const net = { input: [], batch: 1, precision: "float32" };
  const { node: status, say, later } = announcer();
  const table = layerTable({ changed, say });
  const panel = codePanel();
  const top = controls(net, { presets: Object.keys(presets), preset: model.get("preset") }, { change: () => changed(), preset });
  const sums = el("dl"); // without a class, which the book's theme would take for an API listing
  const trouble = el("p", { class: "calc-trouble" });
  let saving = false;

  function load({ input_shape: input, layers, batch }) {
    Object.assign(net, { input: [...input], batch });
    table.load(layers);
    return show();
  }

  function show() {
    const layers = table.layers();
    const rows = measure(net.input, layers);
    top.show();
    table.show(net.input, rows, net.precision);
    panel.show(net.input, layers);
    trouble.textContent = troubles(net, rows).map((text) => `⚠ ${text}`).join(" ");
    sums.replaceChildren(...summary(totals(rows, net), net));
    return rows;
  }

  function changed(view) {
    const rows = show();
    save();
    later(() => [view ? about(view.layer, table.place(view), rows) : "", sentence(net, rows)].join(" "));
  }

  function preset(name) {
    const rows = load(presets[name]);
    model.set("preset", name);
    save();
    say(`${name}: ${sentence(net, rows)}`);
  }

  function save() {
    saving = true;
    model.set("input_shape", [...net.input]);
    model.set("layers", table.layers());
    model.set("batch", net.batch);
    model.save_changes();
    saving = false;
  }

  const state = () => ({ input_shape: model.get("input_shape"), layers: model.get("layers"), batch: model.get("batch") });
  const follow = () => saving || load(state());
  const watched = "change:input_shape change:layers change:batch";
  load(state());
  model.on(watched, follow);
  root.append(frame("Shape calculator", top.node, table.node, trouble, el("div", { class: "calc-totals" }, sums), panel.node, status));
  return () => model.off(watched, follow);
}

/** A polite live region; `later` waits for a pause, so that not each key speaks. */
function announcer() {
  const node = el("p", { role: "status", class: "cd-hidden" });
  let waiting;
  const say = (text) => {
    clearTimeout(waiting);
    node.textContent = text;
  };
  const later = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => say(text()), PAUSE);
  };
  return { node, say, later };
}

function about(layer, index, rows) {
  const { shape, parameters, problem } = rows[index];
  const place = `Layer ${index + 1}, ${describe(layer).filter(Boolean).join(" ")}`;
  return shape ? `${place}: ${times(shape)}, ${exact(parameters)} parameters.` : `${place}: ${problem ?? "not reached."}`;
}

function sentence(net, rows) {
  const { parameters, multiplyAdds, activations } = totals(rows, net);
  const sums = `In all ${exact(parameters)} parameters, ${words(multiplyAdds)} multiply-adds and ${memory(activations)} `
    + "of layer outputs for one image.";
  return troubles(net, rows).join(" ") || sums;
}

function summary(sums, { batch }) {
  const images = isCount(batch) ? `a batch of ${exact(batch)}` : "a batch";
  const amount = (bytes) => (Number.isFinite(bytes) && isCount(batch) ? memory(bytes) : "–");
  return [
    ["Parameters", exact(sums.parameters), `${memory(sums.weights)} of weights`],
    ["Multiply-adds", words(sums.multiplyAdds), "for one image, in convolutions and dense layers"],
    ["Layer outputs", memory(sums.activations), "for one image, all kept"],
    ["Prediction", amount(sums.predict), `for ${images}: weights and the largest pair of neighboring outputs`],
    ["Training", amount(sums.train), `for ${images}: weights, gradients and all outputs kept for the backward pass`],
  ].map(([name, value, note]) => el("div", {}, el("dt", {}, name), el("dd", {}, el("strong", {}, value), el("span", {}, note))));
}

export default { render };
