// Things to try.

export const prompts = [
  {
    text: "ReLU halves the mean square, so Glorot loses a factor of 2 a layer. How much is left after 50? Read it off, then train: who learns first?",
    activation: "relu", shown: ["glorot", "he"],
  },
  {
    text: "Which initializer suits tanh? Watch both plots: is what is best for the signal best for the gradient, too?",
    activation: "tanh", shown: ["torch_default", "lecun", "glorot", "he"],
  },
  {
    text: "Start all weights at 0 and train. Why does the loss stay at ln 2 = 0.693 however long you wait? Does 1 hidden layer help?",
    activation: "tanh", shown: ["zeros", "glorot"], hidden: 6,
  },
  {
    text: "With weights from N(0, 1) a deep ReLU network explodes, yet one with 2 hidden layers trains. From how many layers on does it fail?",
    activation: "relu", shown: ["he", "unit"], hidden: 2,
  },
  {
    text: "Sigmoid with 3 hidden layers: good variances alone do not save it. Which learning rate does, and for which initializer?",
    activation: "sigmoid", shown: ["glorot", "he", "unit"], hidden: 3,
  },
];
