// Writes a stack of layers as PyTorch and as Keras code.
import { describe } from "./layers.js";
import { isVector, measure, pads, positions } from "./numerics.js";

const TORCH_ACTIVATIONS = {
  relu: "nn.ReLU()", leaky_relu: "nn.LeakyReLU(0.01)", gelu: "nn.GELU()", silu: "nn.SiLU()", sigmoid: "nn.Sigmoid()",
  tanh: "nn.Tanh()", softmax: "nn.Softmax(dim=1)",
};
const KERAS_ACTIVATIONS = { relu: "layers.ReLU()", leaky_relu: "layers.LeakyReLU(negative_slope=0.01)" };

/** The network as an `nn.Sequential`, up to the first impossible layer; each line ends with the shape it leaves. */
export function torchCode(input, layers) {
  return sequential(input, layers, torchLayer, {
    head: ["from torch import nn", "", "model = nn.Sequential("],
    tail: ")",
    shape: (shape) => `(N, ${shape.join(", ")})`,
  });
}

/** The same network as a `keras.Sequential`; Keras puts the channels last. */
export function kerasCode(input, layers) {
  const [channels, height, width] = input;
  return sequential(input, layers, kerasLayer, {
    head: ["import keras", "from keras import layers", "", "model = keras.Sequential([",
      `    keras.Input((${height}, ${width}, ${channels})),`],
    tail: "])",
    shape: (shape) => `(N, ${[...shape.slice(1), shape[0]].join(", ")})`,
  });
}

function sequential(input, layers, write, { head, tail, shape }) {
  const rows = measure(input, layers);
  const lines = [];
  for (const [i, row] of rows.entries()) {
    if (row.problem) lines.push([`# The rest is left out: layer ${i + 1} (${describe(layers[i])[0]}) is impossible.`]);
    if (!row.shape) break;
    const written = write(layers[i], row.before).map((line) => (line.startsWith("#") ? line : `${line},`));
    lines.push(...written.slice(0, -1).map((line) => [line]), [written.at(-1), shape(row.shape)]);
  }
  const width = Math.max(...lines.filter(([, comment]) => comment).map(([line]) => line.length));
  const body = lines.map(([line, comment]) => `    ${comment ? `${line.padEnd(width)}  # ${comment}` : line}`);
  return [...head, ...body, tail, ""].join("\n");
}

const call = (name, ...parts) => `${name}(${parts.filter((part) => part !== false).join(", ")})`;

/** The zeros on each side: [top, bottom, left, right]. */
const sides = (layer, [, height, width]) => [...pads(height, layer), ...pads(width, layer)];
const allEqual = (values) => values.every((value) => value === values[0]);

function torchLayer(layer, before) {
  switch (layer.kind) {
    case "conv": return torchConv(layer, before);
    case "pool": return torchPool(layer, before);
    case "batch_norm": return [`nn.BatchNorm${isVector(before) ? 1 : 2}d(${before[0]})`];
    case "activation": return [TORCH_ACTIVATIONS[layer.function]];
    case "dropout": return [`nn.Dropout(${layer.rate})`];
    case "flatten": return ["nn.Flatten()"];
    case "global_pool": return ["nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"];
    default: return [call("nn.Linear", before[0], layer.units, !layer.bias && "bias=False")];
  }
}

function torchConv(layer, before) {
  const { out, kernel, stride, dilation, groups, bias } = layer;
  const around = sides(layer, before);
  const easy = allEqual(around);
  const same = easy && layer.padding === "same" && stride === 1;
  const conv = call("nn.Conv2d", before[0], out, kernel, stride !== 1 && `stride=${stride}`,
    same && "padding=\"same\"", easy && !same && around[0] > 0 && `padding=${around[0]}`,
    dilation !== 1 && `dilation=${dilation}`, groups !== 1 && `groups=${groups}`, !bias && "bias=False");
  return easy ? [conv] : [torchPad("nn.ZeroPad2d", around), conv];
}

function torchPool(layer, before) {
  const { mode, kernel, stride } = layer;
  const around = sides(layer, before);
  const easy = allEqual(around) && around[0] <= kernel / 2;
  const uncounted = mode === "average" && layer.padding === "same" && around.some(Boolean);
  const pool = call(mode === "max" ? "nn.MaxPool2d" : "nn.AvgPool2d", kernel, stride !== kernel && `stride=${stride}`,
    easy && around[0] > 0 && `padding=${around[0]}`, easy && uncounted && "count_include_pad=False");
  if (easy) return [pool];
  return mode === "max"
    ? [torchPad("nn.ConstantPad2d", around, "-float(\"inf\")"), pool]
    : ["# The means at the border count the zeros here; Keras leaves them out.", torchPad("nn.ZeroPad2d", around), pool];
}

function torchPad(name, [top, bottom, left, right], ...value) {
  return call(name, `(${left}, ${right}, ${top}, ${bottom})`, ...value);
}

function kerasLayer(layer, before) {
  const bias = layer.bias === false && "use_bias=False";
  switch (layer.kind) {
    case "conv": return kerasConv(layer, before, bias);
    case "pool": return kerasPool(layer, before);
    case "batch_norm": return ["layers.BatchNormalization(momentum=0.9, epsilon=1e-5)"];
    case "activation":
      return [KERAS_ACTIVATIONS[layer.function] ?? `layers.Activation("${layer.function}")`];
    case "dropout": return [`layers.Dropout(${layer.rate})`];
    case "flatten": return ["layers.Flatten()"];
    case "global_pool": return ["layers.GlobalAveragePooling2D()"];
    default: return [call("layers.Dense", layer.units, bias)];
  }
}

/** Whether Keras's `padding="same"` puts the same zeros and leaves the same shape. */
function isSame(layer, before) {
  const twin = { ...layer, padding: "same" };
  const equal = (length) => positions(length, twin) === positions(length, layer);
  return String(sides(twin, before)) === String(sides(layer, before)) && before.slice(1).every(equal);
}

function kerasPad([top, bottom, left, right]) {
  const around = [top, bottom, left, right];
  if (!around.some(Boolean)) return [];
  return [`layers.ZeroPadding2D(${allEqual(around) ? top : `((${top}, ${bottom}), (${left}, ${right}))`})`];
}

function kerasConv(layer, before, bias) {
  const { out, kernel, stride, dilation, groups } = layer;
  const apart = stride > 1 && dilation > 1; // Keras refuses both in one layer: dilate first, then keep every s-th
  const around = sides(layer, before);
  const same = !apart && around.some(Boolean) && isSame(layer, before);
  const conv = call("layers.Conv2D", out, kernel, stride !== 1 && !apart && `strides=${stride}`,
    same && "padding=\"same\"", dilation !== 1 && `dilation_rate=${dilation}`, groups !== 1 && `groups=${groups}`, bias);
  return [...(same ? [] : kerasPad(around)), conv, ...(apart ? [`layers.MaxPooling2D(1, strides=${stride})`] : [])];
}

function kerasPool(layer, before) {
  const { mode, kernel, stride, padding } = layer;
  const around = sides(layer, before);
  const same = around.some(Boolean) && (padding === "same" || (mode === "max" && isSame(layer, before)));
  const pool = call(mode === "max" ? "layers.MaxPooling2D" : "layers.AveragePooling2D", kernel,
    stride !== kernel && `strides=${stride}`, same && "padding=\"same\"");
  if (same || !around.some(Boolean)) return [pool];
  const note = "# Zeros where PyTorch pads with minus infinity: the same right after a ReLU.";
  return [...(mode === "max" ? [note] : []), ...kerasPad(around), pool];
}
