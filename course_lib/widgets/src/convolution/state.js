// The demo's state: one plain object. Changes are patches; `update` applies one and keeps what depends on it in order.
import { asFraction, outputSize, resize, samePadding } from "./numerics.js";

export const DRAWING_SIDE = 12;
export const SMALL_SIDE = 16;
export const LIMITS = { stride: [1, 4], padding: [0, 12], dilation: [1, 4] };
export const SIZES = [1, 3, 5, 7];

/** The traits that are fields of the state under the same name. */
export const TRAITS = ["image", "stride", "padding", "dilation", "bias", "mode", "view", "color"];

export function startState(get) {
  const fields = Object.fromEntries(TRAITS.map((name) => [name, get(name)]));
  const kernel = kernelFromTrait(get("kernel"), get("_gallery"));
  return {
    ...fields,
    kernel,
    compact: get("compact"),
    picture: null,
    failure: null,
    row: 0,
    column: 0,
    hover: null,
    playing: false,
    channel: "all",
    cell: middle(kernel.size),
    pen: 10,
    penRow: 0,
    penColumn: 0,
  };
}

/** Applies a patch. A new picture puts the window at its first position, or in the middle where it is large. */
export function update(state, patch) {
  const next = { ...state, ...patch };
  for (const [name, [low, high]] of Object.entries(LIMITS)) next[name] = clamp(Math.round(next[name]) || 0, low, high);
  const size = outputOf(next);
  if (!size) return { ...next, row: 0, column: 0, hover: null, playing: false };
  if (next.picture !== state.picture && newSize(next.picture, state.picture)) {
    next.row = isLarge(next.picture) ? Math.floor(size.height / 2) : 0;
    next.column = isLarge(next.picture) ? Math.floor(size.width / 2) : 0;
  }
  next.row = clamp(next.row, 0, size.height - 1);
  next.column = clamp(next.column, 0, size.width - 1);
  if (next.hover && (next.hover.row >= size.height || next.hover.column >= size.width)) next.hover = null;
  return next;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const newSize = (a, b) => !b || a.name !== b.name || a.planes[0].width !== b.planes[0].width;

export const isLarge = (picture) => Math.max(picture.planes[0].height, picture.planes[0].width) > SMALL_SIDE;

/** Whether the picture is taken as three channels. */
export const inColor = (state) => state.color && !state.compact && state.picture?.planes.length === 3;

/** { height, width } of the output, or null where there is no picture or the window does not fit. */
export function outputOf(state) {
  if (!state.picture) return null;
  const { height, width } = state.picture.planes[0];
  const { size } = state.kernel;
  const lengths = { height: outputSize(height, size, state), width: outputSize(width, size, state) };
  return lengths.height < 1 || lengths.width < 1 ? null : lengths;
}

// Kernels: { name, size, divisor, stack }, where stack holds the cells of the red, green and blue kernel.

export function kernelFromTrait(value, gallery) {
  if (typeof value === "string") {
    const { cells, divisor } = gallery[value];
    const flat = cells.flat();
    return { name: value, size: cells.length, divisor, stack: [flat, flat, flat] };
  }
  const stack = Array.isArray(value[0][0]) ? value : [value, value, value];
  const size = stack[0].length;
  const { cells, divisor } = asFraction(stack.flat(2));
  return {
    name: null,
    size,
    divisor,
    stack: [0, 1, 2].map((channel) => cells.slice(channel * size ** 2, (channel + 1) * size ** 2)),
  };
}

/** The kernel as its trait: a gallery name, or nested lists of weights, one for each channel where they differ. */
export function kernelToTrait({ kernel, color }) {
  if (kernel.name) return kernel.name;
  const { size, divisor } = kernel;
  const rows = (cells) =>
    Array.from({ length: size }, (_, row) => cells.slice(row * size, (row + 1) * size).map((cell) => cell / divisor));
  return color && !sameForAll(kernel) ? kernel.stack.map(rows) : rows(kernel.stack[0]);
}

/** The index of the cell in the middle. */
export const middle = (size) => (size * size - 1) / 2;

export const sameForAll = ({ stack: [red, green, blue] }) =>
  red.every((cell, index) => cell === green[index] && cell === blue[index]);

/** The kernel with one cell changed, in one channel or in all. */
export function withCell(kernel, channel, index, value) {
  const changed = (cells) => cells.map((cell, place) => (place === index ? value : cell));
  const stack = kernel.stack.map((cells, place) => (channel === "all" || channel === place ? changed(cells) : cells));
  return { ...kernel, name: null, stack };
}

/** The kernel with all cells of one channel, or of all, set. */
export function withCells(kernel, channel, cells) {
  return {
    ...kernel,
    name: null,
    stack: kernel.stack.map((old, place) => (channel === "all" || channel === place ? cells : old)),
  };
}

export const withSize = (kernel, size) => ({
  ...kernel,
  size,
  name: kernel.size === size ? kernel.name : null,
  stack: kernel.stack.map((cells) => resize(cells, kernel.size, size)),
});

/** The patch of a reader who chooses a gallery kernel: its weights and the view that suits it. */
export const chooseKernel = (name, gallery) => ({
  kernel: kernelFromTrait(name, gallery),
  view: gallery[name].view,
  cell: middle(gallery[name].cells.length),
});

/** The patch of a reader who chooses a picture; a worked example brings its kernel and plain settings along. */
export function chooseImage(name, samples, gallery) {
  const sample = samples[name];
  const small = sample && Math.max(sample.height, sample.width) <= SMALL_SIDE;
  const worked = sample?.kernel
    ? { ...chooseKernel(sample.kernel, gallery), stride: 1, padding: 0, dilation: 1, bias: 0 }
    : {};
  return { image: name, mode: small ? "step" : "sweep", hover: null, playing: false, ...worked };
}

export const same = ({ kernel, dilation }) => samePadding(kernel.size, dilation);

/** The position `steps` further in reading order, or null past the ends. */
export function moved(state, steps) {
  const size = outputOf(state);
  if (!size) return null;
  const index = state.row * size.width + state.column + steps;
  if (index < 0 || index >= size.height * size.width) return null;
  return { row: Math.floor(index / size.width), column: index % size.width };
}
