// The shape calculator: a network of layers to edit, what each costs, and the whole as code.
import { el, frame } from "../shared/dom.js";
import { announcer } from "../shared/announcer.js";
import { codePanel } from "./code_panel.js";
import { controls } from "./controls.js";
import { measure, totals, troubles } from "./numerics.js";
import { aboutLayer, aboutNetwork, tiles } from "./summary.js";
import { LayerTable } from "./table.js";

const TRAITS = ["input_shape", "layers", "batch"];

class Calculator {
  #model;
  #saving = false;
  #net = { input: [], batch: 1, precision: "float32" };
  #voice = announcer();
  #table = new LayerTable({ changed: (index) => this.#changed(index), say: this.#voice.say });
  #code = codePanel();
  #totals = el("dl"); // without a class, which the book's theme would take for an API listing
  #trouble = el("p", { class: "calc-trouble" });
  #controls;

  constructor(model) {
    this.#model = model;
    const names = { presets: Object.keys(model.get("presets")), preset: model.get("preset") };
    this.#controls = controls(this.#net, names, { change: () => this.#changed(), preset: (name) => this.#preset(name) });
    this.node = frame("Shape calculator", this.#controls.node, this.#table.node, this.#trouble,
      el("div", { class: "calc-totals" }, this.#totals), this.#code.node, this.#voice.node);
    this.#load(this.#state());
  }

  /** Follows changes that come from Python; returns a function that stops it. */
  follow() {
    const load = () => this.#saving || this.#load(this.#state());
    const events = TRAITS.map((name) => `change:${name}`).join(" ");
    this.#model.on(events, load);
    return () => this.#model.off(events, load);
  }

  #state() {
    return Object.fromEntries(TRAITS.map((name) => [name, this.#model.get(name)]));
  }

  #load({ input_shape: input, layers, batch }) {
    Object.assign(this.#net, { input: [...input], batch });
    this.#table.load(layers);
    return this.#show();
  }

  #show() {
    const { layers } = this.#table;
    const rows = measure(this.#net.input, layers);
    this.#controls.show();
    this.#table.show(this.#net.input, rows, this.#net.precision);
    this.#code.show(this.#net.input, layers);
    this.#trouble.textContent = troubles(this.#net, rows).map((text) => `⚠ ${text}`).join(" ");
    this.#totals.replaceChildren(...tiles(totals(rows, this.#net), this.#net));
    return rows;
  }

  #changed(index) {
    const rows = this.#show();
    this.#save();
    const layer = index === undefined ? [] : [aboutLayer(this.#table.layers[index], index, rows[index])];
    this.#voice.later([...layer, aboutNetwork(this.#net, rows)].join(" "));
  }

  #preset(name) {
    const rows = this.#load(this.#model.get("presets")[name]);
    this.#model.set("preset", name);
    this.#save();
    this.#voice.say(`${name}: ${aboutNetwork(this.#net, rows)}`);
  }

  /** Hands the network to Python, where there is one, once no field is half written. */
  #save() {
    const { input, batch } = this.#net;
    const { layers } = this.#table;
    if ([batch, ...input, ...layers.flatMap(Object.values)].includes(NaN)) return;
    this.#saving = true;
    this.#model.set("input_shape", [...input]);
    this.#model.set("layers", layers);
    this.#model.set("batch", batch);
    this.#model.save_changes();
    this.#saving = false;
  }
}

function render({ model, el: root }) {
  const calculator = new Calculator(model);
  root.append(calculator.node);
  return calculator.follow();
}

export default { render };
