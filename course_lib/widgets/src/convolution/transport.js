// Moving the window: buttons, a slider over all positions, and play.
import { button, calm, el, uid } from "../shared/dom.js";
import { moved, outputOf } from "./state.js";

const BEAT = 650;
const SHORT = 150;
const SECONDS = 10;
const CALM_BEATS = 40;

export function createTransport(store) {
  const parts = [createModes(store), createButtons(store), createPosition(store)];
  const player = createPlayer(store);
  const nodes = parts.map((part) => part.node);
  const node = el("div", { class: "cv-transport", role: "group", "aria-label": "Position of the window" }, nodes);

  function draw(state) {
    for (const part of parts) part.draw(state, outputOf(state));
    player.follow(state);
  }
  return { node, draw, stop: player.stop };
}

function createButtons(store) {
  const go = (patch) => patch && store.update({ ...patch, hover: null, playing: false }, { speak: true });
  const begin = { row: 0, column: 0 };
  const first = button("First", () => go(begin));
  const previous = button("Previous", () => go(moved(store.state, -1)));
  const next = button("Next", () => go(moved(store.state, 1)));
  const play = button("Play", () => {
    const { state } = store;
    store.update({ playing: !state.playing, hover: null, ...(moved(state, 1) ? {} : begin) });
  });

  function draw(state, size) {
    for (const node of [first, previous, play, next]) node.disabled = !size;
    play.textContent = state.playing ? "Pause" : "Play";
    // At an end a button stays focusable, or a reader who pressed it by keyboard would lose the focus.
    for (const node of [first, previous]) node.setAttribute("aria-disabled", String(!moved(state, -1)));
    next.setAttribute("aria-disabled", String(!moved(state, 1)));
  }
  return { node: el("div", { class: "cd-buttons" }, first, previous, play, next), draw };
}

function createPosition(store) {
  const id = uid("position");
  const text = el("span", { class: "cv-where", "aria-hidden": "true" });
  const oninput = () => {
    const { width } = outputOf(store.state);
    const index = Number(slider.value);
    store.update({ row: Math.floor(index / width), column: index % width, hover: null, playing: false });
  };
  const slider = el("input", { type: "range", id, min: 0, step: 1, oninput });
  const label = el("div", {}, el("label", { for: id }, "Position"), text);

  function draw({ row, column }, size) {
    slider.disabled = !size;
    text.textContent = "";
    if (!size) return;
    const index = row * size.width + column;
    const count = size.height * size.width;
    const where = `${index + 1} of ${count}: row ${row + 1}, column ${column + 1}`;
    slider.max = count - 1;
    slider.value = index;
    slider.setAttribute("aria-valuetext", where);
    text.textContent = ` ${where}`;
  }
  return { node: el("div", { class: "cd-field cv-position" }, label, slider), draw };
}

/** Moves the window while the demo plays: one step a beat on small outputs, all of a large one in ten seconds. */
function createPlayer(store) {
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  function beat() {
    timer = null;
    const size = outputOf(store.state);
    if (!store.state.playing || !size) return;
    const count = size.height * size.width;
    const left = count - 1 - store.state.row * size.width - store.state.column;
    const steps = Math.min(left, stride(count));
    store.update({ ...(steps > 0 ? moved(store.state, steps) : {}), playing: left > steps });
  }
  const stride = (count) => (count <= SHORT ? 1 : Math.ceil(count / (calm() ? CALM_BEATS : SECONDS * 30)));
  const follow = (state) => {
    if (!state.playing) return stop();
    const size = outputOf(state);
    timer ??= setTimeout(beat, size.height * size.width <= SHORT || calm() ? BEAT : 33);
  };
  return { follow, stop };
}

function createModes(store) {
  const name = uid("mode");
  const radios = [
    ["step", "Step by step"],
    ["sweep", "Whole output"],
  ].map(([value, label]) => {
    const input = el("input", {
      type: "radio",
      name,
      value,
      onchange: () => store.update({ mode: value, hover: null }),
    });
    return { value, input, node: el("label", { class: "cd-toggle" }, input, label) };
  });
  const node = el(
    "fieldset",
    { class: "cv-radios" },
    el("legend", { class: "cd-hidden" }, "How much of the output to show"),
    radios.map((radio) => radio.node),
  );
  const draw = ({ mode }) => {
    for (const { value, input } of radios) input.checked = value === mode;
  };
  return { node, draw };
}
