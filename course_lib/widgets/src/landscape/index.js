// Recorded loss surfaces of networks with and without skip connections: turned, walked on and cut.
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { createMap } from "../shared/map.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlot } from "../shared/plot.js";
import { extent } from "../shared/scale.js";
import { createView } from "../shared/surface3d.js";
import { fields } from "./fields.js";
import { HALF, at, cut, describe, grids, heightOf, lossAt, way } from "./numerics.js";
import { prompts } from "./prompts.js";

const KINDS = [
  { key: "plain", name: "without skips", title: "Without skip connections", color: "vermillion", dash: "9 4", marker: "square" },
  { key: "skips", name: "with skips", title: "With skip connections", color: "blue", dash: null, marker: "circle" },
];
const DOMAIN = [[-1, 1], [-1, 1]];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const LEVEL = 1;
const count = (found) => `${found} ${found === 1 ? "dip" : "dips"}`;
const range = ({ low, high }) => `${brief(low)} to ${brief(high)}`;
const percent = (share) => `${brief(100 * share)}%`;

function create(store, model) {
  const recorded = model.get("recorded");
  const networks = ({ depth }) => KINDS.map((kind) => ({ ...kind, ...recorded[`${kind.key}-${depth}`] }));
  const known = {};
  const gridsOf = (state) => (known[`${state.depth} ${state.log} ${state.same}`] ??= grids(networks(state).map(({ square }) => square), state));
  const walk = walking(store);

  const choice = createPanel(fields, ["depth", "log", "same"], store);
  const turning = createPanel(fields, ["azimuth", "tilt"], store);
  const point = createPanel(fields, ["a", "b"], store);
  const verdict = el("p", { class: "cd-verdict" });
  const views = KINDS.map(({ title }) => createView(title, walk.turn));
  const maps = KINDS.map(({ name }) => createMap(`From above, ${name}`, { onpoint: walk.point, onkey: walk.key }));
  const plots = [createPlot("Cut along d₁ through the point"), createPlot("From the first weights to the last, and as far again")];
  const table = createTable();
  const note = el("p", { class: "cd-note" }, "The trained weights are in the middle; darker is higher. d₁ runs across, d₂ up. Drag the point on a map, or focus a map and use the arrow keys (with Shift: three steps).");

  function draw(state, theme) {
    for (const panel of [choice, turning, point]) panel.draw(state);
    const shown = networks(state);
    verdict.replaceChildren(el("strong", {}, `${state.depth} convolutions. `), where(state, shown));
    gridsOf(state).forEach((grid, i) => {
      views[i].draw(viewSpec(state, shown[i], grid), theme);
      maps[i].draw(mapSpec(state, shown[i], grid), theme);
    });
    plots[0].draw(plotSpec(state, shown, ({ square }) => cut(square, state.b), { min: -1, max: 1, label: "a" }, [{ x: at(state.a) }]), theme);
    plots[1].draw(plotSpec(state, shown, ({ line }) => way(line), { min: 0, max: 2, label: "0: first weights, 1: trained weights" }, [{ x: 1 }]), theme);
    table.draw(state, shown);
  }
  const columns = (parts) => el("div", { class: "cd-columns" }, parts.map(({ node }) => node));
  return {
    nodes: [choice.node, verdict, columns(views), turning.node, columns(maps), note, point.node, columns(plots), block("In numbers", table.node)],
    draw,
    summary: (state) => `${state.depth} convolutions. ${where(state, networks(state))}`,
  };
}

/** What moves the point and turns the surfaces. */
function walking(store) {
  const index = (value) => Math.round(value * HALF);
  const key = (event) => {
    const direction = KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const far = event.shiftKey ? 3 : 1;
    store.update(({ a, b }) => ({ a: a + far * direction[0], b: b + far * direction[1] }));
  };
  const point = (x, y) => store.update({ a: index(x), b: index(y) });
  const turn = (across, up) =>
    store.update(({ azimuth, tilt }) => ({ azimuth: ((azimuth - across + 540) % 360) - 180, tilt: tilt + up }), { quiet: true });
  return { key, point, turn };
}

const place = ({ a, b }) => (a === 0 && b === 0 ? "At the trained weights" : `At a = ${brief(at(a), 2)}, b = ${brief(at(b), 2)}`);

function where(state, shown) {
  const losses = shown.map(({ square, name }) => `${brief(lossAt(square, state.a, state.b))} ${name}`);
  return `${place(state)} the loss is ${losses.join(", ")}.`;
}

function viewSpec({ a, b, azimuth, tilt, log, depth }, { square, name }, grid) {
  const height = (2 * (heightOf(lossAt(square, a, b), log) - grid.low)) / (grid.high - grid.low || 1) - 1;
  const { dips, share } = describe(square, LEVEL);
  const label = `Loss surface of ${depth} convolutions ${name}, turned by ${Math.round(azimuth)} degrees: ${count(dips)}, loss below ${LEVEL} on ${percent(share)} of the square.`;
  return { grid, azimuth, tilt, label, marks: [{ at: [at(a), at(b), height], color: "purple" }] };
}

function mapSpec({ a, b }, { square, name }, grid) {
  const [x, y] = [at(a), at(b)];
  return {
    grid,
    domain: DOMAIN,
    label: `${place({ a, b })}: loss ${brief(lossAt(square, a, b))} ${name}.`,
    crosses: [[0, 0]],
    paths: [{ points: [[-1, y], [1, y]], color: "purple", dash: "3 4" }],
    marks: [{ at: [x, y], color: "purple", shape: "circle" }],
  };
}

function plotSpec({ log }, shown, pointsOf, x, rules) {
  const series = shown.map((network) => ({ ...network, points: pointsOf(network) })).map(({ name, color, dash, marker, points }) => ({ name, color, dash, marker, points }));
  const ends = series.map(({ name, points }) => `${name} from ${brief(points[0][1])} over ${brief(points[HALF][1])} to ${brief(points.at(-1)[1])}`);
  return {
    label: `Loss ${ends.join("; ")}.`,
    x,
    y: { ...extent(series.flatMap(({ points }) => points.map(([, loss]) => loss)), { log }), label: "loss" },
    rules,
    series,
  };
}

/** Both networks in numbers. */
function createTable() {
  const rows = [
    ["Loss at the point", ({ square }, { a, b }) => brief(lossAt(square, a, b))],
    ["Lowest and highest loss", ({ square }) => range(describe(square, LEVEL))],
    [`Share of the square with a loss below ${LEVEL}`, ({ square }) => percent(describe(square, LEVEL).share)],
    ["Dips: places lower than all around them", ({ square }) => String(describe(square, LEVEL).dips)],
    ["Accuracy, training and validation", ({ accuracy, validation }) => `${percent(accuracy)}, ${percent(validation)}`],
  ].map(([name, text]) => ({ text, cells: KINDS.map(() => el("td")), name }));
  const head = ["", ...KINDS.map(({ name }) => name)].map((text) => (text ? el("th", { scope: "col" }, text) : el("td")));
  const body = rows.map(({ name, cells }) => el("tr", {}, el("th", { scope: "row" }, name), cells));
  const node = el("div", { class: "cd-scroll" }, el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
  const draw = (state, shown) => rows.forEach(({ text, cells }) => cells.forEach((cell, i) => (cell.textContent = text(shown[i], state))));
  return { node, draw };
}

export default demo({ name: "landscape", title: "Loss landscape demo", fields, prompts, create });
