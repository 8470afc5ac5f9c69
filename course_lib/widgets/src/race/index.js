// Optimizer race: several update rules from one start, on ravines, saddles and valleys.
import { demo } from "../shared/demo.js";
import { choice, el } from "../shared/dom.js";
import { createMap } from "../shared/map.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlayer } from "../shared/player.js";
import { createPlot } from "../shared/plot.js";
import { SURFACES, heights } from "../shared/surfaces.js";
import { marker, svg } from "../shared/svg.js";
import { RACERS, STEPS, choose, fields } from "./fields.js";
import { race, standing } from "./numerics.js";
import { prompts } from "./prompts.js";

const GRID = 61;
const RATE = 12; // steps a second
const FLOOR = 1e-8; // of logarithmic heights

const grids = {};
const gridOf = (name) => (grids[name] ??= heights(SURFACES[name], GRID));

/** A set-up that differs in more than the step starts anew; a surface chosen without a start gets its own. */
function settle(state, patch) {
  const { domain, start } = SURFACES[state.surface];
  const [x, y] = patch.surface && !("x" in patch) ? start : [state.x, state.y];
  const inside = (value, [low, high]) => Math.min(high, Math.max(low, value));
  return { ...state, x: inside(x, domain[0]), y: inside(y, domain[1]) };
}

/** The paths of a state, worked out again only when they may be others. */
function createPaths() {
  let known = "";
  let paths = {};
  return ({ step, ...setup }) => {
    const key = JSON.stringify(setup);
    if (key !== known) paths = race(setup, STEPS);
    known = key;
    return paths;
  };
}

function create(store) {
  const pathsOf = createPaths();
  const surface = choice({ label: "Surface", options: fields.surface.options, value: store.state.surface, onchange: (name) => store.update(choose(name)) });
  const panel = createPanel(fields, ["x", "y", "noise", "seed"], store);
  panel.node.prepend(surface.node);
  const player = createPlayer({ name: "step", last: () => STEPS, rate: RATE, get: () => store.state.step, onstep: (step) => store.update({ step }) });
  const map = createMap("From above", { onpoint: (x, y) => store.update({ x, y }) });
  map.node.append(el("p", { class: "cd-note" }, "Press on the map to choose a start. Darker is higher; crosses are flat points: minima or saddles."));
  const plot = createPlot("Height after each step", 260);
  const table = createTable(store);

  function draw(state, theme) {
    const paths = pathsOf(state);
    surface.set(state.surface);
    [panel.controls.x, panel.controls.y].forEach(({ input }, i) => [input.min, input.max] = SURFACES[state.surface].domain[i]);
    panel.draw(state);
    panel.controls.seed.node.hidden = state.noise === 0;
    player.draw(state.step);
    table.draw(state, paths);
    map.draw(mapSpec(state, paths), theme);
    plot.draw(plotSpec(state, paths), theme);
  }
  const columns = el("div", { class: "cd-columns" }, map.node, plot.node);
  const note = el("p", { class: "cd-note" },
    "Momentum and Nesterov keep 0.9 of their velocity, RMSProp 0.9 of its mean of squares, Adam 0.9 and 0.999. All see the same noise. Where heights are drawn by powers of ten, those below 10⁻⁸ are at the bottom.");
  return {
    nodes: [panel.node, table.node, player.node, columns, note],
    draw,
    summary: (state) => summary(state, pathsOf(state)),
    stop: player.stop,
  };
}

/** Who races, at which learning rate, and where each stands. */
function createTable(store) {
  const rows = RACERS.map((racer) => createRow(racer, store));
  const head = ["Racer", "Learning rate", "Height f"].map((text) => el("th", { scope: "col" }, text));
  const table = el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map(({ node }) => node)));
  const draw = (state, paths) => rows.forEach((row) => row.draw(state, paths));
  return { node: el("div", { class: "cd-scroll" }, table), draw };
}

function createRow({ key, name, color: hue, shape }, store) {
  const tick = el("input", { type: "checkbox", onchange: () => store.update(({ racers }) => ({ racers: tick.checked ? [...racers, key] : racers.filter((other) => other !== key) })) });
  const sign = svg("svg", { width: 14, height: 12, "aria-hidden": "true" }, marker(shape, hue, 7, 6, 1.1));
  const panel = createPanel(fields, [`rate_${key}`], store);
  const height = el("td");
  const node = el("tr", {}, el("th", { scope: "row" }, el("label", { class: "cd-toggle" }, tick, sign, name)), el("td", {}, panel.node), height);

  function draw(state, paths) {
    tick.checked = state.racers.includes(key);
    node.dataset.racing = String(tick.checked);
    panel.draw(state);
    height.textContent = paths[key] ? written(standing(state.surface, paths[key], state.step)) : "";
  }
  return { node, draw };
}

const written = ({ f, gone }) => (gone === null ? brief(f) : `off the map after step ${gone}`);

const racing = ({ racers }) => RACERS.filter(({ key }) => racers.includes(key));

function summary(state, paths) {
  const places = racing(state).map(({ key, name }) => `${name} ${written(standing(state.surface, paths[key], state.step))}`);
  return `${SURFACES[state.surface].title}, step ${state.step}: ${places.join(", ") || "nobody races"}.`;
}

function mapSpec(state, paths) {
  const surface = SURFACES[state.surface];
  const shown = racing(state).map(({ key, color, shape, dash }) => ({ path: paths[key].slice(0, state.step + 1), color, shape, dash }));
  return {
    grid: gridOf(state.surface),
    domain: surface.domain,
    label: summary(state, paths),
    crosses: surface.points,
    paths: shown.map(({ path, color, dash }) => ({ points: path.map(({ at }) => at), color, dash })),
    marks: [{ at: [state.x, state.y], color: "text", shape: "circle", text: "start" }, ...shown.map(({ path, color, shape }) => ({ at: path.at(-1).at, color, shape }))],
  };
}

function plotSpec(state, paths) {
  const surface = SURFACES[state.surface];
  const bounded = !["saddle", "monkey"].includes(state.surface);
  const start = surface.f(state.x, state.y);
  const most = Math.max(Math.abs(start), 1);
  const tops = racing(state).flatMap(({ key }) => paths[key].map(({ f }) => f)).filter((f) => f <= 100 * most);
  const high = 10 ** Math.ceil(Math.log10(Math.max(...tops, most)));
  return {
    label: summary(state, paths),
    x: { min: 0, max: STEPS, whole: true, label: "step" },
    y: bounded ? { min: FLOOR, max: high, log: true, label: "f" } : { min: -2 * most - 1, max: 2 * most, label: "f" },
    rules: [{ x: state.step }],
    series: racing(state).map(({ key, name, color, dash, shape }) => ({
      name, color, dash, marker: shape,
      points: paths[key].slice(0, state.step + 1).map(({ f }, i) => [i, bounded ? Math.max(f, FLOOR) : f]),
    })),
  };
}

export default demo({ name: "race", title: "Optimizer race", fields, prompts, create, settle });
