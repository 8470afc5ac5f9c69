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

/** Draws the weights of a layer, (fanOut, fanIn) row by row, from a stream of uniform numbers. */
export function drawWeights(name, fanIn, fanOut, next) {
  const { deviation, uniform } = INITIALIZERS[name];
  const sigma = deviation(fanIn, fanOut);
  const weights = new Float64Array(fanIn * fanOut);
  if (uniform) {
    const bound = Math.sqrt(3) * sigma;
    for (let i = 0; i < weights.length; i++) weights[i] = bound * (2 * next() - 1);
    return weights;
  }
  fillNormal(weights, next);
  for (let i = 0; i < weights.length; i++) weights[i] *= sigma;
  return weights;
}
