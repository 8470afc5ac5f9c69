// A small network trained in the page: two spirals, full batches, gradient descent with momentum. Pure functions, no page.
import { ACTIVATIONS } from "../shared/activations.js";
import { drawWeights } from "../shared/initializers.js";
import { outer, times, timesTransposed } from "../shared/propagation.js";
import { uniform } from "../shared/random.js";

export const POINTS = 60; // on each spiral
export const UNITS = 16; // of a hidden layer
export const MOMENTUM = 0.9;
const TURNS = 0.75;
const OUTER = 2; // radius

/** Two spirals: { x: (points, 2) row by row, y: 0 or 1 }. */
export function spirals(points = POINTS) {
  const [x, y] = [new Float64Array(4 * points), new Float64Array(2 * points)];
  for (let i = 0; i < 2 * points; i++) {
    const arm = i % 2;
    const share = (Math.floor(i / 2) + 1) / points;
    const angle = Math.PI * (2 * TURNS * share + arm);
    x[2 * i] = OUTER * share * Math.cos(angle);
    x[2 * i + 1] = OUTER * share * Math.sin(angle);
    y[i] = arm;
  }
  return { x, y };
}

/** A network 2 → 16 → … → 16 → 1 with `hidden` hidden layers, as it is before training; biases are 0. */
export function network({ init, hidden, seed }) {
  const next = uniform(seed);
  const sizes = [2, ...new Array(hidden).fill(UNITS), 1];
  return sizes.slice(1).map((outputs, k) => ({
    inputs: sizes[k],
    outputs,
    weights: drawWeights(init, sizes[k], outputs, next),
    biases: new Float64Array(outputs),
  }));
}

function mapped(values, f) {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = f(values[i]);
  return result;
}

/** The logit of each point and what came before: { sums, values }, values[0] being the input. */
function forward(layers, x, batch, { f }) {
  const [values, sums] = [[x], []];
  layers.forEach(({ inputs, outputs, weights, biases }, k) => {
    const z = timesTransposed(values[k], weights, batch, inputs, outputs);
    for (let i = 0, unit = 0; i < z.length; i++, unit = unit + 1 < outputs ? unit + 1 : 0) z[i] += biases[unit];
    sums.push(z);
    values.push(k < layers.length - 1 ? mapped(z, f) : z);
  });
  return { sums, values };
}

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The mean binary cross-entropy of logits, the share on the right side, and the gradient with respect to the logits. */
export function judge(logits, y) {
  let [loss, right] = [0, 0];
  const gradient = new Float64Array(y.length);
  logits.forEach((logit, i) => {
    loss += softplus(logit) - y[i] * logit;
    right += logit > 0 === (y[i] === 1) ? 1 : 0;
    gradient[i] = (1 / (1 + Math.exp(-logit)) - y[i]) / y.length;
  });
  return { loss: loss / y.length, accuracy: right / y.length, gradient };
}

/** The gradients of all layers: [{ weights, biases }]. */
export function backward(layers, { sums, values }, top, batch, { slope, slopeOf }) {
  const gradients = [];
  let g = top;
  for (let k = layers.length - 1; k >= 0; k--) {
    const { inputs, outputs, weights } = layers[k];
    const [bend, places] = slopeOf ? [slopeOf, values[k + 1]] : [slope, sums[k]];
    if (k < layers.length - 1) for (let i = 0; i < g.length; i++) g[i] *= bend(places[i]);
    const biases = new Float64Array(outputs);
    for (let i = 0, unit = 0; i < g.length; i++, unit = unit + 1 < outputs ? unit + 1 : 0) biases[unit] += g[i];
    gradients.unshift({ weights: outer(g, values[k], batch, inputs, outputs), biases });
    g = times(g, weights, batch, inputs, outputs);
  }
  return gradients;
}

/** Training that goes on step by step: { history: [{ loss, accuracy }], step() }; history[0] is before the first step. */
export function training({ init, hidden, seed, activation, rate }) {
  const { x, y } = spirals();
  const layers = network({ init, hidden, seed });
  const velocity = layers.map(({ weights, biases }) => ({ weights: new Float64Array(weights.length), biases: new Float64Array(biases.length) }));
  const history = [];
  let pass = null;

  function look() {
    pass = forward(layers, x, y.length, ACTIVATIONS[activation]);
    const { loss, accuracy, gradient } = judge(pass.values.at(-1), y);
    pass.gradient = gradient;
    history.push({ loss, accuracy });
  }
  function step() {
    const gradients = backward(layers, pass, pass.gradient, y.length, ACTIVATIONS[activation]);
    layers.forEach((layer, k) => {
      for (const part of ["weights", "biases"])
        for (let i = 0; i < layer[part].length; i++) {
          velocity[k][part][i] = MOMENTUM * velocity[k][part][i] + gradients[k][part][i];
          layer[part][i] -= rate * velocity[k][part][i];
        }
    });
    look();
  }
  look();
  return { history, step };
}
