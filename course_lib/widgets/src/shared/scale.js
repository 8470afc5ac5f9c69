// Axes: from values to pixels, and which values to write. Pure functions, no page.
import { brief, power } from "./numbers.js";

const NICE = [1, 2, 2.5, 5, 10];
const STRIDES = [1, 2, 5, 10, 20, 50, 100]; // of powers of ten

function linearTicks(min, max, most, whole) {
  const rough = Math.max((max - min) / most, whole ? 1 : 0);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * NICE.find((nice) => nice * unit >= rough * (1 - 1e-9) && !(whole && nice === 2.5));
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function logTicks(min, max, most) {
  const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  const stride = STRIDES.find((wide) => (high - low) / wide + 1 <= most) ?? STRIDES.at(-1);
  const first = Math.ceil(low / stride);
  return Array.from({ length: Math.max(0, Math.floor(high / stride) - first + 1) }, (_, i) => 10 ** ((first + i) * stride));
}

/**
 * An axis over [min, max] that runs from pixel `from` to pixel `to`: { at(value), value(pixel), ticks, text(tick) }.
 * With `whole`, only whole numbers are written. On a logarithmic axis what is not positive has no place: NaN.
 */
export function axis({ min, max, log = false, whole = false }, from, to, most = 5) {
  const forward = log ? Math.log10 : (value) => value;
  const [low, high] = [forward(min), forward(max)];
  const at = (value) => (log && value <= 0 ? NaN : from + ((forward(value) - low) / (high - low)) * (to - from));
  const value = (pixel) => {
    const share = low + ((pixel - from) / (to - from)) * (high - low);
    return log ? 10 ** share : share;
  };
  const ticks = log ? logTicks(min, max, most) : linearTicks(min, max, most, whole);
  const text = (tick) => (log ? power(Math.round(Math.log10(tick))) : brief(tick));
  return { at, value, ticks, text };
}

/** The smallest and largest finite value, and on a logarithmic axis positive ones; { min: 0, max: 1 } where there is none. */
export function extent(values, { log = false, pad = 0.05 } = {}) {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values)
    if (Number.isFinite(value) && !(log && value <= 0)) [min, max] = [Math.min(min, value), Math.max(max, value)];
  if (min > max) return log ? { min: 0.1, max: 10, log } : { min: 0, max: 1, log };
  if (log) return { min: 10 ** Math.floor(Math.log10(min)), max: 10 ** Math.max(Math.ceil(Math.log10(max)), Math.floor(Math.log10(min)) + 1), log };
  const margin = max > min ? pad * (max - min) : Math.max(1e-3, Math.abs(max)) * 0.5;
  return { min: min - margin, max: max + margin, log };
}
