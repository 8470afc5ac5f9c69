// What each norm averages over: a block of values, the set that shares a mean lit, and what comes out.
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createBlock } from "./block.js";
import { fields } from "./fields.js";
import { createGrid } from "./grid.js";
import { CHANGE, NORMS, changes, indexOf, inputs, members, normalize } from "./numerics.js";
import { prompts } from "./prompts.js";
import { NAMES, chosen, consequence, reading, shares, summary } from "./words.js";

function create(store) {
  const choose = (place) => store.update(place);
  const get = () => store.state;
  const norm = createPanel(fields, ["norm", "groups", "times"], store);
  const place = createPanel(fields, ["example", "channel", "row", "column", "seed"], store);
  const verdict = el("p", { class: "cd-verdict" });
  const picture = createBlock("The block, N × C × (H, W)", choose);
  const before = createGrid("What goes in", get, choose);
  const after = createGrid("What comes out", get, choose);
  const table = createTable();
  const note = el("p", { class: "cd-note" },
    "Press a value, or focus a block of numbers and use the arrow keys (with Shift: a channel or an example at a time). Framed: what shares a mean with the chosen value. A marked corner: changed by the multiplication.");

  function draw(state, theme) {
    norm.draw(state);
    place.draw(state);
    const groups = Number(state.groups);
    const lit = members(indexOf(state), state.norm, groups);
    const [bright, x, changed] = [new Set(lit), inputs(state), changes(state)];
    const [first, rest] = chosen(state);
    verdict.replaceChildren(el("strong", {}, first), rest, ` ${consequence(state)}`);
    const set = `The set: ${shares(state, state.norm, groups)}.`;
    picture.draw({ lit, place: state, label: set }, theme);
    before.draw({ values: x, lit, place: state, plain: (k) => !bright.has(k), label: `Four examples of six channels with four values each. ${set}` }, theme);
    const out = normalize(x, state.norm, groups).values;
    after.draw({ values: out, lit, place: state, flagged: (k) => changed[k] > CHANGE, label: `The normalized values. ${consequence(state)}` }, theme);
    table.draw(state);
  }
  const grids = el("div", { class: "cd-columns" }, before.node, after.node);
  const rest = el("div", { class: "cd-columns" }, picture.node, block("The chosen value under each norm", table.node));
  return { nodes: [norm.node, verdict, grids, note, place.node, rest], draw, summary };
}

/** The chosen value under all four norms. */
function createTable() {
  const head = ["Norm", "Values", "Mean", "Dev.", "Becomes", "Before ×10"].map((text) => el("th", { scope: "col" }, text));
  const rows = NORMS.map((norm) => {
    const cells = Array.from({ length: 5 }, () => el("td"));
    return { norm, cells, node: el("tr", {}, el("th", { scope: "row" }, NAMES[norm]), cells) };
  });
  const node = el("div", { class: "cd-scroll" },
    el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map((row) => row.node))));
  const fixed = (value) => brief(Number(value.toFixed(3)));

  function draw(state) {
    for (const { norm, cells, node } of rows) {
      const { count, mean, deviation, normalized, before } = reading(state, norm);
      const texts = [String(count), fixed(mean), fixed(deviation), fixed(normalized), state.times === "nothing" ? "–" : fixed(before)];
      texts.forEach((text, i) => (cells[i].textContent = text));
      node.classList.toggle("cd-current", norm === state.norm);
    }
  }
  return { node, draw };
}

export default demo({ name: "normaxes", title: "Norm axes demo", fields, prompts, create });
