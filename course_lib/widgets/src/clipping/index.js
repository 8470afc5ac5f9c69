// Clipping: a gradient by value and by norm, and what it means for a step at a cliff.
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { createMap, mapLegend } from "../shared/map.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlayer } from "../shared/player.js";
import { createPlot } from "../shared/plot.js";
import { axis } from "../shared/scale.js";
import { color, svg } from "../shared/svg.js";
import { STEPS, fields } from "./fields.js";
import { DOMAIN, METHODS, angle, descend, lossGrid } from "./numerics.js";
import { prompts } from "./prompts.js";

const WAYS = [
  { key: "none", name: "not clipped", color: "text", shape: "circle" },
  { key: "value", name: "by value", color: "vermillion", shape: "square", dash: "9 4" },
  { key: "norm", name: "by norm", color: "blue", shape: "up", dash: "2 4" },
];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const grid = lossGrid(121);
const pair = ([a, b], digits = 7) => `(${brief(a, digits)}, ${brief(b, digits)})`;
const clipped = ({ g1, g2, threshold }) => WAYS.map((way) => ({ ...way, gradient: METHODS[way.key]([g1, g2], threshold) }));
const pathsOf = ({ w, b, rate, threshold }) => WAYS.map((way) => ({ ...way, path: descend(way.key, [w, b], rate, threshold, STEPS) }));

function create(store) {
  const arrow = createArrow(store);
  const cliff = createCliff(store);
  function draw(state, theme) {
    arrow.draw(state, theme);
    cliff.draw(state, theme);
  }
  return { nodes: [arrow.node, cliff.node], draw, summary, stop: cliff.stop };
}

/** The half of the side of the plane of gradients. */
const reach = ({ g1, g2, threshold, zoom }) => (zoom ? 2.2 * threshold : 1.15 * Math.max(Math.abs(g1), Math.abs(g2), 1.3 * threshold));

/** A gradient to drag, and what clipping makes of it. */
function createArrow(store) {
  const panel = createPanel(fields, ["g1", "g2", "threshold", "zoom"], store);
  const plane = createMap("The gradient, clipped", {
    onpoint: (g1, g2) => store.update({ g1, g2 }),
    onkey: (event) => {
      const direction = KEYS[event.key];
      if (!direction) return;
      event.preventDefault();
      const far = (reach(store.state) / 20) * (event.shiftKey ? 5 : 1);
      store.update(({ g1, g2 }) => ({ g1: g1 + far * direction[0], g2: g2 + far * direction[1] }));
    },
  });
  plane.node.append(
    mapLegend(WAYS.map(({ name, color, dash }) => ({ text: name, color, dash }))),
    el("p", { class: "cd-note" }, "The square holds what clipping by value lets through, the circle what clipping by norm does. Drag the gradient, or focus the plane and use the arrow keys."),
  );
  const cells = WAYS.map(() => [el("td"), el("td"), el("td")]);
  const rows = WAYS.map(({ name }, i) => el("tr", {}, el("th", { scope: "row" }, name), cells[i]));
  const head = ["Gradient", "Vector", "Length", "Turned by"].map((text) => el("th", { scope: "col" }, text));
  const table = el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
  const node = el("div", {}, panel.node,
    el("div", { class: "cd-columns" }, plane.node, block("In numbers", el("div", { class: "cd-scroll" }, table), el("p", { class: "cd-note" }, "By value: each entry is moved into [−c, c] (clipvalue, clip_grad_value_). By norm: the whole is multiplied by c/‖g‖ if ‖g‖ > c (clipnorm, clip_grad_norm_)."))));

  function draw(state, theme) {
    panel.draw(state);
    const ways = clipped(state);
    ways.forEach(({ gradient }, i) => {
      const texts = [pair(gradient), brief(Math.hypot(...gradient), 7), `${brief(angle(ways[0].gradient, gradient), 3)}°`];
      texts.forEach((text, k) => (cells[i][k].textContent = text));
    });
    const far = reach(state);
    const arrows = ways.map(({ gradient, color, dash }) => ({ from: [0, 0], to: gradient, color, dash }));
    const domain = [[-far, far], [-far, far]];
    plane.draw({ domain, label: summary(state), below: (place, side) => planeAxes(place, side, state.threshold, far), arrows }, theme);
  }
  return { node, draw };
}

/** Axes with numbers, the square of clipping by value and the circle of clipping by norm. */
function planeAxes(place, side, c, far) {
  const { ticks, text } = axis({ min: -far, max: far }, 0, side, 5);
  const [[x, y], [zero]] = [place([-c, c]), place([0, 0])];
  const size = 2 * (zero - x);
  const shown = ticks.filter((tick) => tick !== 0 && Math.abs(tick) < 0.95 * far);
  return [
    svg("rect", { x: 0, y: 0, width: side, height: side, fill: color("surface"), stroke: color("line") }),
    svg("line", { x1: 0, x2: side, y1: zero, y2: zero, class: "cd-grid" }),
    svg("line", { y1: 0, y2: side, x1: zero, x2: zero, class: "cd-grid" }),
    ...shown.flatMap((tick) => [
      svg("text", { x: place([tick, 0])[0], y: zero + 14, "text-anchor": "middle" }, text(tick)),
      svg("text", { x: zero - 5, y: place([0, tick])[1] + 4, "text-anchor": "end" }, text(tick)),
    ]),
    svg("rect", { x, y, width: size, height: size, fill: color("vermillion"), "fill-opacity": 0.08, stroke: color("vermillion"), "stroke-dasharray": "9 4" }),
    svg("circle", { cx: zero, cy: zero, r: size / 2, fill: color("blue"), "fill-opacity": 0.1, stroke: color("blue"), "stroke-dasharray": "2 4" }),
  ];
}

/** The loss of a small recurrent network, with a cliff, and three descents on it. */
function createCliff(store) {
  const panel = createPanel(fields, ["w", "b", "rate"], store);
  const player = createPlayer({ name: "step", last: () => STEPS, rate: 6, get: () => store.state.step, onstep: (step) => store.update({ step }) });
  const map = createMap("The loss over w (across) and b (up)", { onpoint: (w, b) => store.update({ w, b, step: 0 }) });
  const plot = createPlot("Loss after each step", 250);
  const gradient = el("p", { class: "cd-verdict" });
  const places = el("p", { class: "cd-note" });
  const about = el("p", { class: "cd-note" },
    `A recurrent network of one unit, hₜ = w·σ(hₜ₋₁) + b, is unrolled 50 times; the loss is (σ(h₅₀) − 0.7)². Along b = −w/2 it is a cliff: a little more or less, and the unit ends high or low. The map has w from ${brief(DOMAIN[0][0])} to ${brief(DOMAIN[0][1])} and b from ${brief(DOMAIN[1][0])} to ${brief(DOMAIN[1][1])}; where its lines crowd, the loss is steep.`);
  const node = block("A step at a cliff", about, panel.node, gradient, player.node, el("div", { class: "cd-columns" }, map.node, el("div", {}, plot.node, places)));
  map.node.append(mapLegend(WAYS.map(({ name, color, shape }) => ({ text: name, color, shape }))));

  function draw(state, theme) {
    panel.draw(state);
    player.draw(state.step);
    const paths = pathsOf(state);
    gradient.replaceChildren(...steepest(state, paths[0].path));
    places.textContent = standing(state, paths);
    const shown = paths.map(({ path, ...way }) => ({ ...way, path: path.slice(0, state.step + 1) }));
    map.draw({
      grid, domain: DOMAIN, label: standing(state, paths),
      paths: shown.map(({ path, color, dash }) => ({ points: path.map(({ at }) => at), color, dash })),
      marks: shown.map(({ path, color, shape }) => ({ at: path.at(-1).at, color, shape })),
    }, theme);
    plot.draw({
      label: standing(state, paths),
      x: { min: 0, max: STEPS, whole: true, label: "step" },
      y: { min: 0, max: 0.55, label: "loss" },
      rules: [{ x: state.step }],
      series: shown.map(({ path, shape, ...way }) => ({ ...way, marker: shape, points: path.map(({ loss }, k) => [k, loss]) })),
    }, theme);
  }
  return { node, draw, stop: player.stop };
}

/** The largest gradient that the unclipped descent has met, and what clipping would have made of the step. */
function steepest({ step, rate, threshold }, path) {
  const lengths = path.slice(0, step + 1).map(({ gradient }) => Math.hypot(...gradient));
  const most = Math.max(...lengths);
  return [
    el("strong", {}, `The largest gradient so far: ‖g‖ = ${brief(most)}, at step ${lengths.indexOf(most)}. `),
    `Unclipped, the step is η‖g‖ = ${brief(rate * most)} long; clipped by norm, at most η·c = ${brief(rate * threshold)}.`,
  ];
}

const outside = (at) => at.some((value, i) => value < DOMAIN[i][0] || value > DOMAIN[i][1]);

function standing({ step }, paths) {
  const places = paths.map(({ name, path }) => {
    const { at, loss } = path[step];
    return `${name}: loss ${brief(loss)} at ${pair(at, 3)}${outside(at) ? ", off the map" : ""}`;
  });
  return `After ${step} ${step === 1 ? "step" : "steps"}. ${places.join("; ")}.`;
}

function summary(state) {
  const [raw, value, norm] = clipped(state).map(({ gradient }) => gradient);
  const clip = `The gradient ${pair(raw)} becomes ${pair(value)} by value, turned by ${brief(angle(raw, value))} degrees, and ${pair(norm)} by norm.`;
  return `${clip} ${standing(state, pathsOf(state))}`;
}

export default demo({ name: "clipping", title: "Clipping demo", fields, prompts, create });
