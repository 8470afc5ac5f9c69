// Batch normalization of one feature, forward, backward and over time. Pure functions, no page.
import { moments } from "../shared/propagation.js";
import { fillNormal, uniform } from "../shared/random.js";

export const EPSILON = 1e-5;
const SAMPLE = 512; // values in a histogram, at least

/** (x − mean) / √(variance + ε) · γ + β, for each value. */
export const normalize = (x, { mean, variance }, gamma, beta) =>
  x.map((value) => (gamma * (value - mean)) / Math.sqrt(variance + EPSILON) + beta);

/** How the statistics go on: batch by batch { mean, variance, runningMean, runningVariance }; entry 0 is before the first. */
export function statistics({ mean, deviation, drift, batch, momentum, seed }, batches) {
  const next = uniform(seed);
  const history = [{ mean: NaN, variance: NaN, runningMean: 0, runningVariance: 1 }];
  for (let k = 1; k <= batches; k++) {
    const x = fillNormal(new Float64Array(batch), next).map((z) => mean + drift * k + deviation * z);
    const found = moments(x);
    const unbiased = (found.variance * batch) / (batch - 1); // what torch keeps
    const { runningMean, runningVariance } = history.at(-1);
    history.push({
      ...found,
      runningMean: (1 - momentum) * runningMean + momentum * found.mean,
      runningVariance: (1 - momentum) * runningVariance + momentum * unbiased,
    });
  }
  return history;
}

/** Values as they come now, and after batch norm in the state's mode: { before, after }. */
export function sample(state, { runningMean, runningVariance }) {
  const { mean, deviation, drift, batch, mode, gamma, beta, seen, seed } = state;
  const next = uniform(1000 + seed);
  const [before, after] = [[], []];
  while (before.length < SAMPLE) {
    const x = fillNormal(new Float64Array(batch), next).map((z) => mean + drift * seen + deviation * z);
    const used = mode === "train" ? moments(x) : { mean: runningMean, variance: runningVariance };
    before.push(...x);
    after.push(...normalize(x, used, gamma, beta));
  }
  return { before, after };
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Every line of the forward and backward pass of a batch: x, the gradient dy that comes back, and what follows. */
export function passes(x, dy, gamma, beta) {
  const n = x.length;
  const { mean, variance } = moments(x);
  const root = Math.sqrt(variance + EPSILON);
  const hat = x.map((value) => (value - mean) / root);
  const y = hat.map((value) => gamma * value + beta);
  const dGamma = sum(dy.map((value, i) => value * hat[i]));
  const dBeta = sum(dy);
  const dHat = dy.map((value) => value * gamma);
  const dVariance = sum(dHat.map((value, i) => value * (x[i] - mean))) * -0.5 * root ** -3;
  const dMean = -sum(dHat) / root; // the way through σ² adds Σ(x − μ) = 0
  const dx = dHat.map((value, i) => value / root + (dVariance * 2 * (x[i] - mean)) / n + dMean / n);
  return { x, mean, variance, hat, y, dy, dGamma, dBeta, dHat, dVariance, dMean, dx };
}
