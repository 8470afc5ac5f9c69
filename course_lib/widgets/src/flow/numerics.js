// What the demo works out. Pure functions, no page.
import { propagate, rms } from "../shared/propagation.js";
import { finish } from "../shared/slices.js";

export const BATCH = 16;
const GONE = 1e-3; // of what came in: vanished; its inverse: exploded

/**
 * The network of a state, with the spread of its values: a generator that pauses after each layer and returns { outputs,
 * gradients, spread: { forward, backward, weights } }; of the gradients of weights only on request, as they cost a third of
 * the work.
 */
export function* flowSteps(state, batch = BATCH, ofWeights = false) {
  const { outputs, gradients, weightGradients } = yield* propagate({ ...state, batch }, { ofWeights });
  const spread = { forward: outputs.map(rms), backward: gradients.map(rms), weights: weightGradients.map(rms) };
  return { outputs, gradients, spread };
}

export const flow = (...given) => finish(flowSteps(...given));

/**
 * What becomes of a spread on its way: { kind, factor, total }, the factor a layer and over all. `values` are in the order
 * of the way.
 */
export function fate(values) {
  const total = values.at(-1) / values[0];
  const factor = total ** (1 / (values.length - 1));
  const kind = Number.isNaN(total) || total > 1 / GONE ? "explodes" : total < GONE ? "vanishes" : "holds";
  return { kind, factor, total };
}
