// Things to try.

export const prompts = [
  {
    text: "The gradient (0.9, 100) is clipped at 1. Say both results before you read them: which one still points the same way?",
    g1: 0.9, g2: 100, threshold: 1,
  },
  {
    text: "Drag the gradient around the square. Where do both ways agree? Where does clipping by value turn it most, and by how much?",
    g1: 1.5, g2: 0.5, threshold: 1,
  },
  {
    text: "In the lower part, play the descent. At which step does the unclipped one meet the cliff, where does it land, and can it come back?",
    w: 4.5, b: -2.11, rate: 0.5, threshold: 1,
  },
  {
    text: "Raise the threshold until clipping no longer helps at the cliff. How is it related to ‖g‖ there?",
    w: 4.3, b: -1.97, rate: 0.3, threshold: 1,
  },
];
