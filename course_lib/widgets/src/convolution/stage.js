// Input, output and what lies between them: one kernel in grey, a stack of three in color.
import { el, uid } from "../shared/dom.js";
import { createChannels } from "./channels.js";
import { greyMap } from "./colors.js";
import { short } from "./format.js";
import { createLegend, legendText, outputMap } from "./legend.js";
import { widthOf } from "../shared/measure.js";
import { reach } from "./numerics.js";
import { createPicture, fit } from "./picture.js";
import { inputPointing, outputPointing, steerByKeys } from "./pointing.js";

const MAX_CELL = 46;
const MAX_SIDE = 340;
const MAX_THUMB = 130;
const MIN_OUTPUT = 150;
const MOST_TEXT = 150;

/** The stage: { node, draw(state, view, theme) }. Of its parts, `editor` is the kernel's block, which stands in the middle. */
export function createStage(store, editor, ...below) {
  const input = board("Input", store, inputPointing(store));
  const output = board("Output", store, outputPointing(store));
  const channels = createChannels();
  const legend = createLegend(store);
  output.node.append(legend.node);
  const node = el(
    "div",
    { class: "cv-stage" },
    input.node,
    sign("∗"),
    editor.node,
    sign("="),
    channels.node,
    output.node,
    ...below.map((part) => part.node),
  );
  for (const { frame } of [input, output]) steerByKeys(frame, store, frame === input.frame);

  function draw(state, view, theme) {
    node.hidden = !view;
    if (!view) return;
    node.dataset.layout = layoutOf(state, view);
    node.dataset.empty = String(!view.output);
    view.layout = `${node.dataset.layout} ${theme.width}`;
    const cells = cellSizes(state, view, widthOf(input.frame, view.layout), widthOf(output.frame, view.layout));
    drawInput(input, state, view, theme, cells.input);
    legend.draw(state, view, theme);
    if (view.output) drawOutput(output, state, view, theme, cells.output);
    output.say(view.output ? size(view.output.sum) : "");
    for (const part of view.color ? [channels, editor, ...below] : [editor, ...below]) part.draw(state, view, theme);
  }
  return { node, draw };
}

/** How the blocks lie on a wide screen (style.css): a row is easiest to read, and too narrow for much. */
function layoutOf({ kernel, compact }, { color, large }) {
  if (compact) return "row";
  if (color) return "color";
  if (kernel.size > 3) return "wide";
  return large ? "photo" : "row";
}

const sign = (text) => el("span", { class: "cv-sign", "aria-hidden": "true" }, text);
const size = ({ height, width }) => `${height} × ${width}`;

/** A titled picture in a box that takes the focus, and scrolls where it is wider than the screen. */
function board(title, store, pointing) {
  const heading = uid("board");
  const note = el("span", { class: "cv-size" });
  const picture = createPicture(pointing);
  const frame = el(
    "div",
    {
      class: "cv-board",
      role: "application",
      tabindex: "0",
      "aria-labelledby": heading,
      "aria-roledescription": "picture steered by arrow keys",
    },
    picture.canvas,
  );
  const credit = el("p", { class: "cd-note cv-credit", hidden: true });
  const node = el(
    "div",
    { class: `cv-block cv-${title.toLowerCase()}` },
    el("p", { class: "cv-title", id: heading }, title, " ", note),
    frame,
    credit,
  );
  return {
    node,
    frame,
    picture,
    credit,
    say: (text) => {
      note.textContent = text;
    },
  };
}

function cellSizes(state, { color, large, output, planes: [source] }, inputWidth, outputWidth) {
  const columns = source.width + 2 * state.padding;
  const rows = source.height + 2 * state.padding;
  const out = output ? output.sum : { width: 1, height: 1 };
  if (color)
    return {
      input: Math.min(MAX_THUMB / Math.max(columns, rows), fit(inputWidth, columns)),
      output: Math.min(MAX_SIDE / out.height, fit(outputWidth, out.width)),
    };
  if (large) {
    const input = Math.min(fit(inputWidth, columns), MAX_SIDE / Math.max(columns, rows));
    const longest = Math.max(out.width, out.height);
    return { input, output: Math.min(fit(outputWidth, out.width), Math.max(input, MIN_OUTPUT / longest)) };
  }
  const shared = Math.floor(Math.min(MAX_CELL, fit(inputWidth, columns), fit(outputWidth, out.width)));
  return { input: Math.max(4, shared), output: Math.max(4, shared) };
}

function drawInput({ picture, frame, say, credit }, state, view, theme, cell) {
  const { planes, color } = view;
  const { padding } = state;
  const { low, high, title } = state.picture;
  const [plane] = planes;
  const content = color ? { planes, low, high } : { plane, map: greyMap(low, high) };
  const label = describe("Input", title, planes, padding);
  const frames = [windowOf(state, view), penOf(state, frame)];
  picture.draw({ ...content, border: padding, cell, frame: frames, label }, theme);
  const padded = size({ height: plane.height + 2 * padding, width: plane.width + 2 * padding });
  say(`${size(plane)}${color ? " × 3" : ""}${padding ? `, padded to ${padded}` : ""}`);
  credit.textContent = state.picture.credit ?? "";
  credit.hidden = !state.picture.credit;
}

const windowOf = ({ kernel, dilation, stride }, { position, large }) =>
  position && {
    row: position.row * stride,
    column: position.column * stride,
    length: reach(kernel.size, dilation),
    taps: kernel.size,
    step: dilation,
    weights: large ? null : kernel.stack[0],
  };

/** The pen's place on the drawing, while keys can move it. */
function penOf({ picture, padding, penRow, penColumn }, frame) {
  const steered = picture.name === "drawing" && document.activeElement === frame;
  return steered ? { row: penRow + padding, column: penColumn + padding } : null;
}

function drawOutput({ picture }, state, view, theme, cell) {
  const { sum } = view.output;
  const limit = revealed(state, sum);
  const label = describe("Output", legendText(state, view), [sum], 0, limit);
  picture.draw({ plane: sum, ...outputMap(state, view, theme), cell, limit, frame: view.position, label }, theme);
}

/** Up to where the output is computed: to the window in steps, else all of it. */
const revealed = (state, { height, width }) =>
  state.mode === "step" ? state.row * width + state.column + 1 : height * width;

function describe(what, title, planes, padding, limit = Infinity) {
  const [{ height, width, data }] = planes;
  const start = `${what}, ${height} by ${width}. ${title}`;
  const frame = padding ? ` In a frame of ${padding} zeros.` : "";
  if (height * width > MOST_TEXT || planes.length > 1) return start + frame;
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => row * width + column)
      .map((index) => (index < limit ? short(data[index]) : "blank"))
      .join(" "),
  );
  return `${start}${start.endsWith(".") ? "" : "."}${frame} Rows: ${rows.join("; ")}.`;
}
