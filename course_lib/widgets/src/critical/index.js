// Critical points: walk on a surface and see gradient, Hessian, eigenvectors and what kind of point it is.
import { block, demo } from "../shared/demo.js";
import { button, choice, el } from "../shared/dom.js";
import { createMap, mapLegend } from "../shared/map.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlot } from "../shared/plot.js";
import { extent } from "../shared/scale.js";
import { createView } from "../shared/surface3d.js";
import { SURFACES, heights, nearest, newtonStep } from "../shared/surfaces.js";
import { choose, fields } from "./fields.js";
import { inBox, look, reach, slice } from "./numerics.js";
import { prompts } from "./prompts.js";
import { pair, summary, verdict } from "./words.js";

const GRID = { map: 61, view: 27 }; // points to a side; each cell of the view is drawn anew whenever it turns
const KEY_STEP = 0.05;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const DIRECTIONS = [{ name: "along v₁", color: "vermillion" }, { name: "along v₂", color: "green" }];

const grids = {};
const gridOf = (name, kind) => (grids[`${name} ${kind}`] ??= heights(SURFACES[name], GRID[kind]));

/** Keeps the point on the surface's domain; a surface chosen without a point starts at its own. */
function settle(state, patch) {
  const { domain, start } = SURFACES[state.surface];
  const [[x0, x1], [y0, y1]] = domain;
  const inside = (value, low, high) => Math.min(high, Math.max(low, value));
  const [x, y] = patch.surface && !("x" in patch) ? start : [state.x, state.y];
  return { ...state, x: inside(x, x0, x1), y: inside(y, y0, y1) };
}

function create(store) {
  const surface = choice({ label: "Surface", options: fields.surface.options, value: store.state.surface, onchange: (name) => store.update(choose(name)) });
  const panel = createPanel(fields, ["x", "y", "rate"], store);
  const turning = createPanel(fields, ["azimuth", "tilt", "model"], store);
  panel.node.prepend(surface.node);
  const walk = createWalk(store);
  const map = createMap("From above", { onpoint: (x, y) => store.update({ x, y }), onkey: (event) => walk.key(event) });
  const view = createView("In three dimensions", (across, up) =>
    store.update(({ azimuth, tilt }) => ({ azimuth: ((azimuth - across + 540) % 360) - 180, tilt: tilt + up }), { quiet: true }));
  const slices = createPlot("Cut along the eigenvectors");
  const readout = createReadout();
  const columns = el("div", { class: "cd-columns" }, map.node, view.node, slices.node, block("At this point", readout.node));
  const legend = mapLegend([
    { color: "purple", shape: "circle", text: "you" },
    { color: "purple", text: "−∇f, downhill" },
    { color: "vermillion", text: "v₁, smaller eigenvalue" },
    { color: "green", text: "v₂, larger eigenvalue", dash: "7 4" },
  ]);
  map.node.append(legend, el("p", { class: "cd-note" }, "Darker is higher; crosses are critical points. Drag the point, or focus the map and use the arrow keys (with Shift: ten times as far). A walk stops at the edge."));
  view.node.append(turning.node);

  function draw(state, theme) {
    surface.set(state.surface);
    const { domain } = SURFACES[state.surface];
    [panel.controls.x, panel.controls.y].forEach(({ input }, i) => [input.min, input.max] = domain[i]);
    panel.draw(state);
    turning.draw(state);
    const point = look(state);
    readout.draw(point);
    walk.draw(point);
    map.draw(mapSpec(point, gridOf(state.surface, "map")), theme);
    view.draw(viewSpec(point, gridOf(state.surface, "view"), state), theme);
    slices.draw(sliceSpec(point), theme);
  }
  return { nodes: [readout.verdict, panel.node, walk.node, columns], draw, summary: (state) => summary(look(state)) };
}

/** The buttons that move the point, and the arrow keys on the map. */
function createWalk(store) {
  const here = () => look(store.state);
  const go = (step) => step && store.update(({ x, y }) => ({ x: x + step[0], y: y + step[1] }));
  const down = button("Downhill step", () => go(here().gradient.map((g) => -store.state.rate * g)), { class: "cd-primary" });
  const newton = button("Newton step", () => go(newtonStep(here().surface, store.state.x, store.state.y)));
  const jump = button("To the nearest critical point", () => {
    const [x, y] = nearest(here().surface, store.state.x, store.state.y);
    store.update({ x, y });
  });
  const node = el("div", { class: "cd-controls cd-buttons" }, down, newton, jump);

  function key(event) {
    const direction = KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const far = KEY_STEP * (event.shiftKey ? 10 : 1);
    const snap = (value) => Number((Math.round(value / KEY_STEP) * KEY_STEP).toFixed(6));
    store.update(({ x, y }) => ({ x: snap(x + far * direction[0]), y: snap(y + far * direction[1]) }));
  }
  const draw = ({ surface, x, y }) => newton.setAttribute("aria-disabled", String(!newtonStep(surface, x, y)));
  return { node, key, draw };
}

function createReadout() {
  const box = el("p", { class: "cd-verdict" });
  const cells = Object.fromEntries(["f", "gradient", "slope", "hessian", "first", "second"].map((key) => [key, el("td")]));
  const row = (name, key) => el("tr", {}, el("th", { scope: "row" }, name), cells[key]);
  const table = el("table", { class: "cd-table" }, el("tbody", {}, row("Formula and height f", "f"), row("Gradient ∇f", "gradient"),
    row("Its length ‖∇f‖", "slope"), row("Hessian H, row by row", "hessian"), row("λ₁, along v₁", "first"), row("λ₂, along v₂", "second")));

  function draw(point) {
    const [a, b, d] = point.hessian;
    const [name, why] = verdict(point);
    box.replaceChildren(el("strong", {}, `${name}. `), why);
    box.dataset.kind = point.kind;
    cells.f.textContent = `${point.surface.formula} = ${brief(point.f)}`;
    cells.gradient.textContent = pair(point.gradient);
    cells.slope.textContent = brief(point.slope);
    cells.hessian.textContent = `${pair([a, b])}; ${pair([b, d])}`;
    [cells.first, cells.second].forEach((cell, i) => (cell.textContent = `${brief(point.values[i])} along ${pair(point.vectors[i])}`));
  }
  return { node: el("div", { class: "cd-scroll" }, table), verdict: box, draw };
}

/** Half an eigenvector's line through a point, to one side or the other. */
const along = ({ x, y }, [u, v], t) => [x + t * u, y + t * v];

/** The arrow downhill: long where the surface is steep, but never out of the picture. */
const downhill = (point) => point.gradient.map((g) => (-g / (point.slope || 1)) * reach(point) * (point.slope / (point.slope + 1)) * (point.surface.log ? 2.5 : 1));

function mapSpec(point, grid) {
  const { surface, x, y, vectors } = point;
  const far = reach(point) * (surface.log ? 2 : 1);
  const [dx, dy] = downhill(point);
  return {
    grid,
    domain: surface.domain,
    label: summary(point),
    crosses: surface.points,
    paths: vectors.map((v, i) => ({ points: [along(point, v, -far), along(point, v, far)], color: DIRECTIONS[i].color, dash: i ? "7 4" : null })),
    arrows: [{ from: [x, y], to: [x + dx, y + dy], color: "purple" }],
    marks: [{ at: [x, y], color: "purple", shape: "circle" }],
  };
}

function viewSpec(point, grid, { azimuth, tilt, model }) {
  const { surface, x, y, vectors } = point;
  const place = (x, y, z) => inBox(surface, grid, x, y, z);
  const inside = ([u, v, w]) => Math.abs(u) <= 1 && Math.abs(v) <= 1 && Math.abs(w) <= 1.6;
  const curves = vectors.flatMap((direction, i) => {
    const cut = slice(point, direction);
    const curve = (key) => cut.map((step) => place(...along(point, direction, step.t), step[key])).filter(inside);
    const { color } = DIRECTIONS[i];
    const lines = [{ points: curve("f"), color }];
    return model ? [...lines, { points: curve("model"), color, width: 2, dash: [3, 4] }] : lines;
  });
  const [dx, dy] = downhill(point);
  const arrow = { points: [0, 0.5, 1].map((t) => place(x + t * dx, y + t * dy)).filter(inside), color: "purple" };
  const label = `The surface ${surface.title}, turned by ${Math.round(azimuth)} degrees. ${summary(point)}`;
  return { grid, azimuth, tilt, label, lines: [...curves, arrow], marks: [{ at: place(x, y), color: "purple" }] };
}

function sliceSpec(point) {
  const cuts = point.vectors.map((direction) => slice(point, direction));
  const far = reach(point);
  const series = cuts.flatMap((cut, i) => {
    const { name, color } = DIRECTIONS[i];
    const line = (key) => cut.map((step) => [step.t, step[key]]);
    return [
      { name: `f ${name}`, color, points: line("f"), marker: i ? "square" : "circle" },
      { name: `its quadratic model`, color, dash: "3 4", points: line("model") },
    ];
  });
  const values = cuts.flat().flatMap(({ f, model }) => [f, model]);
  const bends = point.values.map((value, i) => `${DIRECTIONS[i].name} the curvature is ${brief(value)}`);
  return {
    label: `Through the point, ${bends.join(", ")}.`,
    x: { min: -far, max: far, label: "distance from the point" },
    y: { ...extent(values), label: "f" },
    rules: [{ x: 0 }],
    series,
  };
}

export default demo({ name: "critical", title: "Critical points demo", fields, prompts, create, settle });
