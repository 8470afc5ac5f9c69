// A filter over a color picture: each channel with its kernel, their results, and the sum.
import { el } from "../shared/dom.js";
import { channelMap, signedMap, valueMap } from "./colors.js";
import { CHANNELS, number } from "./format.js";
import { widthOf } from "../shared/measure.js";
import { extent, plane, reach } from "./numerics.js";
import { createPicture, fit } from "./picture.js";

const WIDEST = 150;
const TILE = 96;

export function createChannels() {
  const rows = CHANNELS.map((name) => createRow(name));
  const note = el("p", { class: "cd-note" });
  const node = el(
    "div",
    { class: "cv-channels" },
    rows.map((row) => row.node),
    note,
  );
  const draw = (state, view, theme) => {
    const most = largest(view.output?.partials ?? []);
    rows.forEach((row, channel) => row.draw(channel, most, state, view, theme));
    const taps = state.kernel.size ** 2;
    note.textContent =
      `One filter: a stack of 3 kernels. 3 × ${taps} weights + 1 bias = ${3 * taps + 1} parameters. ` +
      "The three results are added up, cell by cell.";
  };
  return { node, draw };
}

const largest = (planes) => Math.max(1e-9, ...planes.flatMap(extent).map(Math.abs));

function createRow(name) {
  const [source, kernel, partial] = [createPicture(), createPicture(), createPicture()];
  const total = el("span", { class: "cv-partial" });
  const cell = (picture, title, ...rest) =>
    el("div", { class: "cv-cell" }, el("p", { class: "cv-small" }, title, ...rest), picture.canvas);
  const parts = [cell(source, name), cell(kernel, "kernel"), cell(partial, "result ", total)];
  const sign = (text) => el("span", { class: "cv-sign", "aria-hidden": "true" }, text);
  const node = el(
    "div",
    { class: "cv-channel", "data-channel": name.toLowerCase(), role: "group", "aria-label": `${name} channel` },
    parts[0],
    sign("∗"),
    parts[1],
    sign("="),
    parts[2],
  );

  function draw(channel, most, state, view, theme) {
    const { low, high } = state.picture;
    const { size, stack, divisor } = state.kernel;
    const input = view.planes[channel];
    const border = state.padding;
    const map = channelMap(low, high, channel);
    const cell = cellFor(input, border, parts[0], view);
    const frame = window(state, view);
    source.draw({ plane: input, map, border, cell, frame, label: `${name} channel` }, theme);
    drawKernel(kernel, parts[1], view, stack[channel], size, `${name} kernel`, theme);
    parts[2].hidden = !view.output;
    if (!view.output) return;
    drawPartial(view.output.partials[channel], most, state, view, theme);
    total.textContent = number(view.terms[channel].total / divisor);
  }

  function drawPartial(plane, most, state, view, theme) {
    const limit = state.mode === "step" ? state.row * plane.width + state.column + 1 : undefined;
    const cell = cellFor(plane, 0, parts[2], view);
    const label = `Result of the ${name.toLowerCase()} channel`;
    const colors = valueMap(state.view, most, state.picture, theme);
    partial.draw({ plane, ...colors, cell, limit, frame: view.position, label }, theme);
  }
  return { node, draw };
}

function cellFor({ height, width }, border, box, { layout }) {
  return fit(Math.min(WIDEST, widthOf(box, layout)), Math.max(height, width) + 2 * border);
}

const window = ({ stride, kernel, dilation }, { position }) =>
  position && { row: position.row * stride, column: position.column * stride, length: reach(kernel.size, dilation) };

/** Draws a kernel as a small picture with its numbers. */
export function drawKernel(picture, box, { layout }, cells, size, label, theme) {
  const most = Math.max(1e-9, ...cells.map(Math.abs));
  picture.draw(
    {
      plane: plane(size, size, Float32Array.from(cells)),
      map: signedMap(most, theme),
      cell: Math.min(30, fit(Math.min(TILE, widthOf(box, layout)), size)),
      label: `${label}: ${rowsOf(cells, size)}`,
    },
    theme,
  );
}

const rowsOf = (cells, size) =>
  Array.from({ length: size }, (_, row) =>
    cells
      .slice(row * size, (row + 1) * size)
      .map(number)
      .join(" "),
  ).join("; ");
