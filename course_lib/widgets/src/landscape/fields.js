// What the reader can set.
import { flag, oneOf, range } from "../shared/fields.js";
import { brief } from "../shared/numbers.js";
import { HALF, at } from "./numerics.js";

const degrees = { free: true, format: (value) => `${Math.round(value)}°` };
const step = { format: (index) => brief(at(index), 2) };

export const fields = {
  depth: oneOf("Convolutions", "24", ["6", "24", "48"].map((count) => [count, count])),
  log: flag("Height is the logarithm of the loss", false),
  same: flag("Same scale of heights for both", false),
  azimuth: range("Turn", 30, -180, 180, 5, degrees),
  tilt: range("Tilt", 25, 5, 90, 5, degrees),
  a: range("Step a along d₁", 0, -HALF, HALF, 1, step),
  b: range("Step b along d₂", 0, -HALF, HALF, 1, step),
};
