// Pointing, by mouse, finger or keys. On the output a cell is chosen; on the input the window whose middle is nearest,
// or the pen paints.
import { reach } from "./numerics.js";
import { penKeys } from "./pen.js";
import { moved } from "./state.js";

export function outputPointing(store) {
  const put = (row, column) => store.update({ row, column, hover: null, playing: false }, { speak: true });
  return { onpoint: put, onhover: (place) => look(store, place && { row: place[0], column: place[1] }) };
}

export function inputPointing(store) {
  const middle = ([row, column]) => {
    const { kernel, dilation, stride } = store.state;
    const half = (reach(kernel.size, dilation) - 1) / 2;
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

export function steerByKeys(frame, store, isInput) {
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
  const output = view?.output?.sum;
  const far = shiftKey ? 10 : 1;
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
