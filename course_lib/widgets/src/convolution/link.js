// A set-up as the part of an address behind "#", so that it can be linked.
import { toHash as hashOf } from "../shared/address.js";
import { LIMITS, kernelFromTrait, kernelToTrait } from "./state.js";

export const NAME = "convolution";

export function toHash(state) {
  const kernel = kernelToTrait(state);
  const fields = {
    image: state.image,
    kernel: typeof kernel === "string" ? kernel : JSON.stringify(kernel),
    mode: state.mode,
    view: state.view,
  };
  for (const name of Object.keys(LIMITS)) fields[name] = state[name];
  if (state.bias) fields.bias = state.bias;
  if (state.color) fields.color = 1;
  return hashOf(NAME, fields);
}

/** The patch that the values of an address ask for; what is not allowed in it is left out. */
export function fromFields(fields, samples, gallery) {
  const patch = {};
  const take = (name, allowed) => allowed.includes(fields.get(name)) && (patch[name] = fields.get(name));
  take("image", [...Object.keys(samples), "drawing", "file"]);
  take("mode", ["step", "sweep"]);
  take("view", ["signed", "clipped", "absolute"]);
  for (const name of [...Object.keys(LIMITS), "bias"])
    if (Number.isFinite(Number(fields.get(name) ?? NaN))) patch[name] = Number(fields.get(name));
  patch.color = fields.get("color") === "1";
  const kernel = parseKernel(fields.get("kernel"), gallery);
  return kernel ? { ...patch, kernel } : patch;
}

function parseKernel(text, gallery) {
  if (text === null) return null;
  if (text in gallery) return kernelFromTrait(text, gallery);
  let weights;
  try {
    weights = JSON.parse(text);
  } catch {
    return null; // an address that was cut off or mistyped: the demo starts as usual
  }
  const square = (rows) =>
    Array.isArray(rows) &&
    [1, 3, 5, 7].includes(rows.length) &&
    rows.every((row) => Array.isArray(row) && row.length === rows.length && row.every(Number.isFinite));
  const stack =
    Array.isArray(weights) &&
    weights.length === 3 &&
    weights.every(square) &&
    weights.every((rows) => rows.length === weights[0].length);
  return square(weights) || stack ? kernelFromTrait(weights, gallery) : null;
}
