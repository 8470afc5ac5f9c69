// What the reader can set.
import { activationOptions } from "../shared/activations.js";
import { oneOf, range, someOf } from "../shared/fields.js";
import { initializerOptions } from "../shared/initializers.js";

export const DEPTH = 50;
export const STEPS = 200;

/** How each initializer is drawn. */
export const STYLES = {
  zeros: { color: "muted", shape: "circle", dash: "2 3" },
  tiny: { color: "sky", shape: "down", dash: "5 3" },
  torch_default: { color: "orange", shape: "square", dash: "9 4" },
  lecun: { color: "green", shape: "diamond", dash: "9 3 2 3" },
  glorot: { color: "blue", shape: "up" },
  he: { color: "vermillion", shape: "cross" },
  unit: { color: "purple", shape: "star", dash: "2 4" },
};

export const fields = {
  activation: oneOf("Activation", "relu", activationOptions("relu", "tanh", "sigmoid", "selu", "linear")),
  shown: someOf("Initializers", ["tiny", "torch_default", "glorot", "he", "unit"], initializerOptions(...Object.keys(STYLES))),
  width: range("Units a layer", 48, 8, 96, 8),
  seed: range("Random numbers", 1, 1, 99),
  hidden: range("Hidden layers", 6, 1, 10),
  rate: range("Learning rate", 0.03, 0.001, 1, 0.001, { log: true }),
  step: range("Step", 0, 0, STEPS),
};
