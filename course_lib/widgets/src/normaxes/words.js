// What the demo says about itself.
import { brief } from "../shared/numbers.js";
import { CHANGE, SHAPE, changes, indexOf, inputs, members, normalize, placeOf } from "./numerics.js";

export const NAMES = { batch: "Batch norm", layer: "Layer norm", instance: "Instance norm", group: "Group norm" };
const PARTS = { example: "example 0", channel: "channel 0 of all examples", picture: "channel 0 of example 0" };

const list = (numbers, one, many) => `${numbers.length === 1 ? one : many} ${numbers.join(", ")}`;

/** Which values share a mean with the chosen one, in words: "channel 2 of all examples". */
export function shares({ example, channel }, norm, groups) {
  const size = SHAPE.channels / groups;
  const first = Math.floor(channel / size) * size;
  const group = Array.from({ length: size }, (_, i) => first + i);
  return {
    batch: `channel ${channel} of all examples`,
    layer: `all channels of example ${example}`,
    instance: `channel ${channel} of example ${example}`,
    group: `${list(group, "channel", "channels")} of example ${example}`,
  }[norm];
}

/** The numbers of the chosen value under a norm. */
export function reading(state, norm = state.norm) {
  const [k, groups, x] = [indexOf(state), Number(state.groups), inputs(state)];
  const { values, mean, deviation } = normalize(x, norm, groups);
  const before = normalize(inputs({ ...state, times: "nothing" }), norm, groups).values[k];
  return { x: x[k], count: members(k, norm, groups).length, mean: mean[k], deviation: deviation[k], normalized: values[k], before };
}

const fixed = (value) => brief(Number(value.toFixed(3)));

/** The sentence about the chosen value. */
export function chosen(state) {
  const { x, count, mean, deviation, normalized } = reading(state);
  const { norm, example, channel, row, column } = state;
  return [
    `${NAMES[norm]}. `,
    `x[${example}, ${channel}, ${row}, ${column}] = ${fixed(x)} shares mean ${fixed(mean)} and deviation ${fixed(deviation)} with the ${count} values of ${shares(state, norm, Number(state.groups))} and becomes ${fixed(normalized)}.`,
  ];
}

/** The sentence about what a multiplication has changed; empty without one. */
export function consequence(state) {
  if (state.times === "nothing") return "";
  const found = changes(state);
  const changed = found.map((_, k) => k).filter((k) => found[k] > CHANGE);
  const start = `With ${PARTS[state.times]} multiplied by ten, `;
  if (!changed.length) return `${start}no normalized value changes.`;
  const distinct = (key) => [...new Set(changed.map((k) => placeOf(k)[key]))].sort((a, b) => a - b);
  const where = `${list(distinct("channel"), "channel", "channels")} of ${list(distinct("example"), "example", "examples")}`;
  return `${start}${changed.length} of ${found.length} normalized values change, in ${where}, by up to ${fixed(Math.max(...found))}.`;
}

export const summary = (state) => [...chosen(state), consequence(state)].join(" ").replace(/ {2,}/g, " ").trim();
