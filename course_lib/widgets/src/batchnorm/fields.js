// What the reader can set.
import { oneOf, range } from "../shared/fields.js";

export const BATCHES = 100;
export const STAGES = 10;

export const fields = {
  mean: range("Mean of the input", 3, -5, 5, 0.1),
  deviation: range("Deviation of the input", 2, 0.1, 5, 0.1),
  drift: range("Drift of the mean a batch", 0, 0, 0.2, 0.01),
  batch: range("Batch size", 16, 2, 128),
  momentum: range("Momentum (PyTorch's)", 0.1, 0.01, 1, 0.01),
  mode: oneOf("Mode", "train", [["train", "train: this batch's statistics"], ["eval", "eval: running statistics"]]),
  gamma: range("Scale γ", 1, -3, 3, 0.1),
  beta: range("Shift β", 0, -3, 3, 0.1),
  seen: range("Batches seen", 10, 0, BATCHES),
  stage: range("Line", 4, 0, STAGES),
  seed: range("Random numbers", 1, 1, 99),
};
