// The size of signal and gradient through many layers, for one initializer. Pure functions, no page.
import { propagate, rms } from "../shared/propagation.js";
import { finish } from "../shared/slices.js";

export const BATCH = 8;

/**
 * The mean squares of the values after each layer and of the gradients there: a generator that pauses after each layer and
 * returns { forward, backward }.
 */
export function* squareSteps({ activation, width, seed, init }, depth, batch = BATCH) {
  const { outputs, gradients } = yield* propagate({ activation, width, seed, init, depth, batch });
  const squares = (all) => all.map((values) => rms(values) ** 2);
  return { forward: squares(outputs), backward: squares(gradients) };
}

export const meanSquares = (...given) => finish(squareSteps(...given));

/** The factor a layer from the second on, where the first one, which sees another input, no longer counts. */
export function factor(values) {
  const last = values.findLastIndex((value) => value > 0 && Number.isFinite(value));
  return last > 1 ? (values[last] / values[1]) ** (1 / (last - 1)) : NaN;
}
