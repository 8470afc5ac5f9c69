// What the reader can set.
import { activationOptions } from "../shared/activations.js";
import { flag, oneOf, range } from "../shared/fields.js";
import { initializerOptions } from "../shared/initializers.js";

export const fields = {
  depth: range("Layers", 20, 2, 50),
  width: range("Units a layer", 64, 8, 128, 8),
  activation: oneOf("Activation", "tanh", activationOptions("tanh", "sigmoid", "relu", "leaky_relu", "selu", "gelu", "linear")),
  init: oneOf("Initializer", "glorot", initializerOptions("glorot", "he", "lecun", "torch_default", "tiny", "unit")),
  skip: flag("Skip connections", false),
  layer: range("Layer to look into", 10, 0, 50),
  seed: range("Random numbers", 1, 1, 99),
};
