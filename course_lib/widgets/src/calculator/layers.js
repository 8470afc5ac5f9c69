// The kinds of layers a reader can stack: what they are called, what can be set, where they start.
import { times } from "./numerics.js";

export const ACTIVATIONS = [
  ["relu", "ReLU"], ["leaky_relu", "Leaky ReLU"], ["gelu", "GELU"], ["silu", "SiLU"], ["sigmoid", "Sigmoid"],
  ["tanh", "Tanh"], ["softmax", "Softmax"],
];
export const POOLS = [["max", "Max"], ["average", "Average"]];
const PADDINGS = [["same", "same"], ...[0, 1, 2, 3, 4, 5, 6].map((zeros) => [zeros, String(zeros)])];

const count = (name, label) => ({ type: "number", name, label, min: 1, step: 1 });
const KERNEL = count("kernel", "Kernel size");
const STRIDE = count("stride", "Stride");
const PADDING = { type: "choice", name: "padding", label: "Padding", options: PADDINGS };
const BIAS = { type: "toggle", name: "bias", label: "Bias" };

/** Each kind's name, its editor's fields and the settings that a new layer starts with. */
export const KINDS = {
  conv: {
    name: "Convolution",
    fields: [
      count("out", "Maps out"), KERNEL, STRIDE, PADDING, count("dilation", "Dilation"), count("groups", "Groups"), BIAS,
    ],
    fresh: { out: 32, kernel: 3, stride: 1, padding: "same", dilation: 1, groups: 1, bias: true },
  },
  pool: {
    name: "Pooling",
    fields: [{ type: "choice", name: "mode", label: "Kind", options: POOLS }, KERNEL, STRIDE, PADDING],
    fresh: { mode: "max", kernel: 2, stride: 2, padding: 0 },
  },
  batch_norm: { name: "Batch norm", fields: [], fresh: {} },
  activation: {
    name: "Activation",
    fields: [{ type: "choice", name: "function", label: "Function", options: ACTIVATIONS }],
    fresh: { function: "relu" },
  },
  dropout: {
    name: "Dropout",
    fields: [{ type: "number", name: "rate", label: "Rate", min: 0, step: 0.05 }],
    fresh: { rate: 0.5 },
  },
  flatten: { name: "Flatten", fields: [], fresh: {} },
  global_pool: { name: "Global average pooling", fields: [], fresh: {} },
  dense: { name: "Dense", fields: [count("units", "Units"), BIAS], fresh: { units: 10, bias: true } },
};

/** A layer in a few words, as [name, settings]; a number that is not there yet is a question mark. */
export function describe(given) {
  const layer = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number.isNaN(value) ? "?" : value]));
  switch (layer.kind) {
    case "conv": return ["Convolution", conv(layer)];
    case "pool": return [`${layer.mode === "max" ? "Max" : "Average"} pooling`, pool(layer)];
    case "activation": return [Object.fromEntries(ACTIVATIONS)[layer.function], ""];
    case "dropout": return ["Dropout", String(layer.rate)];
    case "dense": return ["Dense", list(`${layer.units} units`, !layer.bias && "no bias")];
    default: return [KINDS[layer.kind].name, ""];
  }
}

const list = (...parts) => parts.filter(Boolean).join(", ");
const padding = (layer) => layer.padding !== 0 && (layer.padding === "same" ? "same" : `padding ${layer.padding}`);

function conv(layer) {
  const { out, kernel, stride, dilation, groups, bias } = layer;
  return list(`${out} maps`, times([kernel, kernel]), stride !== 1 && `stride ${stride}`, padding(layer),
    dilation !== 1 && `dilation ${dilation}`, groups !== 1 && `${groups} groups`, !bias && "no bias");
}

function pool(layer) {
  const { kernel, stride } = layer;
  return list(times([kernel, kernel]), stride !== kernel && `stride ${stride}`, padding(layer));
}
