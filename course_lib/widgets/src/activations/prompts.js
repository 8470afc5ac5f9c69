// Things to try.

export const prompts = [
  {
    text: "Sigmoid's slope is never above ¼. After ten layers, what is the most that is left of a gradient? Work it out, then look.",
    shown: ["sigmoid"], x: 0, depth: 10,
  },
  {
    text: "Raise the weight w to 4, so that w·φ′(0) is 1 for sigmoid. Does the gradient now hold? Where does the signal go, and what is φ′ there?",
    shown: ["sigmoid", "tanh"], weight: 1, depth: 20,
  },
  {
    text: "Send −2 through ReLU and through leaky ReLU. Which of the two can still learn from it?",
    shown: ["relu", "leaky_relu"], x: -2, focus: "relu", depth: 5,
  },
  {
    text: "tanh has slope 1 at 0, and still its signal fades. Which weight keeps the value at x = 1 alive after 50 layers?",
    shown: ["tanh"], x: 1, focus: "tanh", depth: 50,
  },
  {
    text: "ELU, SELU, GELU and SiLU all smooth out ReLU. Where do they differ most, in value and in slope?",
    shown: ["relu", "elu", "selu", "gelu", "silu"], focus: "gelu", x: -1,
  },
];
