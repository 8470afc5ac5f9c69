// What the demo shows for a state: the planes in use, the filtered output and the sum under the window.
import { applyFilter, extent, toGrey, valuesUnder } from "./numerics.js";
import { inColor, isLarge } from "./state.js";

const INPUTS = ["picture", "kernel", "stride", "padding", "dilation", "bias", "color"];

/** Makes a function from state to result that computes again only what a change touches. */
export function resultOf() {
  let last = null;
  let kept = null;
  return (state) => {
    if (!state.picture) return null;
    if (!last || INPUTS.some((name) => last[name] !== state[name])) kept = compute(state, kept, last);
    last = state;
    return kept && { ...kept, ...window(state, kept) };
  };
}

function compute(state, kept, last) {
  const color = inColor(state);
  const { picture, kernel } = state;
  const unchanged = kept && last.picture === picture && kept.color === color;
  const planes = unchanged ? kept.planes : planesOf(picture, color);
  const kernels = planes.map((_, channel) => ({ size: kernel.size, cells: kernel.stack[channel] }));
  const output = applyFilter(planes, kernels, { ...state, divisor: kernel.divisor });
  const [low, high] = output ? extent(output.sum) : [0, 0];
  return { color, large: isLarge(picture), planes, kernels, output, low, high };
}

function planesOf({ planes, whole }, color) {
  if (color || planes.length === 1) return planes;
  return [toGrey(planes, whole)];
}

/** The values and sums at the window: under the pointer while it looks around, else where the reader put it. */
function window(state, { planes, kernels, output }) {
  if (!output) return { position: null, terms: [] };
  const position = state.hover ?? { row: state.row, column: state.column };
  const terms = planes.map((source, channel) => {
    const values = valuesUnder(source, state.kernel.size, state, position.row, position.column);
    const { cells } = kernels[channel];
    return { values, cells, total: values.reduce((total, value, index) => total + value * cells[index], 0) };
  });
  const total = terms.reduce((all, { total }) => all + total, 0);
  return { position, terms, value: total / state.kernel.divisor + state.bias };
}
