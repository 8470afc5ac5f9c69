// The size of signal and gradient through many layers, for one initializer. Pure functions, no page.
import { draw, propagate, rms } from "../shared/propagation.js";

export const BATCH = 8;

/** The mean squares of the values after each layer and of the gradients there: { forward, backward }. */
export function meanSquares({ activation, width, seed, init }, depth, batch = BATCH) {
  const setup = { activation, width, seed, init, depth, batch };
  const { outputs, gradients } = propagate(draw(setup), setup, { ofWeights: false });
  const squares = (all) => all.map((values) => rms(values) ** 2);
  return { forward: squares(outputs), backward: squares(gradients) };
}

/** The factor a layer from the second on, where the first one, which sees another input, no longer counts. */
export function factor(values) {
  const last = values.findLastIndex((value) => value > 0 && Number.isFinite(value));
  return last > 1 ? (values[last] / values[1]) ** (1 / (last - 1)) : NaN;
}
