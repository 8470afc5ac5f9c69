// Input, output and what lies between them: one kernel in grey, a stack of three in color.
import { choice, el, uid } from "../shared/dom.js";
import { createChannels } from "./channels.js";
import { greyMap, paint, paintColor, signedMap } from "./colors.js";
import { number, short } from "./format.js";
import { widthOf } from "./measure.js";
import { reach } from "./numerics.js";
import { createPicture, fit } from "./picture.js";
import { penKeys } from "./pen.js";
import { moved } from "./state.js";

const MAX_CELL = 46,
  MAX_SIDE = 340,
  MAX_THUMB = 130,
  MIN_OUTPUT = 150,
  MOST_TEXT = 150;

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
  const heading = uid("board"),
    note = el("span", { class: "cv-size" });
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
  const columns = source.width + 2 * state.padding,
    rows = source.height + 2 * state.padding;
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
  const { planes, color, position } = view,
    [source] = planes,
    { padding, kernel, dilation, stride } = state;
  const { low, high } = state.picture,
    map = greyMap(low, high);
  if (color) paintColor(picture.bitmap, planes, low, high);
  else paint(picture.bitmap, source, map);
  const window = position && {
    row: position.row * stride,
    column: position.column * stride,
    length: reach(kernel.size, dilation),
    taps: kernel.size,
    step: dilation,
    weights: view.large ? null : kernel.stack[0],
  };
  const drawing = state.picture.name === "drawing";
  const pen = drawing &&
    document.activeElement === frame && { row: state.penRow + padding, column: state.penColumn + padding };
  const at = (row, column) => source.data[row * source.width + column];
  picture.draw(
    {
      rows: source.height,
      columns: source.width,
      border: padding,
      cell,
      frame: [window, pen],
      value: at,
      color: (row, column) => map.color(at(row, column)),
      label: describe("Input", state.picture.title, planes, padding),
    },
    theme,
  );
  say(
    `${size(source)}${color ? " × 3" : ""}${padding ? `, padded to ${source.height + 2 * padding} × ${source.width + 2 * padding}` : ""}`,
  );
  credit.textContent = state.picture.credit ?? "";
  credit.hidden = !state.picture.credit;
}

function drawOutput({ picture }, state, view, theme, cell) {
  const { sum } = view.output,
    { map, absolute } = outputMap(state, view, theme);
  paint(picture.bitmap, sum, map, absolute);
  const at = (row, column) => sum.data[row * sum.width + column];
  const shown = (value) => (absolute ? Math.abs(value) : value);
  picture.draw(
    {
      rows: sum.height,
      columns: sum.width,
      cell,
      value: (row, column) => shown(at(row, column)),
      color: (row, column) => map.color(shown(at(row, column))),
      limit: revealed(state, sum),
      frame: view.position,
      label: describe("Output", legendText(state, view), [sum], 0, revealed(state, sum)),
    },
    theme,
  );
}

/** Up to where the output is computed: to the window in steps, else all of it. */
const revealed = (state, { height, width }) =>
  state.mode === "step" ? state.row * width + state.column + 1 : height * width;

/** The map from values to colors that the reader chose for the output. */
export function outputMap({ view, picture }, { low, high, planes }, theme) {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  if (view === "signed") return { map: signedMap(most, theme) };
  if (view === "absolute") return { map: greyMap(0, most), absolute: true };
  return { map: greyMap(planes.length * picture.low, planes.length * picture.high) };
}

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

function createLegend(store) {
  const options = [
    ["signed", "signed, in color"],
    ["clipped", "clipped to the picture's range"],
    ["absolute", "absolute value"],
  ];
  const select = choice({
    label: "Show the output",
    options,
    value: store.state.view,
    onchange: (view) => store.update({ view }),
  });
  const bar = el("div", { class: "cv-bar" }),
    marks = el("div", { class: "cv-marks" });
  const text = el("p", { class: "cd-note" });
  const scale = el("div", { class: "cv-scale", "aria-hidden": "true" }, bar, marks);
  const node = el("div", { class: "cv-legend" }, scale, text, select.node);
  const draw = (state, view, theme) => {
    select.set(state.view);
    scale.hidden = !view.output;
    text.textContent = view.output ? legendText(state, view) : "";
    if (!view.output) return;
    const { map } = outputMap(state, view, theme);
    bar.style.background = map.gradient;
    const ends = state.view === "signed" ? [map.low, 0, map.high] : [map.low, map.high];
    marks.replaceChildren(...ends.map((value) => el("span", {}, number(value))));
  };
  return { node, draw };
}

const MEANING = {
  signed: "Blue is negative, orange positive, the background 0.",
  clipped: "Black to white is the picture's own range.",
  absolute: "Shown without their sign: black is 0.",
};

function legendText(state, { low, high, planes }) {
  if (state.mode === "step" && moved(state, 1)) return MEANING[state.view]; // the numbers are for the reader to find
  const values = `Values from ${number(low)} to ${number(high)}.`;
  if (state.view !== "clipped") return `${values} ${MEANING[state.view]}`;
  const most = planes.length * state.picture.high,
    least = planes.length * state.picture.low;
  return `${values} Shown from ${number(least)} (black) to ${number(most)} (white); what lies outside is clipped.`;
}

// Pointing: on the output a cell is chosen, on the input the window whose middle is nearest, or the pen paints.

function outputPointing(store) {
  const put = (row, column) => store.update({ row, column, hover: null, playing: false }, { speak: true });
  return { onpoint: put, onhover: (place) => look(store, place && { row: place[0], column: place[1] }) };
}

function inputPointing(store) {
  const middle = ([row, column]) => {
    const { kernel, dilation, stride } = store.state,
      half = (reach(kernel.size, dilation) - 1) / 2;
    const output = store.view?.output?.sum;
    const to = (place, length) => Math.max(0, Math.min(length - 1, Math.round((place - half) / stride)));
    return output ? { row: to(row, output.height), column: to(column, output.width) } : null;
  };
  const put = (row, column) => {
    const { picture, padding } = store.state;
    if (picture.name === "drawing") store.paint(row - padding, column - padding);
    else store.update({ ...middle([row, column]), hover: null, playing: false }, { speak: true });
  };
  return {
    onpoint: put,
    onhover: (place) => store.state.picture.name !== "drawing" && look(store, place && middle(place)),
  };
}

/** In a sweep the window follows the mouse, without leaving its place. */
function look(store, hover) {
  if (hover ? store.state.mode === "sweep" : store.state.hover) store.update({ hover });
}

function steerByKeys(frame, store, isInput) {
  frame.addEventListener("keydown", (event) => {
    if (isInput && store.state.picture.name === "drawing" && penKeys(event, store)) return;
    const patch = stepFor(event, store);
    if (!patch) return;
    event.preventDefault();
    store.update({ ...patch, hover: null, playing: false }, { speak: true });
  });
  for (const name of ["focus", "blur"]) frame.addEventListener(name, () => store.update({}));
}

function stepFor({ key, shiftKey }, { state, view }) {
  const output = view?.output?.sum,
    far = shiftKey ? 10 : 1;
  if (!output) return null;
  const { row, column } = state;
  const steps = {
    ArrowUp: { row: Math.max(0, row - far) },
    ArrowDown: { row: row + far },
    ArrowLeft: { column: Math.max(0, column - far) },
    ArrowRight: { column: column + far },
    Home: { row: 0, column: 0 },
    End: { row: output.height - 1, column: output.width - 1 },
    PageUp: moved(state, -1),
    PageDown: moved(state, 1),
  };
  return steps[key] ?? null;
}
