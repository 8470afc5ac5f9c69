// The settings of a demo as data: what may be set, between which bounds, and how it is written. Pure functions, no page.
//
// A demo's fields.js names each setting and describes it by one of these; course_lib.widgets declares a trait of the same
// name with the same default and bounds, and tests/widgets/test_steered.py holds the two equal.

/**
 * A number between `min` and `max` in steps of `step`; with `log` the slider moves by its logarithm, and a `free` value need
 * not be one of the steps.
 */
export const range = (label, value, min, max, step = 1, more = {}) => ({ kind: "range", label, value, min, max, step, ...more });
/** One of several; `options` is a list of [key, text]. */
export const oneOf = (label, value, options, more = {}) => ({ kind: "oneOf", label, value, options, ...more });
export const flag = (label, value, more = {}) => ({ kind: "flag", label, value, ...more });
/** Any number of several, as a list of keys in the order of `options`. */
export const someOf = (label, value, options, more = {}) => ({ kind: "someOf", label, value, options, ...more });

const keys = (field) => field.options.map(([key]) => key);

/** A number on the field's grid and within its bounds. */
function snap({ min, max, step, log, free }, value) {
  const inside = Math.min(max, Math.max(min, value));
  if (free) return inside;
  if (log) return Number(inside.toPrecision(3));
  return Number((min + Math.round((inside - min) / step) * step).toFixed(6));
}

/** The value as the field allows it, or undefined where it makes no sense for it. */
export function allowed(field, value) {
  if (field.kind === "range") return Number.isFinite(value) ? snap(field, value) : undefined;
  if (field.kind === "flag") return typeof value === "boolean" ? value : undefined;
  if (field.kind === "oneOf") return keys(field).includes(value) ? value : undefined;
  return Array.isArray(value) ? keys(field).filter((key) => value.includes(key)) : undefined;
}

/** A patch with only what the fields allow. */
export function clean(fields, patch) {
  const entries = Object.entries(patch).map(([name, value]) => [name, name in fields ? allowed(fields[name], value) : value]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const written = { range: String, oneOf: String, flag: (value) => (value ? "1" : "0"), someOf: (value) => value.join(" ") };
const read = {
  range: (text) => (text.trim() === "" ? NaN : Number(text)),
  oneOf: (text) => text,
  flag: (text) => (text === "1" ? true : text === "0" ? false : undefined),
  someOf: (text) => text.split(" "),
};

/** The settings as the values of an address; what stands at its default in `start` is left out. */
export function toValues(fields, state, start) {
  const changed = Object.entries(fields).filter(([name, { kind }]) => written[kind](state[name]) !== written[kind](start[name]));
  return Object.fromEntries(changed.map(([name, { kind }]) => [name, written[kind](state[name])]));
}

/** The patch that an address asks for: all fields, those it does not name as in `start`. */
export function fromValues(fields, values, start) {
  const named = Object.entries(fields).filter(([name]) => values.has(name));
  const asked = Object.fromEntries(named.map(([name, { kind }]) => [name, read[kind](values.get(name))]));
  return { ...Object.fromEntries(Object.keys(fields).map((name) => [name, start[name]])), ...clean(fields, asked) };
}
