// Drawing by keys: arrows move the pen, Space or Enter paints.
import { DRAWING_SIDE } from "./state.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Handles a key on the drawing pad; says whether it was one of the pen's. */
export function penKeys(event, store) {
  const { penRow, penColumn } = store.state;
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    store.paint(penRow, penColumn);
    return true;
  }
  const move = MOVES[event.key];
  if (!move) return false;
  event.preventDefault();
  const inside = (place) => Math.max(0, Math.min(DRAWING_SIDE - 1, place));
  store.update({ penRow: inside(penRow + move[0]), penColumn: inside(penColumn + move[1]) }, { pen: true });
  return true;
}
