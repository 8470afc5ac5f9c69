// The controls above the stage: picture, kernel, stride, padding, dilation, and the size they lead to.
import { button, choice, el, slider, toggle, uid } from "../shared/dom.js";
import { count, number } from "./format.js";
import { outputSize, reach } from "./numerics.js";
import { LIMITS, chooseImage, chooseKernel, outputOf, same } from "./state.js";

const OWN = [
  ["drawing", "Draw one"],
  ["file", "Open a file"],
];

export function createControls(store, samples, gallery) {
  const image = createImageChoice(store, samples, gallery);
  const kernel = createKernelChoice(store, gallery);
  const geometry = createGeometry(store);
  const color = toggle({
    label: "In color: three channels",
    value: false,
    onchange: (value) => store.update({ color: value }),
  });
  const own = createOwn(store);
  const node = el(
    "div",
    {},
    el("div", { class: "cd-controls cv-choices" }, image.node, kernel.node, color.node),
    own.node,
    store.state.compact ? null : geometry.node,
  );

  function draw(state) {
    image.draw(state);
    kernel.draw(state);
    geometry.draw(state);
    color.node.hidden = state.compact || state.picture?.planes.length !== 3;
    color.set(state.color);
    own.draw(state);
  }
  return { node, draw };
}

/** Stride, padding with its usual values, and dilation. */
function createGeometry(store) {
  const sliders = Object.entries(LIMITS).map(([name, [min, max]]) => {
    const label = name[0].toUpperCase() + name.slice(1);
    const oninput = (value) => store.update({ [name]: value });
    return [name, slider({ label, min, max, value: store.state[name], oninput })];
  });
  const usual = [
    ["valid", () => 0],
    ["same", same],
  ].map(([text, padding]) => [padding, button(text, () => store.update((state) => ({ padding: padding(state) })))]);
  const buttons = usual.map(([, node]) => node);
  const { padding } = Object.fromEntries(sliders);
  padding.node.append(el("div", { class: "cv-quick", role: "group", "aria-label": "Usual paddings" }, buttons));
  const nodes = sliders.map(([, control]) => control.node);

  function draw(state) {
    for (const [name, control] of sliders) control.set(state[name]);
    for (const [value, node] of usual) node.setAttribute("aria-pressed", String(state.padding === value(state)));
  }
  return { node: el("div", { class: "cd-controls cv-geometry" }, nodes), draw };
}

function groups(select, entries) {
  const names = [...new Set(entries.map((entry) => entry.group))];
  select.replaceChildren(
    ...names.map((group) =>
      el(
        "optgroup",
        { label: group },
        entries.filter((entry) => entry.group === group).map(({ value, text }) => el("option", { value }, text)),
      ),
    ),
  );
}

function createImageChoice(store, samples, gallery) {
  const select = choice({
    label: "Picture",
    options: [],
    value: store.state.image,
    onchange: (name) => store.update(chooseImage(name, samples, gallery)),
  });
  const entries = Object.values(samples).map(({ name, title, group }) => ({ value: name, text: title, group }));
  entries.push(...OWN.map(([value, text]) => ({ value, text, group: "Yours" })));
  groups(select.input, entries);
  const draw = ({ image }) => {
    const listed = [...select.input.options].some((option) => option.value === image);
    if (!listed) select.input.lastElementChild.append(el("option", { value: image }, "Array from Python"));
    select.set(image);
  };
  return { node: select.node, draw };
}

function createKernelChoice(store, gallery) {
  const select = choice({
    label: "Kernel",
    options: [],
    value: "",
    onchange: (name) => name && store.update(chooseKernel(name, gallery)),
  });
  const entries = Object.entries(gallery).map(([value, { title, cells }]) => ({
    value,
    text: title,
    group: `${cells.length} × ${cells.length}`,
  }));
  groups(select.input, entries);
  const own = el("option", { value: "" }, "Your own");
  const draw = ({ kernel }) => {
    if (kernel.name) own.remove();
    else select.input.append(own);
    select.set(kernel.name ?? "");
  };
  return { node: select.node, draw };
}

/** What belongs to the reader's own picture: the file to open, or the pen. */
function createOwn(store) {
  const id = uid("file");
  const file = el("input", {
    type: "file",
    id,
    accept: "image/*",
    onchange: () => file.files.length && store.open(file.files[0]),
  });
  const opening = el(
    "div",
    { class: "cd-field" },
    el("label", { for: id }, "Your picture"),
    file,
    el("p", { class: "cd-note" }, "Or drop one anywhere on the demo. It stays on your machine."),
  );
  const pen = choice({
    label: "Pen",
    options: [
      [10, "bright (10)"],
      [5, "half (5)"],
      [0, "dark (0)"],
    ],
    value: 10,
    onchange: (value) => store.update({ pen: Number(value) }),
  });
  const help = el(
    "p",
    { class: "cd-note" },
    "Paint on the input with the mouse or a finger; or focus it, move the pen by the arrow keys and paint with Space.",
  );
  const drawing = el(
    "div",
    { class: "cd-controls" },
    pen.node,
    button("Clear the drawing", () => store.clear()),
    help,
  );
  const node = el("div", { class: "cv-own" }, opening, drawing);
  const draw = (state) => {
    opening.hidden = state.image !== "file";
    drawing.hidden = state.image !== "drawing";
    node.hidden = opening.hidden && drawing.hidden;
    pen.set(String(state.pen));
  };
  return { node, draw };
}

/** The formula of the output's size with the current numbers, or why there is no output. */
export function createFormula() {
  const lines = el("div", { class: "cv-formula" });
  const trouble = el("p", { class: "cv-trouble" });
  const work = el("p", { class: "cd-note" });
  const node = el("div", { class: "cv-size-line" }, lines, work, trouble);
  let written = "";
  const draw = (state, view) => {
    lines.hidden = !state.picture || state.compact;
    trouble.textContent =
      state.failure ?? (state.picture ? misfit(state) : "No picture yet: open one above, or drop it on the demo.");
    trouble.hidden = !trouble.textContent;
    if (!state.picture) return;
    const { height, width } = state.picture.planes[0];
    const sides =
      height === width
        ? [["Height and width", height]]
        : [
            ["Height", height],
            ["Width", width],
          ];
    work.textContent = state.mode === "sweep" && view?.output && !state.compact ? workText(state, view) : "";
    const numbers = [height, width, state.kernel.size, state.stride, state.padding, state.dilation].join();
    if (numbers === written) return;
    written = numbers;
    lines.replaceChildren(
      ...sides.map(([name, length]) =>
        el(
          "p",
          {},
          `${name} of the output: `,
          el("span", { class: "cv-math" }, "⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1"),
          " = ",
          el("span", { class: "cv-math" }, ...formula(length, state)),
        ),
      ),
    );
  };
  return { node, draw };
}

/** How much work the output was. */
function workText({ kernel: { size } }, { output, planes }) {
  const sums = output.sum.data.length;
  const products = planes.length * size ** 2;
  return `${count(sums)} sums of ${products} products each: ${count(sums * products)} multiplications.`;
}

function formula(length, state) {
  const {
    kernel: { size },
    stride,
    padding,
    dilation,
  } = state;
  const part = (value, symbol) => el("b", { title: symbol }, String(value));
  return [
    "⌊(",
    part(length, "input size n"),
    " + 2·",
    part(padding, "padding p"),
    " − ",
    part(dilation, "dilation d"),
    "·(",
    part(size, "kernel size k"),
    " − 1) − 1) / ",
    part(stride, "stride s"),
    "⌋ + 1 = ",
    el("strong", {}, number(outputSize(length, size, state))),
  ];
}

function misfit(state) {
  if (outputOf(state)) return "";
  const { height, width } = state.picture.planes[0];
  const { padding, kernel, dilation } = state;
  const covered = reach(kernel.size, dilation);
  return (
    `The window covers ${covered} × ${covered} values, but the input has only ${height + 2 * padding} × ${width + 2 * padding}` +
    `${padding ? " with its padding" : ""}: there is no output. Take a smaller kernel or dilation, or more padding.`
  );
}
