// Activation functions: value, derivative, saturation, and a signal through many in a row.
import { ACTIVATIONS } from "../shared/activations.js";
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlot } from "../shared/plot.js";
import { extent } from "../shared/scale.js";
import { STYLES, fields } from "./fields.js";
import { SATURATED, chain, curve, saturation } from "./numerics.js";
import { prompts } from "./prompts.js";

const FLOOR = 1e-12; // below it a gradient is drawn at the edge

const curves = {};
const curveOf = (name) => (curves[name] ??= curve(name));

function create(store) {
  const choose = createPanel(fields, ["shown", "x", "focus"], store);
  const row = createPanel(fields, ["depth", "weight"], store);
  const plots = {
    f: createPlot("The function φ(x)"),
    slope: createPlot("Its derivative φ′(x)"),
    value: createPlot("The signal after each layer"),
    gradient: createPlot("What is left of the gradient: |∂h/∂x|"),
  };
  const table = createTable();
  const single = el("div", { class: "cd-columns" }, plots.f.node, plots.slope.node);
  const many = el("div", { class: "cd-columns" }, plots.value.node, plots.gradient.node);
  const shade = el("p", { class: "cd-note" });
  const rule = el("p", { class: "cd-note" }, "Each layer does h ← φ(w·h), beginning with h = x. The gradient takes a factor w·φ′(w·h) from each; below 10⁻¹², and at 0, its curve runs along the lower edge.");

  function draw(state, theme) {
    choose.draw(state);
    row.draw(state);
    table.draw(state);
    shade.textContent = shadeText(state.focus);
    plots.f.draw(singleSpec(state, "f", { min: -2, max: 4, label: "φ(x)" }), theme);
    plots.slope.draw(singleSpec(state, "slope", { min: -0.2, max: 1.25, label: "φ′(x)" }), theme);
    plots.value.draw(manySpec(state, "value"), theme);
    plots.gradient.draw(manySpec(state, "gradient"), theme);
  }
  const second = block("A signal through many in a row", row.node, rule, many);
  return { nodes: [choose.node, single, shade, table.node, second], draw, summary };
}

function createTable() {
  const body = el("tbody");
  const note = el("th", { scope: "col" });
  const head = el("tr", {}, el("th", { scope: "col" }, "Function"), el("th", { scope: "col" }, "φ(x)"), el("th", { scope: "col" }, "φ′(x)"), note);
  const node = el("div", { class: "cd-scroll" }, el("table", { class: "cd-table" }, el("thead", {}, head), body));

  function draw({ shown, x, weight, depth }) {
    note.textContent = `gradient after ${depth} ${depth === 1 ? "layer" : "layers"}`;
    body.replaceChildren(...shown.map((name) => {
      const { title, f, slope } = ACTIVATIONS[name];
      const cells = [f(x), slope(x), chain(name, x, weight, depth).at(-1).gradient];
      const flat = Math.abs(slope(x)) < SATURATED;
      const [value, bend, left] = cells.map((number) => brief(number));
      return el("tr", {}, el("th", { scope: "row" }, title), el("td", {}, value), el("td", {}, flat ? `${bend}, saturated` : bend), el("td", {}, left));
    }));
  }
  return { node, draw };
}

const ends = (bands) => bands.map(({ from, to }) => (from <= -6 ? `x < ${brief(to, 2)}` : to >= 6 ? `x > ${brief(from, 2)}` : `${brief(from, 2)} < x < ${brief(to, 2)}`));

function shadeText(name) {
  const where = ends(saturation(curveOf(name)));
  const { title } = ACTIVATIONS[name];
  return `Shaded: where |φ′| of ${title} is below ${SATURATED}, so that it passes next to no gradient on: ${where.join(" and ") || "nowhere between −6 and 6"}.`;
}

function summary({ shown, x, weight, depth }) {
  const parts = shown.map((name) => {
    const { title, f, slope } = ACTIVATIONS[name];
    const { value, gradient } = chain(name, x, weight, depth).at(-1);
    return `${title}: value ${brief(f(x))}, slope ${brief(slope(x))}; after ${depth} layers signal ${brief(value)}, gradient ${brief(gradient)}`;
  });
  return `At x = ${brief(x)} with weight ${brief(weight)}. ${parts.join(". ") || "No function is shown"}.`;
}

const styled = (name) => ({ name: ACTIVATIONS[name].title, ...STYLES[name], marker: STYLES[name].shape });

const singleSpec = (state, key, y) => ({
  label: summary(state),
  x: { min: -6, max: 6, label: "x" },
  y,
  bands: saturation(curveOf(state.focus)),
  rules: [{ x: state.x }],
  series: state.shown.map((name) => ({ ...styled(name), points: curveOf(name).map((point) => [point.x, point[key]]) })),
});

function manySpec(state, key) {
  const lines = state.shown.map((name) => [name, chain(name, state.x, state.weight, state.depth).map((step) => step[key])]);
  const all = lines.flatMap(([, values]) => values);
  const isGradient = key === "gradient";
  const sizes = all.map((value) => Math.min(1e12, Math.max(Math.abs(value), FLOOR)));
  const clipped = all.map((value) => Math.max(-20, Math.min(20, value)));
  return {
    label: summary(state),
    x: { min: 0, max: Math.max(state.depth, 2), whole: true, label: "layer" },
    y: isGradient ? { ...extent([...sizes, 1], { log: true }), label: "log scale" } : { ...extent([...clipped, 0]), label: "h" },
    rules: isGradient ? [{ y: 1 }] : [{ y: 0 }],
    series: lines.map(([name, values]) => ({
      ...styled(name),
      points: values.map((value, k) => [k, isGradient ? Math.max(Math.abs(value), FLOOR) : value]),
    })),
  };
}

export default demo({ name: "activations", title: "Activation functions demo", fields, prompts, create });
