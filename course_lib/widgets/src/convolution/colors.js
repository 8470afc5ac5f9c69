// The maps that turn values into colors, and pictures painted through them.
import { css, mix } from "../shared/theme.js";

const STEPS = 511; // odd, so that zero has a color of its own in the middle

/** A map from values between `low` and `high` to colors. */
function ramp(low, high, color) {
  const colors = Array.from({ length: STEPS }, (_, step) => color(step / (STEPS - 1)));
  const packed = Uint32Array.from(colors, ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red);
  const scale = high > low ? (STEPS - 1) / (high - low) : 0;
  const index = (value) => Math.max(0, Math.min(STEPS - 1, Math.round((value - low) * scale)));
  const gradient = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map((share) => css(color(share))).join(", ")})`;
  return { low, high, scale, packed, gradient, color: (value) => colors[index(value)] };
}

const KEPT = 64;
const kept = new Map();

/** Makes a map, or returns it if it was made before: pictures are painted again only when their map is another one. */
function keep(key, make) {
  if (!kept.has(key)) {
    if (kept.size === KEPT) kept.clear();
    kept.set(key, make());
  }
  return kept.get(key);
}

export const greyMap = (low, high) =>
  keep(`grey ${low} ${high}`, () => ramp(low, high, (share) => mix([0, 0, 0], [255, 255, 255], share)));

export function channelMap(low, high, channel) {
  const end = [0, 0, 0].map((_, index) => (index === channel ? 255 : 40));
  return keep(`channel ${channel} ${low} ${high}`, () => ramp(low, high, (share) => mix([0, 0, 0], end, share)));
}

/** Negative values blue, zero the page's background, positive ones vermillion; as far down as up. */
export function signedMap(most, { surface, blue, vermillion }) {
  const color = (share) => mix(surface, share < 0.5 ? blue : vermillion, Math.abs(2 * share - 1));
  return keep(`signed ${most} ${surface}`, () => ramp(-most, most, color));
}

/** The map for values up to `most` away from 0, in the view that the reader chose, and whether it is for their size. */
export function valueMap(view, most, { low, high }, theme) {
  if (view === "signed") return { map: signedMap(most, theme) };
  if (view === "absolute") return { map: greyMap(0, most), absolute: true };
  return { map: greyMap(low, high) };
}

const painted = new WeakMap(); // canvas -> its pixels and what it shows, to leave it alone while that is the same

/** The pixels of a canvas to paint `what` into, or null where it shows just that. */
function pixelsFor(canvas, { height, width }, ...what) {
  const before = painted.get(canvas);
  if (before && what.every((part, index) => part === before.what[index])) return null;
  const fits = before?.image.width === width && before.image.height === height;
  if (!fits) Object.assign(canvas, { width, height });
  const image = fits ? before.image : new ImageData(width, height);
  painted.set(canvas, { image, what });
  return image;
}

/**
 * Paints a plane through a map, or three planes as one color picture, one pixel a value, into a canvas kept for it.
 * Says whether there was anything to paint.
 */
export function paint(canvas, { plane, map, absolute = false, planes, low, high }) {
  const image = planes
    ? pixelsFor(canvas, planes[0], planes, low, high)
    : pixelsFor(canvas, plane, plane.data, map, absolute);
  if (!image) return false;
  if (planes) fillColor(image, planes, low, high);
  else fill(image, plane.data, map, absolute);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return true;
}

function fill(image, data, { low, scale, packed }, absolute) {
  const pixels = new Uint32Array(image.data.buffer);
  const last = packed.length - 1;
  for (let index = 0; index < pixels.length; index++) {
    const value = absolute ? Math.abs(data[index]) : data[index];
    const step = (value - low) * scale + 0.5;
    pixels[index] = packed[step < 0 ? 0 : step > last ? last : step | 0];
  }
}

function fillColor(image, planes, low, high) {
  const scale = 255 / (high - low);
  planes.forEach(({ data }, channel) => {
    for (let index = 0; index < data.length; index++) image.data[4 * index + channel] = scale * (data[index] - low);
  });
  for (let index = 3; index < image.data.length; index += 4) image.data[index] = 255;
}
