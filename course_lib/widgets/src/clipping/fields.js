// What the reader can set.
import { flag, range } from "../shared/fields.js";

export const STEPS = 60;

export const fields = {
  g1: range("Gradient g₁", 0.9, -100, 100, 0.1, { free: true }),
  g2: range("Gradient g₂", 100, -100, 100, 0.1, { free: true }),
  threshold: range("Threshold c", 1, 0.01, 10, 0.01, { log: true }),
  zoom: flag("Zoom to the threshold", true),
  w: range("Start w", 4.5, 3.5, 5.5, 0.01, { free: true }),
  b: range("Start b", -2.11, -3, -1, 0.01, { free: true }),
  rate: range("Learning rate η", 0.5, 0.001, 1, 0.001, { log: true }),
  step: range("Step", 0, 0, STEPS),
};
