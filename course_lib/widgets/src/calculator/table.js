// The table of layers: keeps the rows in order and the focus where the reader left it.
import { button, choice, el } from "../shared/dom.js";
import { describe, KINDS } from "./layers.js";
import { times } from "./numerics.js";
import { COLUMNS, Row } from "./row.js";

const CAPTION = "Layers, for one image; open a layer to change it and to see its formulas";

export class LayerTable {
  #changed;
  #say;
  #rows = [];
  #opened = null;
  #body = el("tbody");
  #inputShape = el("td");
  #input = el("tr", { class: "calc-input" }, el("th", { scope: "row" }, "Input"), this.#inputShape,
    COLUMNS.slice(1).map(([, style]) => el("td", { class: style })));
  #kind = choice({
    label: "New layer",
    options: Object.entries(KINDS).map(([kind, { name }]) => [kind, name]),
    value: "conv",
    onchange: () => {},
  });
  #adder = button("", () => this.#add());

  /** `changed(index)` is called after each change, with the changed layer's place if one stays; `say(text)` announces. */
  constructor({ changed, say }) {
    this.#changed = changed;
    this.#say = say;
    const heads = [["Layer", ""], ...COLUMNS].map(([name, style]) => el("th", { scope: "col", class: style }, name));
    const caption = el("caption", { class: "cd-hidden" }, CAPTION);
    this.node = el("div", {},
      el("table", { class: "cd-table calc-table" }, caption, el("thead", {}, el("tr", {}, heads)), this.#body),
      el("div", { class: "cd-controls calc-add" }, this.#kind.node, this.#adder));
  }

  get layers() {
    return this.#rows.map(({ layer }) => ({ ...layer }));
  }

  load(layers) {
    this.#rows = layers.map((layer) => this.#row({ ...layer }));
    this.#body.replaceChildren(this.#input, ...this.#rows.flatMap(({ nodes }) => nodes));
    this.#open(null);
  }

  /** Shows the results of `measure` for an input. */
  show(input, results, precision) {
    this.#inputShape.textContent = times(input.map((length) => (Number.isNaN(length) ? "?" : length)));
    this.#rows.forEach((row, index) => row.show(results[index], { index, count: this.#rows.length, precision }));
  }

  #row(layer) {
    const row = new Row(layer, {
      edit: () => this.#changed(this.#rows.indexOf(row)),
      open: () => this.#open(this.#opened === row ? null : row),
      up: () => this.#move(row, -1),
      down: () => this.#move(row, 1),
      remove: () => this.#remove(row),
    });
    return row;
  }

  #open(row) {
    this.#opened?.open(false);
    this.#opened = row;
    row?.open(true);
    this.#label();
  }

  #label() {
    const place = this.#rows.indexOf(this.#opened) + 1;
    this.#adder.textContent = place ? `Add after layer ${place}` : "Add at the end";
  }

  #move(row, step) {
    const from = this.#rows.indexOf(row);
    const other = this.#rows[from + step];
    [this.#rows[from], this.#rows[from + step]] = [other, row];
    if (step < 0) other.nodes[0].before(...row.nodes);
    else other.nodes[1].after(...row.nodes);
    this.#changed();
    this.#label();
    row.focusMove(step);
    this.#say(`${describe(row.layer)[0]} is now layer ${from + step + 1} of ${this.#rows.length}.`);
  }

  #remove(row) {
    const index = this.#rows.indexOf(row);
    this.#rows.splice(index, 1);
    row.nodes.forEach((node) => node.remove());
    this.#open(null);
    this.#changed();
    const next = this.#rows[index] ?? this.#rows[index - 1];
    (next?.title ?? this.#adder).focus();
    this.#say(`${describe(row.layer)[0]} removed, ${this.#rows.length} layers left.`);
  }

  #add() {
    const index = this.#opened ? this.#rows.indexOf(this.#opened) + 1 : this.#rows.length;
    const kind = this.#kind.input.value;
    const row = this.#row({ kind, ...KINDS[kind].fresh });
    (this.#rows[index - 1]?.nodes[1] ?? this.#input).after(...row.nodes);
    this.#rows.splice(index, 0, row);
    this.#open(row);
    this.#changed(index);
    row.focusFirst();
  }
}
