// Things to try, in the order of the chapter.

export const prompts = [
  {
    text: "In train mode, make the batch as small as it goes. Which values can come out of a batch of 2, whatever goes in?",
    batch: 2, mode: "train",
  },
  {
    text: "Set γ and β so that what comes out has the mean and deviation of what came in. Which two numbers of the input do you need?",
    mean: 3, deviation: 2, mode: "train", batch: 64, seen: 100,
  },
  {
    text: "Step through the backward pass. Add the four numbers of ∂L/∂x: why must the sum be 0? And what would adding a constant to x change?",
    stage: 5, seen: 10,
  },
  {
    text: "Switch from train to eval after 10 batches with momentum 0.1. Where does the histogram lie, and how many more batches until the two agree?",
    mode: "train", seen: 10, momentum: 0.1,
  },
  {
    text: "The input's mean drifts while the weights change. By how much do the running statistics trail, and which momentum helps at what price?",
    drift: 0.1, seen: 60, momentum: 0.1, batch: 8, mode: "eval",
  },
];
