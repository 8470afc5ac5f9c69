// A surface seen from above: bands of equal height on a canvas, marks and paths above them in SVG.
import { el, uid } from "./dom.js";
import { widthOf } from "./measure.js";
import { color, marker, path, svg } from "./svg.js";
import { mix } from "./theme.js";

const BANDS = 16;
const MAX_SIDE = 400;

/** The color of a height, given as a share of the way from the lowest to the highest. */
export const heightColor = (share, { surface, blue }) => mix(surface, blue, 0.06 + 0.5 * share);

/** Paints bands of a grid of values (row 0 at the bottom) over a canvas of `side` pixels, bilinearly in between. */
function paintBands(canvas, { n, values, low, high }, side, theme) {
  const scale = Math.min(2, globalThis.devicePixelRatio || 1);
  const pixels = Math.round(side * scale);
  if (canvas.width !== pixels) Object.assign(canvas, { width: pixels, height: pixels });
  Object.assign(canvas.style, { width: `${side}px`, height: `${side}px` });
  const context = canvas.getContext("2d");
  const image = context.createImageData(pixels, pixels);
  const out = new Int32Array(image.data.buffer);
  const colors = Array.from({ length: BANDS + 1 }, (_, band) => heightColor(band / BANDS, theme));
  const packed = Int32Array.from(colors, ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
  const [r, g, b] = mix(theme.surface, theme.blue, 0.75);
  const edge = (255 << 24) | (b << 16) | (g << 8) | r;
  // Each pixel lies between two columns and two rows of the grid: where, and how far from the first of them.
  const lower = new Int32Array(pixels);
  const part = new Float64Array(pixels);
  for (let p = 0; p < pixels; p++) {
    const u = (p / (pixels - 1)) * (n - 1);
    lower[p] = Math.min(n - 2, Math.floor(u));
    part[p] = u - lower[p];
  }
  const scaling = (BANDS * 0.9999) / (high - low || 1);
  const line = new Float64Array(n);
  let [bands, above] = [new Int16Array(pixels), new Int16Array(pixels)];
  let at = 0;
  for (let py = 0; py < pixels; py++) {
    let left = 0;
    const [j, t] = [lower[pixels - 1 - py] * n, part[pixels - 1 - py]];
    for (let i = 0; i < n; i++) line[i] = ((1 - t) * values[j + i] + t * values[j + n + i] - low) * scaling;
    for (let px = 0; px < pixels; px++) {
      const i = lower[px];
      const s = part[px];
      const band = ((1 - s) * line[i] + s * line[i + 1]) | 0;
      bands[px] = band;
      out[at++] = (py > 0 && band !== above[px]) || (px > 0 && band !== left) ? edge : packed[band];
      left = band;
    }
    [bands, above] = [above, bands];
  }
  context.putImageData(image, 0, 0);
}

/**
 * A map: { node, draw(spec, theme) }. `spec` holds `grid` (see surfaces.js; painted again only when it is another object; a
 * plane without heights has none), `below(place, side)` (SVG elements to draw first), `domain`, `label` (what is seen, in words), `paths` ([{ points, color, dash }]), `marks` ([{ at, color, shape, text }]),
 * `arrows` ([{ from, to, color, dash }]) and `crosses` ([[x, y]], small signs without a color).
 * With `onpoint(x, y)` it may be pressed and dragged, with `onkey(event)` steered by keys.
 */
export function createMap(title, { onpoint, onkey } = {}) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const overlay = svg("svg", { role: "img" });
  const heading = uid("map");
  const steered = { tabindex: "0", role: "application", "aria-labelledby": heading, "aria-roledescription": "map steered by arrow keys" };
  const box = el("div", { class: "cd-map", ...(onkey ? steered : {}), onkeydown: onkey }, canvas, overlay);
  const room = el("div", { class: "cd-room" }, box);
  const node = el("div", { class: "cd-block" }, el("p", { class: "cd-title", id: heading }, title), room);
  let painted = [];
  let place = null;

  const point = (event) => {
    const { left, top } = box.getBoundingClientRect();
    onpoint(...place.back(event.clientX - left, event.clientY - top));
  };
  if (onpoint) {
    box.style.cursor = "crosshair";
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      point(event);
    });
    box.addEventListener("pointermove", (event) => box.hasPointerCapture(event.pointerId) && point(event));
  }

  function draw(spec, theme) {
    const side = Math.floor(Math.min(MAX_SIDE, widthOf(room, theme.width)));
    if (side < 1) return;
    const shows = [spec.grid, side, theme];
    if (spec.grid && shows.some((part, i) => part !== painted[i])) paintBands(canvas, spec.grid, side, theme);
    painted = shows;
    canvas.hidden = !spec.grid;
    Object.assign(box.style, { width: `${side}px`, height: `${side}px` });
    place = placing(spec.domain, side);
    overlay.setAttribute("viewBox", `0 0 ${side} ${side}`);
    overlay.setAttribute("width", side);
    overlay.setAttribute("height", side);
    overlay.setAttribute("aria-label", spec.label);
    overlay.replaceChildren(
      ...(spec.below?.(place, side) ?? []),
      ...(spec.crosses ?? []).map((at) => svg("path", { d: "M-5-5L5 5M-5 5L5-5", transform: `translate(${place(at)})`, stroke: color("text"), "stroke-width": 2 })),
      ...(spec.paths ?? []).flatMap(({ points, color: name, dash }) => drawPath(points.map(place), name, dash)),
      ...(spec.arrows ?? []).flatMap(({ from, to, color: name, dash }) => drawArrow(place(from), place(to), name, dash)),
      ...(spec.marks ?? []).flatMap(({ at, color: name, shape, text, size }) => drawMark(place(at), name, shape, text, size, side)),
    );
  }
  return { node, draw, box };
}

function placing([[x0, x1], [y0, y1]], side) {
  const place = ([x, y]) => [((x - x0) / (x1 - x0)) * side, (1 - (y - y0) / (y1 - y0)) * side];
  const share = (pixel) => Math.max(0, Math.min(1, pixel / side));
  place.back = (px, py) => [x0 + share(px) * (x1 - x0), y1 - share(py) * (y1 - y0)];
  return place;
}

function drawPath(points, name, dash) {
  const d = path(points);
  return [
    svg("path", { d, class: "cd-halo", "stroke-width": 4.5 }),
    svg("path", { d, class: "cd-line", stroke: color(name), "stroke-dasharray": dash }),
  ];
}

export function drawArrow([x1, y1], [x2, y2], name, dash, head = 9) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 1)) return [];
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const size = Math.min(head, length);
  const [bx, by] = [x2 - ux * size, y2 - uy * size];
  const tip = `M${x2} ${y2}L${bx - uy * size * 0.45} ${by + ux * size * 0.45}L${bx + uy * size * 0.45} ${by - ux * size * 0.45}Z`;
  return [
    svg("line", { x1, y1, x2: bx, y2: by, class: "cd-halo", "stroke-width": 5.5 }),
    svg("line", { x1, y1, x2: bx, y2: by, stroke: color(name), "stroke-width": 3, "stroke-dasharray": dash }),
    svg("path", { d: tip, fill: color(name), class: "cd-marker" }),
  ];
}

function drawMark([x, y], name, shape, text, size = 1.6, side = Infinity) {
  const right = x < side - 60;
  const words = text && svg("text", { x: right ? x + 9 : x - 9, y: y - 7, "text-anchor": right ? "start" : "end" }, text);
  return [marker(shape, name, x, y, size), words].filter(Boolean);
}

/** A legend of arrows and marks: entries { color, text, shape } or { color, text, dash }. */
export const mapLegend = (entries) =>
  el("ul", { class: "cd-legend" }, entries.map(({ color: name, text, shape, dash }) =>
    el("li", {}, svg("svg", { width: 26, height: 12, "aria-hidden": "true" },
      shape ? [marker(shape, name, 13, 6, 1.3)] : drawArrow([0, 6], [26, 6], name, dash, 8)), text)));

