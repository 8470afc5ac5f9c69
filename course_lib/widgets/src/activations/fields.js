// What the reader can set.
import { activationOptions } from "../shared/activations.js";
import { oneOf, range, someOf } from "../shared/fields.js";

const NAMES = ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"];

/** How each function is drawn. */
export const STYLES = {
  sigmoid: { color: "vermillion", shape: "circle" },
  tanh: { color: "blue", shape: "square", dash: "9 4" },
  relu: { color: "green", shape: "up" },
  leaky_relu: { color: "orange", shape: "down", dash: "2 4" },
  elu: { color: "purple", shape: "diamond", dash: "9 3 2 3" },
  selu: { color: "sky", shape: "cross", dash: "5 3" },
  gelu: { color: "yellow", shape: "star", dash: "12 3" },
  silu: { color: "muted", shape: "circle", dash: "3 3" },
  softplus: { color: "text", shape: "square", dash: "6 6" },
};

export const fields = {
  shown: someOf("Functions", ["sigmoid", "tanh", "relu"], activationOptions(...NAMES)),
  x: range("Input x", 1, -6, 6, 0.1),
  focus: oneOf("Shade where it saturates", "sigmoid", activationOptions(...NAMES)),
  depth: range("Layers in a row", 10, 1, 50),
  weight: range("Weight w before each", 1, 0.25, 4, 0.05),
};
