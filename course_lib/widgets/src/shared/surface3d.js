// A surface in three dimensions on a canvas, to be turned: orthographic, far cells first.
import { el } from "./dom.js";
import { heightColor } from "./map.js";
import { widthOf } from "./measure.js";
import { whenChanged } from "./slices.js";
import { css, mix } from "./theme.js";

const MAX_SIDE = 400;
const RISE = 0.55; // half the height of the box over half its width
const DEGREE = Math.PI / 180;

/** The view from azimuth and tilt, in degrees: a point (u, v, w), each in [−1, 1], becomes [across, up, away]. */
export function viewFrom(azimuth, tilt) {
  const [ca, sa, ct, st] = [Math.cos(azimuth * DEGREE), Math.sin(azimuth * DEGREE), Math.cos(tilt * DEGREE), Math.sin(tilt * DEGREE)];
  return ([u, v, w]) => {
    const [across, away] = [u * ca - v * sa, u * sa + v * ca];
    return [across, away * st + w * RISE * ct, away];
  };
}

/**
 * A view: { node, draw(spec, theme) }. `spec` holds `grid` (see surfaces.js), `azimuth` and `tilt` in degrees, `label`,
 * `lines` ([{ points: [[u, v, w], …], color, width, dash }]) and `marks` ([{ at: [u, v, w], color }]), drawn above the surface.
 * Dragging calls `onturn(degrees across, degrees up)`.
 */
export function createView(title, onturn) {
  const canvas = el("canvas", { role: "img", style: "touch-action: pan-y; cursor: grab; display: block" });
  const room = el("div", { class: "cd-room" }, canvas);
  const node = el("div", { class: "cd-block" }, el("p", { class: "cd-title" }, title), room);
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) onturn(event.movementX * 0.6, event.movementY * 0.6);
  });

  const arrange = whenChanged((width, height, side, high) => {
    Object.assign(canvas, { width, height });
    Object.assign(canvas.style, { width: `${side}px`, height: `${high}px` });
  });

  function draw(spec, theme) {
    const side = Math.floor(Math.min(MAX_SIDE, widthOf(room, theme.width)));
    if (side < 1) return;
    const scale = globalThis.devicePixelRatio || 1;
    const high = Math.round(side * 0.86);
    arrange(Math.round(side * scale), Math.round(high * scale), side, high);
    canvas.setAttribute("aria-label", spec.label);
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, side, high);
    const view = viewFrom(spec.azimuth, spec.tilt);
    const place = (point) => {
      const [across, up] = view(point);
      return [side / 2 + across * side * 0.345, high / 2 - up * side * 0.345];
    };
    paintCells(context, spec.grid, view, place, theme);
    for (const line of spec.lines ?? []) paintLine(context, line, place, theme);
    for (const mark of spec.marks ?? []) paintMark(context, mark, place, theme);
  }
  return { node, draw };
}

/** Colors of a cell, [fill, edge], by its height as a share and by its light; made once for each of a few steps. */
function shades(theme) {
  const made = new Map();
  return (height, light) => {
    const key = 64 * Math.round(32 * height) + Math.round(60 * light);
    if (!made.has(key)) {
      const base = heightColor(0.15 + 0.85 * height, theme);
      made.set(key, [css(mix(base, theme.text, light)), css(mix(base, theme.text, light + 0.18))]);
    }
    return made.get(key);
  };
}

function paintCells(context, { n, values, low, high }, view, place, theme) {
  const share = (k) => (values[k] - low) / (high - low || 1);
  const corner = (k) => [(2 * (k % n)) / (n - 1) - 1, (2 * Math.floor(k / n)) / (n - 1) - 1, 2 * share(k) - 1];
  const corners = Array.from(values, (_, k) => corner(k));
  const placed = corners.map(place);
  const away = corners.map((point) => view(point)[2]);
  const cells = [];
  for (let row = 0; row < n - 1; row++) for (let column = 0; column < n - 1; column++) cells.push(row * n + column);
  const far = (k) => away[k] + away[k + n + 1];
  cells.sort((a, b) => far(b) - far(a));
  const shade = shades(theme);
  context.lineWidth = 0.6;
  for (const k of cells) {
    const slope = (share(k + 1) - share(k) + share(k + n) - share(k)) * n * 0.25;
    const height = (share(k) + share(k + 1) + share(k + n) + share(k + n + 1)) / 4;
    const [fill, stroke] = shade(height, Math.max(0, Math.min(0.3, 0.12 + slope * 0.08)));
    context.fillStyle = fill;
    context.strokeStyle = stroke;
    context.beginPath();
    for (const corner of [k, k + 1, k + n + 1, k + n]) context.lineTo(...placed[corner]);
    context.closePath();
    context.fill();
    context.stroke();
  }
}

function paintLine(context, { points, color, width = 3, dash = [] }, place, theme) {
  for (const [style, wide, dashes] of [[theme.surface, width + 2.5, []], [theme[color], width, dash]]) {
    context.strokeStyle = css(style);
    context.lineWidth = wide;
    context.setLineDash(dashes);
    context.beginPath();
    for (const point of points) context.lineTo(...place(point));
    context.stroke();
  }
  context.setLineDash([]);
}

function paintMark(context, { at, color, size = 6.5 }, place, theme) {
  context.beginPath();
  context.arc(...place(at), size, 0, 2 * Math.PI);
  context.fillStyle = css(theme[color]);
  context.strokeStyle = css(theme.surface);
  context.lineWidth = 2;
  context.fill();
  context.stroke();
}
