// How each number of a row is worked out: the formula, then the same with this layer's numbers.
import { exact, memory } from "./format.js";
import { BYTES, isVector, times } from "./numerics.js";

const IN = "C<sub>in</sub>";
const OUT = "C<sub>out</sub>";

/** The steps behind a row of `measure`, as a list of { name, formula, numbers }; texts carry inline markup. */
export function explain(layer, row, precision) {
  return [
    ...shapes(layer, row),
    learned(layer, row),
    work(layer, row),
    kept(layer, row, precision),
    ...seen(layer, row),
  ].filter(Boolean);
}

function shapes(layer, { before, shape }) {
  const [channels, ...lengths] = before;
  switch (layer.kind) {
    case "conv":
    case "pool": {
      const sides = lengths[0] === lengths[1] ? [["Height and width", 0]] : [["Height", 0], ["Width", 1]];
      return sides.map(([name, i]) => ({ name, ...positionsFormula(layer, "HW"[i], lengths[i], shape[i + 1]) }));
    }
    case "flatten": return [{ name: "Output", formula: "C·H·W", numbers: `${before.join("·")} = ${exact(shape[0])}` }];
    case "global_pool": return [{ name: "Output", formula: "the mean of each map", numbers: `${channels} means` }];
    case "dense": return [{ name: "Output", formula: "one number for each unit", numbers: exact(layer.units) }];
    default: return [{ name: "Output", formula: "as the input", numbers: times(shape) }];
  }
}

function positionsFormula({ kind, kernel: k, stride: s, padding: p, dilation: d = 1 }, letter, length, result) {
  if (p === "same") return { formula: `⌈${letter} / s⌉`, numbers: `⌈${length} / ${s}⌉ = ${result}` };
  if (kind === "pool") {
    return {
      formula: `⌊(${letter} + 2p − k) / s⌋ + 1`,
      numbers: `⌊(${length} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${result}`,
    };
  }
  return {
    formula: `⌊(${letter} + 2p − d(k − 1) − 1) / s⌋ + 1`,
    numbers: `⌊(${length} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${result}`,
  };
}

function learned(layer, row) {
  const [channels] = row.before;
  const result = exact(row.parameters);
  const name = "Parameters";
  const [plus, one] = layer.bias ? [" + 1", " + 1"] : ["", ""];
  switch (layer.kind) {
    case "conv": {
      const { kernel, groups, out } = layer;
      const [over, share] = groups > 1 ? [" / g", ` / ${groups}`] : ["", ""];
      return {
        name,
        formula: `(k·k·${IN}${over}${plus})·${OUT}`,
        numbers: `(${kernel}·${kernel}·${channels}${share}${one})·${out} = ${result}`,
      };
    }
    case "dense": return {
      name,
      formula: layer.bias ? "(inputs + 1)·units" : "inputs·units",
      numbers: layer.bias ? `(${channels} + 1)·${layer.units} = ${result}` : `${channels}·${layer.units} = ${result}`,
    };
    case "batch_norm": return { name, formula: "γ and β for each channel: 2C", numbers: `2·${channels} = ${result}` };
    default: return { name, formula: "nothing to learn", numbers: "0" };
  }
}

function work(layer, { before: [channels], shape, multiplyAdds }) {
  const name = "Multiply-adds";
  const result = exact(multiplyAdds);
  if (layer.kind === "dense") return { name, formula: "inputs·units", numbers: `${channels}·${layer.units} = ${result}` };
  if (layer.kind !== "conv") return null;
  const { kernel, groups } = layer;
  const [over, share] = groups > 1 ? [" / g", ` / ${groups}`] : ["", ""];
  return {
    name,
    formula: `k·k·${IN}${over} for each of the outputs ${OUT}·H·W`,
    numbers: `${kernel}·${kernel}·${channels}${share} · ${shape.join("·")} = ${result}`,
  };
}

function kept({ kind }, { shape, values }, precision) {
  const bytes = BYTES[precision];
  if (kind === "flatten") return { name: "Memory", formula: "the same numbers, seen as a vector", numbers: "0 B" };
  return {
    name: "Memory",
    formula: `outputs·${bytes} bytes of ${precision}`,
    numbers: `${isVector(shape) ? shape[0] : shape.join("·")}·${bytes} = ${memory(values * bytes)}`,
  };
}

function seen(layer, { windows, field }) {
  const name = "Receptive field";
  if (layer.kind === "dense" || layer.kind === "global_pool") {
    return [{ name, formula: "all that the units before see together", numbers: times(field) }];
  }
  if (layer.kind !== "conv" && layer.kind !== "pool") return [];
  const { kernel, dilation = 1 } = layer;
  const [{ size, jump }] = windows;
  const conv = layer.kind === "conv";
  return [{
    name,
    formula: `r + ${conv ? "d" : ""}(k − 1)·j, with j the strides before it multiplied`,
    numbers: `${size} + ${conv ? `${dilation}·` : ""}(${kernel} − 1)·${jump} = ${field[0]}`,
  }];
}
