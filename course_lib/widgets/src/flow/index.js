// Gradient flow: the spread of the signal on its way up and of the gradient on its way down, layer by layer.
import { ACTIVATIONS } from "../shared/activations.js";
import { demo } from "../shared/demo.js";
import { button, el } from "../shared/dom.js";
import { histogram } from "../shared/histogram.js";
import { INITIALIZERS } from "../shared/initializers.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlot } from "../shared/plot.js";
import { extent } from "../shared/scale.js";
import { inSlices, whenChanged } from "../shared/slices.js";
import { fields } from "./fields.js";
import { fate, flowSteps } from "./numerics.js";
import { prompts } from "./prompts.js";

const BINS = 41;
const FLOOR = 1e-30; // nothing smaller is drawn

/** What the flow depends on. */
const setupOf = ({ layer, ...setup }) => setup;

const settle = (state) => ({ ...state, layer: Math.min(state.layer, state.depth) });

function create(store) {
  const flows = inSlices(flowSteps);
  const flowOf = (state) => flows.now(setupOf(state));
  const panel = createPanel(fields, ["depth", "width", "activation", "init", "skip", "seed"], store);
  const look = createPanel(fields, ["layer"], store);
  const verdict = el("p", { class: "cd-verdict" });
  const forward = createPlot("Forward: spread of the values after each layer");
  const backward = createPlot("Backward: spread of the gradient at each layer");
  const values = createPlot("Values after the layer", 190);
  const gradients = createPlot("Gradients there", 190);
  const kept = createKeeper(store, flowOf);
  const note = el("p", { class: "cd-note" },
    "Spread is the root of the mean square, over 16 inputs and all units. Input and the gradient at the top are standard normal; layer 0 is the input. There are no biases.");

  const drawFlow = whenChanged(({ outputs, gradients: slopes, spread }, setup, at, curve, theme) => {
    const shown = { ...setup, layer: Math.min(at, setup.depth) };
    verdict.replaceChildren(...words(spread));
    forward.draw(spreadSpec(shown, spread, "forward", curve), theme);
    backward.draw(spreadSpec(shown, spread, "backward", curve), theme);
    values.draw(histogramSpec(outputs[shown.layer], "value", "green", shown), theme);
    gradients.draw(histogramSpec(slopes[shown.layer], "gradient", "purple", shown), theme);
  });

  function draw(state, theme) {
    panel.draw(state);
    look.controls.layer.input.max = state.depth;
    look.draw(state);
    kept.draw();
    const { found, setup, behind } = flows.at(setupOf(state));
    drawFlow(found, setup, state.layer, kept.curve, theme);
    return behind;
  }
  const pair = (...plots) => el("div", { class: "cd-columns" }, plots.map(({ node }) => node));
  const nodes = [panel.node, kept.node, verdict, pair(forward, backward), note, look.node, pair(values, gradients)];
  return { nodes, draw, summary: (state) => plain(words(flowOf(state).spread)) };
}

/** Keeps the curves of one set-up to compare the next with. */
function createKeeper(store, flowOf) {
  const keeper = { curve: null };
  const keep = button("Keep these curves to compare", () => {
    const { activation, init, skip } = store.state;
    const name = `kept: ${ACTIVATIONS[activation].title}, ${INITIALIZERS[init].title}${skip ? ", skip" : ""}`;
    keeper.curve = { name, spread: flowOf(store.state).spread };
    store.redraw();
  });
  const drop = button("Forget them", () => {
    keeper.curve = null;
    store.redraw();
  });
  keeper.node = el("div", { class: "cd-controls cd-buttons" }, keep, drop);
  keeper.draw = () => drop.setAttribute("aria-disabled", String(!keeper.curve));
  return keeper;
}

const plain = (nodes) => nodes.map((node) => node.textContent ?? node).join("");

/** What happens on the way up and on the way down, in words. */
function words({ forward, backward }) {
  const up = fate(forward);
  const down = fate([...backward].reverse());
  const sentence = ({ factor, total }) => `: times ${brief(factor)} a layer, ${brief(total)} in all. `;
  return [
    el("strong", {}, `The signal ${up.kind}`), sentence(up),
    el("strong", {}, `The gradient ${down.kind}`), sentence(down).trimEnd(),
  ];
}

const indexed = (values) => values.map((value, k) => [k, Math.max(value, FLOOR)]);

function spreadSpec({ depth, layer }, spread, way, kept) {
  const values = spread[way];
  const old = kept?.spread[way];
  const all = [...values, ...(old ?? []), 0.5, 2].map((value) => Math.max(value, FLOOR));
  const series = [{ name: way === "forward" ? "values" : "gradient", color: way === "forward" ? "green" : "purple", marker: way === "forward" ? "circle" : "square", points: indexed(values) }];
  if (old) series.push({ name: kept.name, color: "muted", dash: "4 4", points: indexed(old) });
  return {
    label: `From ${brief(values[0])} at the input to ${brief(values.at(-1))} at the top.`,
    x: { min: 0, max: Math.max(depth, old ? old.length - 1 : 0), whole: true, label: way === "forward" ? "layer, the input is 0" : "layer; the gradient comes from the right" },
    y: { ...extent(all, { log: true }), label: "log scale" },
    rules: [{ y: 1 }, { x: layer }],
    series,
  };
}

function histogramSpec(values, what, color, { layer }) {
  const most = values.reduce((high, value) => (Number.isFinite(value) ? Math.max(high, Math.abs(value)) : high), 0) || 1;
  const bars = histogram(values, -most, most, BINS);
  const high = Math.max(...bars.map(([, share]) => share)) || 1;
  return {
    label: `Layer ${layer}: ${what}s between ${brief(-most)} and ${brief(most)}; the fullest of ${BINS} bins holds ${brief(100 * high)} percent.`,
    x: { min: -most, max: most, label: what === "value" ? `value after layer ${layer}` : `gradient at layer ${layer}` },
    y: { min: 0, max: high * 1.08, label: "share of values" },
    series: [{ color, bars: true, points: bars }],
  };
}

export default demo({ name: "flow", title: "Gradient flow demo", fields, prompts, create, settle });
