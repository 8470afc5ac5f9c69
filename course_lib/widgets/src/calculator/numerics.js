// Shapes, parameters, multiply-adds, memory and receptive fields of a stack of layers. Pure functions, no page.
//
// A shape is [channels, height, width] for maps and [units] for a vector. Windows tell what the units of a layer see
// of the input, along each direction: a unit away from the border sees `size` pixels and its neighbor the same
// `jump` pixels further; `reach` holds for each unit the first and the last pixel of the image that it depends on.

const COUNTS = { conv: ["out", "kernel", "stride", "dilation", "groups"], pool: ["kernel", "stride"], dense: ["units"] };
const NAMES = { out: "number of maps", units: "number of units", kernel: "kernel size" };
const NOTHING = [Infinity, -Infinity];
const LARGEST_INPUT = 10_000;
export const BYTES = { float32: 4, float16: 2 };

export const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
const isInput = (shape) => shape.every((length) => isCount(length) && length <= LARGEST_INPUT);
const pixels = (length) => ({ size: 1, jump: 1, reach: Array.from({ length }, (_, i) => [i, i]) });
export const isVector = (shape) => shape.length === 1;
export const size = (shape) => shape.reduce((product, length) => product * length, 1);
export const times = (shape) => shape.join("×");
const square = (length) => `${length}×${length}`;

/** The zeros before and after an input of `length`: half of `padding: "same"` each, the odd one after. */
export function pads(length, { kernel, stride, padding, dilation = 1 }) {
  if (padding !== "same") return [padding, padding];
  const reach = (Math.ceil(length / stride) - 1) * stride + dilation * (kernel - 1) + 1;
  const total = Math.max(reach - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** How many positions a kernel takes along an input of `length`; none where it does not fit. */
export function positions(length, layer) {
  const { kernel, stride, dilation = 1 } = layer;
  const [before, after] = pads(length, layer);
  return Math.max(Math.floor((length + before + after - dilation * (kernel - 1) - 1) / stride) + 1, 0);
}

/** Says in plain words why `layer` cannot follow a layer of shape `before`, or returns null where it can. */
export function problem(layer, before) {
  return wrongSetting(layer) ?? wrongInput(layer, before);
}

function wrongSetting(layer) {
  const wrong = (COUNTS[layer.kind] ?? []).find((name) => !isCount(layer[name]));
  if (wrong) return `The ${NAMES[wrong] ?? wrong} must be a whole number, 1 or more.`;
  const { padding = 0 } = layer;
  if (padding !== "same" && !(Number.isSafeInteger(padding) && padding >= 0)) {
    return "The padding must be “same” or a whole number, 0 or more.";
  }
  if (layer.kind === "pool" && padding > layer.kernel / 2) {
    return `Padding ${padding} is more than half of the ${square(layer.kernel)} window, so some windows would hold `
      + "nothing but padding. Choose less.";
  }
  if (layer.kind === "dropout" && !(layer.rate >= 0 && layer.rate < 1)) {
    return "The dropout rate must be at least 0 and less than 1.";
  }
  return null;
}

function wrongInput(layer, before) {
  const maps = { conv: "A convolution", pool: "Pooling", global_pool: "Global pooling" }[layer.kind];
  if (maps && isVector(before)) {
    return `${maps} needs maps (channels×height×width), and here comes a vector of ${before[0]}. Move it up, before `
      + "the maps are flattened.";
  }
  if (layer.kind === "dense" && !isVector(before)) {
    return `A dense layer needs a vector, and here come maps of ${times(before)}. Put Flatten or Global average `
      + "pooling before it.";
  }
  if (layer.kind === "conv") {
    const odd = [["input", before[0]], ["output", layer.out]].find(([, count]) => count % layer.groups);
    if (odd) return `The ${layer.groups} groups must divide the ${odd[1]} ${odd[0]} channels evenly, and do not.`;
  }
  return maps && layer.kind !== "global_pool" ? tooLarge(layer, before) : null;
}

function tooLarge(layer, [, ...lengths]) {
  if (lengths.every((length) => positions(length, layer) > 0)) return null;
  const { kernel, dilation = 1, padding } = layer;
  const reach = dilation * (kernel - 1) + 1;
  const spread = dilation > 1 ? ` (${square(reach)} with dilation ${dilation})` : "";
  const padded = padding ? ` with padding ${padding}` : "";
  return `A ${square(kernel)} kernel${spread} does not fit in an input of ${times(lengths)}${padded}. Choose a `
    + "smaller kernel, more padding, or less pooling before.";
}

/** What comes out of `layer` for an input of shape `before`. */
export function outputShape(layer, before) {
  const [channels, ...lengths] = before;
  switch (layer.kind) {
    case "conv": return [layer.out, ...lengths.map((length) => positions(length, layer))];
    case "pool": return [channels, ...lengths.map((length) => positions(length, layer))];
    case "global_pool": return [channels];
    case "flatten": return [size(before)];
    case "dense": return [layer.units];
    default: return before;
  }
}

/** The numbers a layer learns. */
export function parameters(layer, [channels]) {
  switch (layer.kind) {
    case "conv": return (layer.kernel ** 2 * channels / layer.groups + (layer.bias ? 1 : 0)) * layer.out;
    case "dense": return (channels + (layer.bias ? 1 : 0)) * layer.units;
    case "batch_norm": return 2 * channels;
    default: return 0;
  }
}

/** Multiplications, each followed by an addition, for one image; convolutions and dense layers only. */
export function multiplyAdds(layer, [channels], after) {
  switch (layer.kind) {
    case "conv": return layer.kernel ** 2 * channels / layer.groups * size(after);
    case "dense": return channels * layer.units;
    default: return 0;
  }
}

/** The windows of a layer's units, from those of the layer before, along each direction. */
function widen(windows, layer, before) {
  if (layer.kind === "dense" || layer.kind === "global_pool") return windows.map(union);
  if (layer.kind !== "conv" && layer.kind !== "pool") return windows;
  const { kernel, stride, dilation = 1 } = layer;
  return windows.map(({ size, jump, reach }, i) => ({
    size: size + dilation * (kernel - 1) * jump,
    jump: jump * stride,
    reach: Array.from({ length: positions(before[i + 1], layer) }, (_, place) => {
      const first = place * stride - pads(before[i + 1], layer)[0];
      return spanOf(reach, first, dilation, kernel);
    }),
  }));
}

/** From the first to the last pixel that `count` units from `first` on, `step` apart, reach; padding reaches none. */
function spanOf(reach, first, step, count) {
  let [low, high] = NOTHING;
  const from = Math.max(0, Math.ceil(-first / step));
  for (let i = from; i < count && first + i * step < reach.length; i += 1) {
    const [start, end] = reach[first + i * step];
    low = Math.min(low, start);
    high = Math.max(high, end);
  }
  return [low, high];
}

/** The window of a unit that sees all units of the layer before. */
function union({ jump, reach }) {
  const [low, high] = spanOf(reach, 0, 1, reach.length);
  return { size: Math.max(high - low + 1, 0), jump, reach: [[low, high]] };
}

/** Says in plain words what keeps the totals of a network from being complete, as a list of sentences. */
export function troubles({ input, batch }, rows) {
  const stuck = rows.findIndex((row) => row.problem);
  return [
    !isInput(input) && "The input's channels, height and width must be whole numbers from 1 to 10,000.",
    !isCount(batch) && "The batch size must be a whole number, 1 or more.",
    stuck >= 0 && `The totals end before layer ${stuck + 1}, which is impossible.`,
  ].filter(Boolean);
}

/**
 * Walks through a stack of layers as far as it goes.
 *
 * Returns one row for each layer: { before, shape, parameters, multiplyAdds, values, field, windows } up to the
 * first impossible one, which is { problem }; layers behind it are {}. `values` counts the numbers a layer leaves
 * in memory for one image (flattening leaves none: it looks at the same numbers), `field` is the receptive field
 * in pixels as [height, width], `windows` those of the layer before.
 */
export function measure(input, layers) {
  let before = input;
  let stuck = !isInput(input);
  let windows = stuck ? [] : input.slice(1).map(pixels);
  return layers.map((layer) => {
    if (stuck) return {};
    const trouble = problem(layer, before);
    if (trouble) {
      stuck = true;
      return { problem: trouble };
    }
    const shape = outputShape(layer, before);
    const row = { before, shape, windows, parameters: parameters(layer, before) };
    row.multiplyAdds = multiplyAdds(layer, before, shape);
    row.values = layer.kind === "flatten" ? 0 : size(shape);
    windows = widen(windows, layer, before);
    row.field = windows.map((window) => window.size);
    before = shape;
    return row;
  });
}

/**
 * Adds up the rows of `measure`. Memory is in bytes: `weights`; `activations` for one image; `predict`, a batch with
 * only one layer's input and output kept at a time; `train`, a batch with every layer's output kept for the backward
 * pass, weights and their gradients. The input batch itself, optimizer state and work space come on top.
 */
export function totals(rows, { batch, precision }) {
  const done = rows.filter((row) => row.shape);
  const sum = (name) => done.reduce((total, row) => total + row[name], 0);
  let live = 0;
  let peak = 0;
  for (const { values } of done.filter((row) => row.values)) {
    peak = Math.max(peak, live + values);
    live = values;
  }
  const bytes = BYTES[precision];
  const weights = bytes * sum("parameters");
  const activations = bytes * sum("values");
  return {
    layers: done.length,
    parameters: sum("parameters"),
    multiplyAdds: sum("multiplyAdds"),
    weights,
    activations,
    predict: weights + batch * bytes * peak,
    train: 2 * weights + batch * activations,
  };
}
