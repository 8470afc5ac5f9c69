// A signal through a deep network before any training, forward and back. Pure functions, no page.
//
// A batch is a Float64Array of batch × width values, row by row; weights are (out, in), row by row, as in torch.
import { ACTIVATIONS } from "./activations.js";
import { drawWeights } from "./initializers.js";
import { fillNormal, uniform } from "./random.js";

/** x Wᵀ: (batch, inputs) and (outputs, inputs) to (batch, outputs). */
export function timesTransposed(x, weights, batch, inputs, outputs) {
  const result = new Float64Array(batch * outputs);
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * x[b * inputs + i];
      result[b * outputs + o] = sum;
    }
  return result;
}

/** g W: (batch, outputs) and (outputs, inputs) to (batch, inputs). */
export function times(g, weights, batch, inputs, outputs) {
  const result = new Float64Array(batch * inputs);
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < outputs; o++) {
      const value = g[b * outputs + o];
      if (value !== 0) for (let i = 0; i < inputs; i++) result[b * inputs + i] += value * weights[o * inputs + i];
    }
  return result;
}

/** gᵀ x: the gradient of weights (outputs, inputs), summed over the batch. */
export function outer(g, x, batch, inputs, outputs) {
  const result = new Float64Array(outputs * inputs);
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < outputs; o++) {
      const value = g[b * outputs + o];
      if (value !== 0) for (let i = 0; i < inputs; i++) result[o * inputs + i] += value * x[b * inputs + i];
    }
  return result;
}

/** The root of the mean square. */
export function rms(values) {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** Mean and variance, the latter as a plain average of squared distances. */
export function moments(values) {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}

/** Draws what a network of equal layers needs: input (batch, width), weights of each layer, gradient at the top. */
export function draw({ depth, width, batch, init, seed }) {
  const next = uniform(seed);
  const input = fillNormal(new Float64Array(batch * width), next);
  const weights = Array.from({ length: depth }, () => drawWeights(init, width, width, next));
  return { input, weights, top: fillNormal(new Float64Array(batch * width), next) };
}

/**
 * Sends the input up, h = φ(W h) or with `skip` h + φ(W h), and the gradient down: { outputs, gradients, weightGradients },
 * outputs[k] and gradients[k] after layer k (0 is the input), weightGradients[k] of layer k + 1
 * (none without `ofWeights`, which costs a third of the work).
 */
export function propagate({ input, weights, top }, { width, batch, activation, skip = false }, { ofWeights = true } = {}) {
  const { f, slope } = ACTIVATIONS[activation];
  const [outputs, sums] = [[input], []];
  for (const layer of weights) {
    const before = outputs.at(-1);
    const z = timesTransposed(before, layer, batch, width, width);
    sums.push(z);
    outputs.push(z.map((value, i) => f(value) + (skip ? before[i] : 0)));
  }
  const [gradients, weightGradients] = [[top], []];
  for (let k = weights.length - 1; k >= 0; k--) {
    const above = gradients[0];
    const through = above.map((value, i) => value * slope(sums[k][i]));
    if (ofWeights) weightGradients.unshift(outer(through, outputs[k], batch, width, width));
    const below = times(through, weights[k], batch, width, width);
    gradients.unshift(skip ? below.map((value, i) => value + above[i]) : below);
  }
  return { outputs, gradients, weightGradients };
}
