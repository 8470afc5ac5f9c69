// Moving the window: buttons, a slider over all positions, and play.
import { button, calm, el, uid } from "../shared/dom.js";
import { moved, outputOf } from "./state.js";

const BEAT = 650,
  SHORT = 150,
  SECONDS = 10,
  CALM_BEATS = 40;

export function createTransport(store) {
  const go = (steps) => {
    const patch = moved(store.state, steps);
    if (patch) store.update({ ...patch, hover: null, playing: false }, { speak: true });
  };
  const first = button("First", () =>
    store.update({ row: 0, column: 0, hover: null, playing: false }, { speak: true }),
  );
  const previous = button("Previous", () => go(-1)),
    next = button("Next", () => go(1));
  const play = button("Play", () =>
    store.update((state) => ({ playing: !state.playing, hover: null, ...(atEnd(state) ? { row: 0, column: 0 } : {}) })),
  );
  const id = uid("position"),
    text = el("span", { class: "cv-where", "aria-hidden": "true" });
  const slider = el("input", {
    type: "range",
    id,
    min: 0,
    step: 1,
    oninput: () => {
      const { width } = outputOf(store.state),
        index = Number(slider.value);
      store.update({ row: Math.floor(index / width), column: index % width, hover: null, playing: false });
    },
  });
  const modes = createModes(store);
  const buttons = el("div", { class: "cv-buttons" }, first, previous, play, next);
  const node = el(
    "div",
    { class: "cv-transport", role: "group", "aria-label": "Position of the window" },
    modes.node,
    buttons,
    el("div", { class: "cd-field cv-position" }, el("div", {}, el("label", { for: id }, "Position"), text), slider),
  );
  const player = createPlayer(store);

  function draw(state) {
    const size = outputOf(state);
    for (const input of [first, previous, play, next, slider]) input.disabled = !size;
    modes.draw(state);
    play.textContent = state.playing ? "Pause" : "Play";
    player.follow(state);
    if (!size) {
      text.textContent = "";
      return;
    }
    const index = state.row * size.width + state.column,
      count = size.height * size.width;
    first.disabled = previous.disabled = index === 0;
    next.disabled = index === count - 1;
    slider.max = count - 1;
    slider.value = index;
    slider.setAttribute("aria-valuetext", `${index + 1} of ${count}: row ${state.row + 1}, column ${state.column + 1}`);
    text.textContent = ` ${index + 1} of ${count}: row ${state.row + 1}, column ${state.column + 1}`;
  }
  return { node, draw, stop: player.stop };
}

const atEnd = (state) => moved(state, 1) === null;

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
    const count = size.height * size.width,
      left = count - 1 - store.state.row * size.width - store.state.column;
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
