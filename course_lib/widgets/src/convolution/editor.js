// The kernel: its size, its cells, the divisor and the bias, and a slider for the cell last touched.
import { button, choice, el, number as numberField, uid } from "../shared/dom.js";
import { drawKernel } from "./channels.js";
import { CHANNELS, count, number } from "./format.js";
import { createPicture } from "./picture.js";
import { SIZES, inColor, middle, sameForAll, withCell, withCells, withSize } from "./state.js";

export function createEditor(store, gallery) {
  const grid = createGrid(store);
  const channel = createChannelChoice(store);
  const weight = createWeightSlider(store);
  const fields = createFields(store);
  const about = el("p", { class: "cd-note" });
  const over = el("p", { class: "cv-over" });
  const title = el("p", { class: "cv-title" }, "Kernel");
  const node = el("div", { class: "cv-block cv-kernel" }, title, channel.node, grid.node, over);
  const settings = el("div", { class: "cv-block cv-settings" }, weight.node, fields.node, about);

  function draw(state) {
    for (const part of [grid, channel, weight, fields]) part.draw(state);
    over.textContent = state.kernel.divisor === 1 ? "" : `divided by ${number(state.kernel.divisor)}`;
    about.textContent = describe(state.kernel, gallery, inColor(state));
  }
  return { node, settings: { node: settings, draw: () => {} }, draw };
}

/** Size, divisor and bias. */
function createFields(store) {
  const resized = (size) => (state) => ({ kernel: withSize(state.kernel, size), cell: middle(size) });
  const divided = (divisor) => (state) => ({ kernel: { ...state.kernel, name: null, divisor } });
  const size = choice({
    label: "Size",
    options: SIZES.map((k) => [k, `${k} × ${k}`]),
    value: store.state.kernel.size,
    onchange: (value) => store.update(resized(Number(value))),
  });
  const divisor = numberField({
    label: "Divide by",
    min: 1e-6,
    step: "any",
    value: 1,
    oninput: (value) => value > 0 && store.update(divided(value)),
  });
  const bias = numberField({
    label: "Bias",
    step: "any",
    value: 0,
    oninput: (value) => Number.isFinite(value) && store.update({ bias: value }),
  });
  const turn = button("Turn by 90°", () => store.update((state) => ({ kernel: turned(state) })));
  const draw = (state) => {
    size.set(String(state.kernel.size));
    keep(divisor.input, state.kernel.divisor);
    keep(bias.input, state.bias);
  };
  return { node: el("div", { class: "cv-fields" }, size.node, divisor.node, bias.node, turn), draw };
}

/** The kernel as a picture, where there is no room to edit it. */
export function createTile() {
  const picture = createPicture();
  const node = el("div", { class: "cv-block cv-kernel" }, el("p", { class: "cv-title" }, "Kernel"), picture.canvas);
  const note = el("p", { class: "cd-note" });
  node.append(note);
  const draw = ({ kernel }, view, theme) => {
    drawKernel(picture, node, view, kernel.stack[0], kernel.size, "Kernel", theme);
    note.textContent = kernel.divisor === 1 ? "" : `divided by ${number(kernel.divisor)}`;
  };
  return { node, draw };
}

/** Writes a number into a field, unless it says so already or the reader has emptied it to type another. */
function keep(input, value) {
  const typing = document.activeElement === input && Number.isNaN(input.valueAsNumber);
  if (!typing && input.valueAsNumber !== value) input.value = trimmed(value);
}

const trimmed = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));

/** The channel that is shown and edited; all three are shown as the red one. */
const shown = (state) => (inColor(state) && state.channel !== "all" ? state.channel : 0);
const edited = (state) => (inColor(state) ? state.channel : "all");

function createGrid(store) {
  const node = el("div", { class: "cv-grid", role: "group", "aria-label": "Kernel weights" });
  let inputs = [];
  function build(size) {
    inputs = Array.from({ length: size * size }, (_, index) =>
      el("input", {
        type: "number",
        step: "any",
        "aria-label": `row ${Math.floor(index / size) + 1}, column ${(index % size) + 1}`,
        onfocus: () => store.update({ cell: index }),
        oninput: (event) => {
          const value = event.target.valueAsNumber;
          if (Number.isFinite(value))
            store.update((state) => ({ kernel: withCell(state.kernel, edited(state), index, value) }));
        },
      }),
    );
    node.style.setProperty("--cells", size);
    node.replaceChildren(...inputs);
  }
  function draw(state) {
    const { size, stack } = state.kernel;
    const cells = stack[shown(state)];
    if (inputs.length !== size * size) build(size);
    const most = Math.max(1e-9, ...cells.map(Math.abs));
    cells.forEach((cell, index) => {
      const input = inputs[index];
      keep(input, cell);
      input.style.setProperty("--share", `${Math.round((30 * Math.abs(cell)) / most)}%`);
      input.dataset.sign = String(Math.sign(cell));
      input.dataset.chosen = String(index === state.cell);
    });
  }
  return { node, draw };
}

function createChannelChoice(store) {
  const name = uid("channel");
  const values = ["all", 0, 1, 2];
  const radios = values.map((value) => {
    const input = el("input", { type: "radio", name, value, onchange: () => store.update({ channel: value }) });
    return {
      value,
      input,
      node: el("label", { class: "cd-toggle" }, input, value === "all" ? "All three" : CHANNELS[value]),
    };
  });
  const node = el(
    "fieldset",
    { class: "cv-radios" },
    el("legend", { class: "cd-hidden" }, "Kernel to edit"),
    radios.map((radio) => radio.node),
  );
  const draw = (state) => {
    node.hidden = !inColor(state);
    for (const { value, input } of radios) input.checked = value === state.channel;
  };
  return { node, draw };
}

function createWeightSlider(store) {
  const label = uid("weight");
  const text = el("label", { for: label });
  const shownValue = el("output", { "aria-live": "off" });
  const input = el("input", {
    type: "range",
    id: label,
    step: 1,
    oninput: () =>
      store.update((state) => ({
        kernel: withCell(state.kernel, edited(state), state.cell, Number(input.value)),
      })),
  });
  let range = { most: 10 };
  const draw = (state) => {
    const { kernel, cell } = state;
    const value = kernel.stack[shown(state)][cell];
    const fresh = range.cell !== cell || range.size !== kernel.size; // the range must hold still while it is dragged
    const most = Math.ceil(Math.max(fresh ? 10 : range.most, Math.abs(value)));
    range = { cell, size: kernel.size, most };
    input.min = -most;
    input.max = most;
    input.step = Number.isInteger(value) ? 1 : "any";
    if (Number(input.value) !== value) input.value = value;
    text.textContent = `Weight in row ${Math.floor(cell / kernel.size) + 1}, column ${(cell % kernel.size) + 1}`;
    shownValue.textContent = number(value);
  };
  return {
    node: el("div", { class: "cd-field cv-weight" }, el("div", { class: "cv-between" }, text, shownValue), input),
    draw,
  };
}

/** The kernel turned clockwise, in the channel that is edited. */
function turned(state) {
  const { kernel } = state;
  const { size } = kernel;
  const turn = (cells) => cells.map((_, index) => cells[(size - 1 - (index % size)) * size + Math.floor(index / size)]);
  const channel = edited(state);
  return channel === "all"
    ? { ...kernel, name: null, stack: kernel.stack.map(turn) }
    : withCells(kernel, channel, turn(kernel.stack[channel]));
}

function describe(kernel, gallery, color) {
  if (kernel.name) return gallery[kernel.name].about;
  if (kernel.size === 1 && !color) return "Your own: a single weight, which only scales the picture.";
  const total = (cells) => number(cells.reduce((all, cell) => all + cell, 0) / kernel.divisor);
  if (color && !sameForAll(kernel))
    return `Your own: the weights add up to ${kernel.stack.map(total).join(", ")} for red, green, blue.`;
  return `Your own: the ${count(kernel.size ** 2)} weights add up to ${total(kernel.stack[0])}.`;
}
