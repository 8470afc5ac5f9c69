// Things to try.

export const prompts = [
  {
    text: "Sigmoid with Glorot: does the signal or the gradient die first? Guess the factor a layer, and then read it off.",
    activation: "sigmoid", init: "glorot", depth: 20,
  },
  {
    text: "ReLU drops half of the signal. Keep Glorot's curve, then choose He: by what factor a layer do the two differ?",
    activation: "relu", init: "glorot", depth: 30,
  },
  {
    text: "Weights from N(0, 1) in a tanh network: the signal looks healthy. Look into a layer: where are its values? What does the gradient do?",
    activation: "tanh", init: "unit", depth: 20, layer: 10,
  },
  {
    text: "Make the network 50 layers deep with PyTorch's default and ReLU. Then turn on skip connections: what changes, and what goes wrong now?",
    activation: "relu", init: "torch_default", depth: 50,
  },
  {
    text: "Without an activation function, LeCun's variance 1/fan_in keeps the spread on average. Narrow the layers to 8: does it still hold in each network?",
    activation: "linear", init: "lecun", depth: 50, width: 64,
  },
];
