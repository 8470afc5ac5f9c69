// Clipping, and a loss with a cliff. Pure functions, no page.
import { heights } from "../shared/surfaces.js";

/** Each part of its own moved into [−c, c]. */
export const byValue = (gradient, c) => gradient.map((g) => Math.max(-c, Math.min(c, g)));

/** The whole shortened to length c where it is longer; its direction stays. */
export function byNorm(gradient, c) {
  const length = Math.hypot(...gradient);
  return length > c ? gradient.map((g) => (g * c) / length) : [...gradient];
}

export const METHODS = { none: (gradient) => [...gradient], value: byValue, norm: byNorm };

/** The angle between two arrows, in degrees; 0 where one has no length. */
export function angle([a, b], [c, d]) {
  return (Math.abs(Math.atan2(a * d - b * c, a * c + b * d)) * 180) / Math.PI;
}

const UNROLLED = 50;
const TARGET = 0.7;
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * The loss (σ(h₅₀) − 0.7)² of a recurrent network of one unit, hₜ = w·σ(hₜ₋₁) + b with h₀ = 0, and its gradient:
 * { loss, gradient: [∂/∂w, ∂/∂b] }. Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural
 * networks", arXiv:1211.5063, section 2.3.
 */
export function recurrent(w, b) {
  let [h, hw, hb] = [0, 0, 0];
  for (let t = 0; t < UNROLLED; t++) {
    const s = sigmoid(h);
    const slope = w * s * (1 - s);
    [h, hw, hb] = [w * s + b, s + slope * hw, 1 + slope * hb];
  }
  const s = sigmoid(h);
  const outer = 2 * (s - TARGET) * s * (1 - s);
  return { loss: (s - TARGET) ** 2, gradient: [outer * hw, outer * hb] };
}

export const DOMAIN = [[3.5, 5.5], [-3, -1]];

/** The loss over the plane of w and b, as a map shows it. */
export const lossGrid = (n) => heights({ f: (w, b) => recurrent(w, b).loss, domain: DOMAIN, log: 0.003 }, n);

/** Gradient descent from a start with one way of clipping: [{ at, loss, gradient }]. */
export function descend(method, start, rate, threshold, steps) {
  const path = [];
  let at = [...start];
  for (let step = 0; step <= steps; step++) {
    const { loss, gradient } = recurrent(...at);
    path.push({ at, loss, gradient });
    const clipped = METHODS[method](gradient, threshold);
    at = at.map((value, i) => value - rate * clipped[i]);
  }
  return path;
}
