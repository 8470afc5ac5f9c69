// A picture on a canvas: values as colored cells, with numbers where there is room, a frame of padding and the window.
import { el } from "../shared/dom.js";
import { css, ink } from "../shared/theme.js";
import { paint } from "./colors.js";
import { short } from "./format.js";

const DETAIL_CELL = 20; // pixels a cell needs to hold its number
const WEIGHT_CELL = 32; // and to hold the weight it is multiplied by as well
const MARGIN = 3; // around the cells, for frames at the edge

/** The side of a cell with which `cells` of them, and the margin, fill a width. */
export const fit = (width, cells) => Math.max(0.1, (width - 2 * MARGIN) / cells);

/**
 * A picture: `draw` shows a plane, in the colors of a map, or three planes as one color picture. `cell` is the side of a
 * value in pixels, `border` the padding around the values, `limit` how many of them are shown, in reading order, and
 * `frame` the window, or several, in cells with the padding.
 *
 * It may be pointed at: `onpoint(row, column, event)` is called for presses and drags, `onhover(row, column)`
 * for the mouse above and `onhover(null)` when it leaves; cells are counted with the padding.
 */
export function createPicture({ onpoint, onhover } = {}) {
  const canvas = el("canvas", { role: "img" });
  const bitmap = document.createElement("canvas");
  let shape = { cell: 1, rows: 1, columns: 1 };
  let drawn = {};

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top - MARGIN) / shape.cell);
    const column = Math.floor((event.clientX - box.left - MARGIN) / shape.cell);
    return row >= 0 && row < shape.rows && column >= 0 && column < shape.columns ? [row, column] : null;
  };
  const point = (event) => {
    const found = place(event);
    if (found) onpoint(...found, event);
  };
  if (onpoint) {
    canvas.classList.add("cv-pointable");
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) point(event);
      else if (onhover && event.pointerType === "mouse") onhover(place(event));
    });
    canvas.addEventListener("pointerleave", () => onhover?.(null));
  }

  function draw(spec, theme) {
    const repainted = paint(bitmap, spec);
    const { frame, border = 0, cell, limit, label } = spec;
    const shown = JSON.stringify([frame, border, cell, limit, label, globalThis.devicePixelRatio]);
    if (!repainted && shown === drawn.shown && theme === drawn.theme) return;
    drawn = { shown, theme };
    const rows = bitmap.height;
    const columns = bitmap.width;
    shape = { cell, rows: rows + 2 * border, columns: columns + 2 * border };
    const context = sized(canvas, shape);
    const whole = { ...spec, border, rows, columns, limit: limit ?? rows * columns };
    if (border) drawPadding(context, whole, theme);
    drawRevealed(context, bitmap, whole);
    if (cell >= DETAIL_CELL && spec.plane) drawNumbers(context, whole, theme);
    else outline(context, border * cell, border * cell, columns * cell, rows * cell, theme.line, 1);
    for (const one of [frame].flat()) if (one) drawFrame(context, one, whole, theme);
    canvas.setAttribute("aria-label", label);
  }
  return { canvas, draw };
}

/** Fits the canvas to its cells at the screen's resolution; returns a context measured in page pixels. */
function sized(canvas, { cell, rows, columns }) {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = columns * cell + 2 * MARGIN;
  const height = rows * cell + 2 * MARGIN;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.translate(MARGIN, MARGIN);
  return context;
}

/** Draws the values up to `limit` in reading order; the rest of an output is not computed yet. */
function drawRevealed(context, bitmap, { columns, cell, limit, border }) {
  const at = border * cell;
  context.imageSmoothingEnabled = false;
  const full = Math.floor(limit / columns);
  const rest = limit % columns;
  if (full) context.drawImage(bitmap, 0, 0, columns, full, at, at, columns * cell, full * cell);
  if (rest) context.drawImage(bitmap, 0, full, rest, 1, at, at + full * cell, rest * cell, cell);
}

function drawPadding(context, { rows, columns, border, cell }, theme) {
  const width = (columns + 2 * border) * cell;
  const height = (rows + 2 * border) * cell;
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.strokeStyle = css(theme.line);
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  context.beginPath();
  for (let start = -height; start < width; start += 7) {
    context.moveTo(start, height);
    context.lineTo(start + height, 0);
  }
  context.stroke();
  context.restore();
  context.clearRect(border * cell, border * cell, columns * cell, rows * cell);
  outline(context, 0, 0, width, height, theme.line, 1);
}

function drawNumbers(context, spec, theme) {
  const { rows, columns, border, cell, limit, plane, map, absolute } = spec;
  const weighted = underWeights(
    [spec.frame].flat().find((frame) => frame?.weights),
    cell,
  );
  context.font = `${Math.min(cell * 0.42, 16)}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = -border; row < rows + border; row++) {
    for (let column = -border; column < columns + border; column++) {
      const x = (column + border) * cell;
      const y = (row + border) * cell;
      const inside = row >= 0 && row < rows && column >= 0 && column < columns;
      const shown = inside && row * columns + column < limit;
      outline(context, x, y, cell, cell, theme.line, 0.5);
      if (inside && !shown) continue;
      if (!inside) clearDisk(context, x + cell / 2, y + cell / 2, cell * 0.27, theme);
      const stored = inside ? plane.data[row * columns + column] : 0;
      const value = absolute ? Math.abs(stored) : stored;
      context.fillStyle = inside ? ink(map.color(value)) : css(theme.muted);
      const up = weighted(row + border, column + border) ? cell * 0.1 : 0; // makes room for the weight below
      context.fillText(short(value), x + cell / 2, y + cell / 2 - up, cell - 3);
    }
  }
}

/** Makes room for a zero in the hatching of the padding. */
function clearDisk(context, x, y, radius, theme) {
  context.fillStyle = css(theme.surface);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Says of a cell whether a weight is written into it. */
function underWeights(frame, cell) {
  if (!frame || cell < WEIGHT_CELL) return () => false;
  const tap = (place) => place >= 0 && place < frame.length && place % frame.step === 0;
  return (row, column) => tap(row - frame.row) && tap(column - frame.column);
}

/** Draws the window or a marked cell: a bold line between two thin ones, to be seen on any picture. */
function drawFrame(context, { row, column, length = 1, taps, step = 1, weights }, { cell }, theme) {
  if (taps && step > 1) drawTaps(context, { row, column, taps, step }, cell, theme);
  if (weights && cell >= WEIGHT_CELL) drawWeights(context, { row, column, taps, step, weights }, cell, theme);
  const grow = Math.max(0, 6 - length * cell) / 2; // a window on a large picture stays large enough to be seen
  const box = [column * cell - grow, row * cell - grow, length * cell + 2 * grow, length * cell + 2 * grow];
  const bold = cell >= DETAIL_CELL ? 3 : 2;
  outline(context, ...box, theme.surface, bold + 3);
  outline(context, ...box, theme.purple, bold);
}

function drawTaps(context, { row, column, taps, step }, cell, theme) {
  for (let i = 0; i < taps; i++) {
    for (let j = 0; j < taps; j++) {
      const x = (column + j * step) * cell;
      const y = (row + i * step) * cell;
      if (cell >= 6) outline(context, x + 1, y + 1, cell - 2, cell - 2, theme.purple, cell >= DETAIL_CELL ? 2 : 1);
    }
  }
}

function drawWeights(context, { row, column, taps, step, weights }, cell, theme) {
  context.save();
  context.font = `600 ${Math.min(Math.max(cell * 0.26, 9), 12)}px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  weights.forEach((weight, index) => {
    const text = `×${short(weight)}`;
    const width = context.measureText(text).width + 4;
    const height = cell * 0.29;
    const x = (column + (index % taps) * step + 1) * cell - 1;
    const y = (row + Math.floor(index / taps) * step + 1) * cell - 1 - height;
    context.fillStyle = css(theme.surface);
    context.fillRect(x - width, y, width, height);
    context.fillStyle = css(theme.text);
    context.fillText(text, x - 2, y + height / 2 + 0.5);
  });
  context.restore();
}

function outline(context, x, y, width, height, color, line) {
  context.strokeStyle = css(color);
  context.lineWidth = line;
  context.strokeRect(x, y, width, height);
}
