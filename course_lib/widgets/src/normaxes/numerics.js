// Four norms of a block of N × C × H × W values: which values share a mean, and what comes out. Pure functions, no page.
import { moments } from "../shared/propagation.js";
import { fillNormal, uniform } from "../shared/random.js";

export const SHAPE = { examples: 4, channels: 6, rows: 2, columns: 2 };
export const SIZE = SHAPE.examples * SHAPE.channels * SHAPE.rows * SHAPE.columns;
export const NORMS = ["batch", "layer", "instance", "group"];
export const EPSILON = 1e-5;
const PICTURES = SHAPE.examples * SHAPE.channels;

/** Where the value [n, c, h, w] stands in the block, whose last axis runs fastest; and back. */
export const indexOf = ({ example, channel, row, column }) =>
  ((example * SHAPE.channels + channel) * SHAPE.rows + row) * SHAPE.columns + column;
export function placeOf(index) {
  const picture = Math.floor(index / (SHAPE.rows * SHAPE.columns));
  return {
    example: Math.floor(picture / SHAPE.channels),
    channel: picture % SHAPE.channels,
    row: Math.floor(index / SHAPE.columns) % SHAPE.rows,
    column: index % SHAPE.columns,
  };
}

const TIMES = {
  nothing: () => false,
  example: ({ example }) => example === 0,
  channel: ({ channel }) => channel === 0,
  picture: ({ example, channel }) => example === 0 && channel === 0,
};

/** The block: each channel of each example has a mean and a deviation of its own; a part may be multiplied by ten. */
export function inputs({ seed, times }) {
  const z = fillNormal(new Float64Array(2 * PICTURES + SIZE), uniform(seed));
  return Array.from({ length: SIZE }, (_, k) => {
    const picture = Math.floor((k * PICTURES) / SIZE);
    const value = 1.5 * z[picture] + Math.exp(0.5 * z[PICTURES + picture]) * z[2 * PICTURES + k];
    return (Math.round(10 * value) / 10) * (TIMES[times](placeOf(k)) ? 10 : 1);
  });
}

/** Which set a value belongs to: those of one number share a mean and a deviation. */
const SETS = {
  batch: ({ channel }) => channel,
  layer: ({ example }) => example,
  instance: ({ example, channel }) => example * SHAPE.channels + channel,
  group: ({ example, channel }, groups) => example * groups + Math.floor((channel * groups) / SHAPE.channels),
};
const setOf = (k, norm, groups) => SETS[norm](placeOf(k), groups);

/** The indices of all values that share a mean with value k. */
export const members = (k, norm, groups) =>
  Array.from({ length: SIZE }, (_, other) => other).filter((other) => setOf(other, norm, groups) === setOf(k, norm, groups));

/** What a norm makes of the block, γ = 1 and β = 0: { values, mean, deviation }, each one number for each value. */
export function normalize(x, norm, groups) {
  const sets = new Map();
  x.forEach((value, k) => {
    const key = setOf(k, norm, groups);
    sets.set(key, [...(sets.get(key) ?? []), value]);
  });
  const found = new Map([...sets].map(([key, values]) => [key, moments(values)]));
  const of = x.map((_, k) => found.get(setOf(k, norm, groups)));
  return {
    values: x.map((value, k) => (value - of[k].mean) / Math.sqrt(of[k].variance + EPSILON)),
    mean: of.map(({ mean }) => mean),
    deviation: of.map(({ variance }) => Math.sqrt(variance)),
  };
}

export const CHANGE = 0.01; // what counts as a change of a normalized value

/** By how much each normalized value has changed since a part of the block was multiplied. */
export function changes(state) {
  const [now, before] = [state.times, "nothing"].map((times) => normalize(inputs({ ...state, times }), state.norm, Number(state.groups)).values);
  return now.map((value, k) => Math.abs(value - before[k]));
}
