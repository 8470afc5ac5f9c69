// What the reader can set.
import { flag, oneOf, range } from "../shared/fields.js";
import { SURFACES, surfaceOptions } from "../shared/surfaces.js";

export const fields = {
  surface: oneOf("Surface", "saddle", surfaceOptions("bowl", "saddle", "monkey", "trough", "shelf", "rosenbrock", "beale")),
  x: range("x₁", -1.5, -2, 4.5, 0.05, { free: true }),
  y: range("x₂", 0.1, -2.75, 3, 0.05, { free: true }),
  rate: range("Step size η", 0.1, 0.0001, 1, 0.0001, { log: true }),
  azimuth: range("Turn", 30, -180, 180, 5, { free: true, format: (value) => `${Math.round(value)}°` }),
  tilt: range("Tilt", 35, 5, 90, 5, { free: true, format: (value) => `${Math.round(value)}°` }),
  model: flag("Show the quadratic model", true),
};

/** The patch of a reader who chooses a surface: its start. */
export const choose = (name) => ({ surface: name, x: SURFACES[name].start[0], y: SURFACES[name].start[1] });
