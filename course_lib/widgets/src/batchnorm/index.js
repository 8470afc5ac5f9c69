// Batch norm: what goes in and comes out, batch against running statistics, and both passes line by line.
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { histogram } from "../shared/histogram.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlayer } from "../shared/player.js";
import { createPlot } from "../shared/plot.js";
import { moments } from "../shared/propagation.js";
import { extent } from "../shared/scale.js";
import { BATCHES, STAGES, fields } from "./fields.js";
import { lines } from "./lines.js";
import { sample, statistics } from "./numerics.js";
import { prompts } from "./prompts.js";

const BINS = 40;
const DUST = 1e-12; // what rounding leaves of 0

function createStatistics() {
  let known = "";
  let history = null;
  return ({ mean, deviation, drift, batch, momentum, seed }) => {
    const key = JSON.stringify([mean, deviation, drift, batch, momentum, seed]);
    if (key !== known) history = statistics({ mean, deviation, drift, batch, momentum, seed }, BATCHES);
    known = key;
    return history;
  };
}

function create(store) {
  const historyOf = createStatistics();
  const input = createPanel(fields, ["mean", "deviation", "drift", "batch", "seed"], store);
  const layer = createPanel(fields, ["mode", "momentum", "gamma", "beta"], store);
  const player = createPlayer({ name: "batch", last: () => BATCHES, rate: 10, get: () => store.state.seen, onstep: (seen) => store.update({ seen }) });
  const verdict = el("p", { class: "cd-verdict" });
  const before = createPlot("Before batch norm", 190);
  const after = createPlot("After batch norm", 190);
  const means = createPlot("Mean: batches and running average");
  const variances = createPlot("Variance: batches and running average");
  const about = el("p", { class: "cd-note" }, "The histograms hold the values of many batches; in train mode each batch was normalized by itself.");
  const walk = createWalk(store);
  const columns = (...plots) => el("div", { class: "cd-columns" }, plots.map(({ node }) => node));

  function draw(state, theme) {
    for (const part of [input, layer]) part.draw(state);
    player.draw(state.seen);
    const history = historyOf(state);
    const values = sample(state, history[state.seen]);
    verdict.replaceChildren(...words(state, history, values));
    before.draw(histogramSpec(values.before, "value before", "muted"), theme);
    after.draw(histogramSpec(values.after, "value after", "blue"), theme);
    means.draw(trackSpec(state, history, "mean", "runningMean", state.mean + state.drift * state.seen), theme);
    variances.draw(trackSpec(state, history, "variance", "runningVariance", state.deviation ** 2), theme);
    walk.draw(state);
  }
  return {
    nodes: [input.node, layer.node, player.node, verdict, columns(before, after), about, columns(means, variances), walk.node],
    draw,
    summary: (state) => {
      const history = historyOf(state);
      return words(state, history, sample(state, history[state.seen])).map((part) => part.textContent ?? part).join("");
    },
    stop: () => [player, walk].forEach((part) => part.stop()),
  };
}

/** What comes out, and whether the running statistics are up to it. */
function words({ mode, seen }, history, { before, after }) {
  const [into, out] = [moments(before), moments(after)];
  const { runningMean, runningVariance } = history[seen];
  const written = ({ mean, variance }) => `mean ${brief(Math.abs(mean) < DUST ? 0 : mean)}, deviation ${brief(Math.sqrt(variance))}`;
  return [
    el("strong", {}, mode === "train" ? "Train mode. " : "Eval mode. "),
    `In: ${written(into)}. Out: ${written(out)}. Running statistics after ${seen} ${seen === 1 ? "batch" : "batches"}: mean ${brief(runningMean)}, variance ${brief(runningVariance)}.`,
  ];
}

function histogramSpec(values, label, color) {
  const { mean, variance } = moments(values);
  const far = Math.max(4, ...values.map(Math.abs)) * 1.02;
  const bars = histogram(values, -far, far, BINS);
  const high = Math.max(...bars.map(([, share]) => share));
  return {
    label: `Mean ${brief(mean)}, deviation ${brief(Math.sqrt(variance))}.`,
    x: { min: -far, max: far, label },
    y: { min: 0, max: high * 1.08, label: "share of values" },
    rules: [{ x: 0 }],
    series: [{ color, bars: true, points: bars }],
  };
}

function trackSpec({ seen, mode }, history, batchKey, runningKey, truth) {
  const shown = history.slice(0, seen + 1);
  const all = history.flatMap((entry) => [entry[batchKey], entry[runningKey]]);
  const now = shown.at(-1);
  const used = mode === "train" ? "the batch's" : "the running";
  return {
    label: `After ${seen} batches: this batch ${Number.isNaN(now[batchKey]) ? "none yet" : brief(now[batchKey])}, running ${brief(now[runningKey])}, of the input ${brief(truth)}. Used: ${used}.`,
    x: { min: 0, max: BATCHES, whole: true, label: "batches seen" },
    y: { ...extent([...all, truth]), label: batchKey },
    rules: [{ y: truth, text: "of the input now" }],
    series: [
      { name: "each batch", color: "orange", dash: "1 5", marker: "circle", points: shown.map((entry, k) => [k, entry[batchKey]]) },
      { name: "running average", color: "blue", marker: "square", points: shown.map((entry, k) => [k, entry[runningKey]]) },
    ],
  };
}

/** Both passes of a batch of four, line by line. */
function createWalk(store) {
  const player = createPlayer({ name: "line", last: () => STAGES, rate: 0.7, get: () => store.state.stage, onstep: (stage) => store.update({ stage }) });
  const body = el("tbody");
  const head = ["Pass", "What", "Formula", "Numbers"].map((text) => el("th", { scope: "col" }, text));
  const table = el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), body);
  const about = el("p", { class: "cd-note" }, "A batch of m = 4, with γ and β from above; train mode. Say each line's numbers before you press Step.");
  const node = block("Both passes, line by line", about, player.node, el("div", { class: "cd-scroll", tabindex: "0", role: "group", "aria-label": "Lines of both passes" }, table));

  function draw(state) {
    player.draw(state.stage);
    body.replaceChildren(...lines(state).slice(0, state.stage + 1).map(({ pass, name, formula, text }) =>
      el("tr", { "data-pass": pass }, el("td", {}, pass), el("th", { scope: "row" }, name), el("td", {}, formula), el("td", {}, text))));
  }
  return { node, draw, stop: player.stop };
}

export default demo({ name: "batchnorm", title: "Batch norm demo", fields, prompts, create });
