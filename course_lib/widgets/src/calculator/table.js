// The table of layers: keeps the rows' views in order and the focus where the reader left it.
import { button, choice, el } from "../shared/dom.js";
import { describe, KINDS } from "./layers.js";
import { times } from "./numerics.js";
import { COLUMNS, rowView } from "./row.js";

/**
 * Builds the table. `changed(view)` is called after each change, with the changed row's view where there is one;
 * `say(text)` announces. Returns { node, load(layers), layers(), show(input, rows, precision) }.
 */
export function layerTable({ changed, say }) {
  const body = el("tbody");
  const shape = el("td");
  const start = el("tr", { class: "calc-input" }, el("th", { scope: "row" }, "Input"), shape,
    COLUMNS.slice(1).map(([, style]) => el("td", { class: style })));
  let views = [];
  let opened = null;

  function view(layer) {
    const made = rowView(layer, {
      edit: () => changed(made),
      open: () => open(opened === made ? null : made),
      up: () => move(made, -1, made.up),
      down: () => move(made, 1, made.down),
      remove: () => remove(made),
    });
    return made;
  }

  function open(next) {
    opened?.open(false);
    opened = next;
    opened?.open(true);
    label();
  }

  function move(made, step, pressed) {
    const from = views.indexOf(made);
    const other = views[from + step];
    [views[from], views[from + step]] = [other, made];
    if (step < 0) other.nodes[0].before(...made.nodes);
    else other.nodes[1].after(...made.nodes);
    changed();
    label();
    (pressed.disabled ? made.title : pressed).focus();
    say(`${describe(made.layer)[0]} is now layer ${from + step + 1} of ${views.length}.`);
  }

  function remove(made) {
    const index = views.indexOf(made);
    views.splice(index, 1);
    made.nodes.forEach((node) => node.remove());
    open(null);
    changed();
    (views[index] ?? views[index - 1])?.title.focus();
    if (!views.length) adder.focus();
    say(`${describe(made.layer)[0]} removed, ${views.length} layers left.`);
  }

  function add() {
    const index = opened ? views.indexOf(opened) + 1 : views.length;
    const made = view({ kind: kind.input.value, ...KINDS[kind.input.value].fresh });
    (views[index - 1]?.nodes[1] ?? start).after(...made.nodes);
    views.splice(index, 0, made);
    open(made);
    changed(made);
    made.first.focus();
  }

  const kind = choice({ label: "New layer", options: Object.entries(KINDS).map(([key, { name }]) => [key, name]), value: "conv", onchange: () => {} });
  const adder = button("", add);
  const label = () => {
    adder.textContent = opened ? `Add after layer ${views.indexOf(opened) + 1}` : "Add at the end";
  };

  function load(layers) {
    views = layers.map((layer) => view({ ...layer }));
    body.replaceChildren(start, ...views.flatMap(({ nodes }) => nodes));
    open(null);
  }

  function show(input, rows, precision) {
    shape.textContent = times(input.map((length) => (Number.isNaN(length) ? "?" : length)));
    views.forEach((each, index) => each.show(rows[index], { index, count: views.length, precision }));
  }

  const heads = [["Layer", ""], ...COLUMNS].map(([name, style]) => el("th", { scope: "col", class: style }, name));
  const caption = el("caption", { class: "cd-hidden" }, "Layers, for one image; open a layer to change it and to see its formulas");
  const node = el("div", {},
    el("table", { class: "cd-table calc-table" }, caption, el("thead", {}, el("tr", {}, heads)), body),
    el("div", { class: "cd-controls calc-add" }, kind.node, adder));
  return { node, load, layers: () => views.map(({ layer }) => ({ ...layer })), place: (made) => views.indexOf(made), show };
}
