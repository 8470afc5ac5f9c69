// Initialization: how large signal and gradient are through 50 layers, and a small network trained from each initializer.
import { ACTIVATIONS } from "../shared/activations.js";
import { block, demo } from "../shared/demo.js";
import { el } from "../shared/dom.js";
import { INITIALIZERS } from "../shared/initializers.js";
import { brief } from "../shared/numbers.js";
import { createPanel } from "../shared/panel.js";
import { createPlayer } from "../shared/player.js";
import { createPlot } from "../shared/plot.js";
import { extent } from "../shared/scale.js";
import { inSlices, stopwatch, whenChanged } from "../shared/slices.js";
import { DEPTH, STEPS, STYLES, fields } from "./fields.js";
import { factor, squareSteps } from "./numerics.js";
import { prompts } from "./prompts.js";
import { training } from "./training.js";

const FLOOR = 1e-40; // nothing smaller is drawn
const SPAN = { alone: 10, drawn: 4 }; // milliseconds of training in a frame, where it is all and where the frame draws it, too
const BEAT = 80; // milliseconds from one picture of the training to the next

/** Makes things by initializer and keeps them as long as the settings they depend on stay. */
function keeper(names, make) {
  let known = "";
  let made = {};
  return (state, init) => {
    const key = JSON.stringify(names.map((name) => state[name]));
    if (key !== known) made = {};
    known = key;
    return (made[init] ??= make({ ...state, init }));
  };
}

/** The squares of all who are shown, by initializer, in steps; what is known already is not worked out again. */
function createSquares() {
  const boxOf = keeper(["activation", "width", "seed"], () => ({ squares: null }));
  return inSlices(function* ({ shown, ...settings }) {
    const boxes = shown.map((init) => boxOf(settings, init));
    for (const [i, init] of shown.entries()) boxes[i].squares ??= yield* squareSteps({ ...settings, init }, DEPTH);
    return Object.fromEntries(shown.map((init, i) => [init, boxes[i].squares]));
  });
}

const setupOf = ({ activation, width, seed, shown }) => ({ activation, width, seed, shown });

function create(store) {
  const squares = createSquares();
  const squaresOf = (state, init) => squares.now(setupOf(state))[init];
  const trainingOf = keeper(["activation", "hidden", "seed", "rate"], training);
  const panel = createPanel(fields, ["activation", "width", "seed", "shown"], store);
  const learn = createPanel(fields, ["hidden", "rate"], store);
  const player = createPlayer({ name: "step", last: () => STEPS, rate: 15, get: () => store.state.step, onstep: (step) => store.update({ step }) });
  const forward = createPlot("Forward: mean square of the values");
  const backward = createPlot("Backward: mean square of the gradient");
  const losses = createPlot("Training loss", 250);
  const table = createTable();
  const note = el("p", { class: "cd-note" }, `A network of ${DEPTH} equally wide layers without biases, before training; input and the gradient at the top are standard normal.`);
  const about = el("p", { class: "cd-note" },
    "Two spirals of 60 points, a network 2 → 16 → … → 16 → 1 with biases 0, the activation from above, full batches, gradient descent with momentum 0.9.");
  const busy = el("p", { class: "cd-note" });
  const propagation = block(null, panel.node, note, el("div", { class: "cd-columns" }, forward.node, backward.node));
  const trainingBlock = block("Train the same small network from each", about, learn.node, player.node, el("div", { class: "cd-columns" }, losses.node, el("div", {}, table.node, busy)));

  const drawSquares = whenChanged((found, setup, theme) => {
    const of = (_, init) => found[init];
    forward.draw(squaresSpec(setup, of, "forward"), theme);
    backward.draw(squaresSpec(setup, of, "backward"), theme);
  });

  let shownAt = -Infinity;

  function draw(state, theme) {
    panel.draw(state);
    learn.draw(state);
    player.draw(state.step);
    const { found, setup, behind } = squares.at(setupOf(state));
    const drawn = drawSquares(found, setup, theme);
    if (behind || drawn) return true; // training waits for the next frame, its plot stays as it was
    const show = performance.now() - shownAt > BEAT;
    const { left, spent } = advance(state, trainingOf, show ? SPAN.drawn : SPAN.alone);
    if (!show && (left || spent > SPAN.drawn)) {
      if (!left) shownAt = -Infinity; // the end is drawn in the next frame
      return true;
    }
    shownAt = performance.now();
    losses.draw(lossSpec(state, trainingOf), theme);
    table.draw(state, squaresOf, trainingOf);
    busy.textContent = left ? "Training …" : "";
    return left;
  }
  return { nodes: [propagation, trainingBlock], draw, summary: (state) => summary(state, squaresOf, trainingOf), stop: player.stop };
}

/**
 * Trains all who are shown up to the state's step, in turns, for `span` milliseconds: { left: whether some are still behind,
 * spent: the milliseconds it took }.
 */
function advance({ step, shown, ...state }, trainingOf, span) {
  const spent = stopwatch();
  const runs = shown.map((init) => trainingOf(state, init));
  for (;;) {
    const last = runs.reduce((least, run) => (run.history.length < least.history.length ? run : least), runs[0]);
    const left = Boolean(last) && last.history.length <= step;
    if (!left || spent() > span) return { left, spent: spent() };
    last.step();
  }
}

const now = ({ history }, step) => history[Math.min(step, history.length - 1)];
const styled = (init) => ({ name: INITIALIZERS[init].title, ...STYLES[init], marker: STYLES[init].shape });

function createTable() {
  const body = el("tbody");
  const head = ["Initializer", "Signal, factor a layer", "Gradient, factor a layer", "Loss", "Right"].map((text) => el("th", { scope: "col" }, text));
  const node = el("div", { class: "cd-scroll" }, el("table", { class: "cd-table" }, el("thead", {}, el("tr", {}, head)), body));
  const draw = (state, squaresOf, trainingOf) =>
    body.replaceChildren(...state.shown.map((init) => {
      const cells = numbers(state, init, squaresOf, trainingOf).map((text) => el("td", {}, text));
      return el("tr", {}, el("th", { scope: "row" }, INITIALIZERS[init].title), cells);
    }));
  return { node, draw };
}

function numbers(state, init, squaresOf, trainingOf) {
  const { forward, backward } = squaresOf(state, init);
  const { loss, accuracy } = now(trainingOf(state, init), state.step);
  const factors = [factor(forward), factor([...backward].reverse())].map((value) => (Number.isNaN(value) ? "none" : brief(value)));
  return [...factors, brief(loss), `${Math.round(100 * accuracy)}%`];
}

function summary(state, squaresOf, trainingOf) {
  const parts = state.shown.map((init) => {
    const [up, down, loss, right] = numbers(state, init, squaresOf, trainingOf);
    return `${INITIALIZERS[init].title}: signal times ${up} a layer, gradient times ${down}, loss ${loss} after ${state.step} steps, ${right} right`;
  });
  return `${ACTIVATIONS[state.activation].title}. ${parts.join(". ") || "No initializer is shown"}.`;
}

function squaresSpec(state, squaresOf, way) {
  const lines = state.shown.map((init) => [init, squaresOf(state, init)[way]]);
  const drawn = (value) => Math.min(1 / FLOOR, Math.max(value, FLOOR));
  const all = lines.flatMap(([, values]) => values.filter((value) => value > 0)).map(drawn);
  const ends = lines.map(([init, values]) => `${INITIALIZERS[init].title} from ${brief(values[0])} to ${brief(values.at(-1))}`);
  return {
    label: `From the input to the top: ${ends.join(", ")}.`,
    x: { min: 0, max: DEPTH, whole: true, label: way === "forward" ? "layer, the input is 0" : "layer; the gradient comes from the right" },
    y: { ...extent([...all, 0.5, 2], { log: true }), label: "log scale" },
    rules: [{ y: 1 }],
    series: lines.map(([init, values]) => ({ ...styled(init), points: values.map((value, k) => [k, value > 0 ? drawn(value) : NaN]) })),
  };
}

function lossSpec(state, trainingOf) {
  const lines = state.shown.map((init) => [init, trainingOf(state, init).history.slice(0, state.step + 1)]);
  const ends = lines.map(([init, history]) => `${INITIALIZERS[init].title} ${brief(history.at(-1).loss)}`);
  return {
    label: `After ${state.step} steps: ${ends.join(", ")}.`,
    x: { min: 0, max: STEPS, whole: true, label: "step" },
    y: { min: 0, max: 1, label: "mean cross-entropy" },
    rules: [{ y: Math.LN2, text: "guessing: ln 2" }],
    series: lines.map(([init, history]) => ({ ...styled(init), points: history.map(({ loss }, k) => [k, loss]) })),
  };
}

export default demo({ name: "initialization", title: "Initialization demo", fields, prompts, create });
