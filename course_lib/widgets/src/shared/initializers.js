// How weights are drawn before training. Pure functions, no page.
import { fillNormal } from "./random.js";

/** Each gives the standard deviation of a weight by the fans of its layer; `uniform` says which of the two shapes it has. */
export const INITIALIZERS = {
  tiny: { title: "N(0, 0.01²)", deviation: () => 0.01 },
  unit: { title: "N(0, 1)", deviation: () => 1 },
  lecun: { title: "LeCun", deviation: (fanIn) => Math.sqrt(1 / fanIn) },
  glorot: { title: "Glorot (Xavier)", deviation: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)) },
  glorot_uniform: { title: "Glorot uniform (Keras)", deviation: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)), uniform: true },
  he: { title: "He (Kaiming)", deviation: (fanIn) => Math.sqrt(2 / fanIn) },
  torch_default: { title: "PyTorch's default", deviation: (fanIn) => Math.sqrt(1 / (3 * fanIn)), uniform: true },
  zeros: { title: "all zero", deviation: () => 0 },
};

export const initializerOptions = (...names) => names.map((name) => [name, INITIALIZERS[name].title]);

export const isUniform = (name) => Boolean(INITIALIZERS[name].uniform);

/** What units (see drawUnits) are multiplied by to become the weights of a layer. */
export function factorOf(name, fanIn, fanOut) {
  const sigma = INITIALIZERS[name].deviation(fanIn, fanOut);
  return isUniform(name) ? Math.sqrt(3) * sigma : sigma;
}

/** Draws numbers of the shape of an initializer from a stream of uniform ones: standard normal, or uniform in [−1, 1). */
export function drawUnits(name, length, next) {
  const units = new Float64Array(length);
  if (!isUniform(name)) return fillNormal(units, next);
  for (let i = 0; i < length; i++) units[i] = 2 * next() - 1;
  return units;
}

/** Draws the weights of a layer, (fanOut, fanIn) row by row, from a stream of uniform numbers. */
export function drawWeights(name, fanIn, fanOut, next) {
  const weights = drawUnits(name, fanIn * fanOut, next);
  const factor = factorOf(name, fanIn, fanOut);
  for (let i = 0; i < weights.length; i++) weights[i] *= factor;
  return weights;
}
