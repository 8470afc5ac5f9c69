// The window on a large picture, enlarged until single pixels can be seen.
import { el } from "../shared/dom.js";
import { greyMap } from "./colors.js";
import { widthOf } from "../shared/measure.js";
import { plane, reach } from "./numerics.js";
import { createPicture, fit } from "./picture.js";

const WIDEST = 220;
const AROUND = 2; // pixels shown around the window

export function createPatch() {
  const picture = createPicture();
  const node = el(
    "div",
    { class: "cv-block cv-patch" },
    el("p", { class: "cv-small" }, "The window, enlarged"),
    picture.canvas,
  );
  const draw = (state, view, theme) => {
    node.hidden = !view.large || !view.position;
    if (!node.hidden) drawPatch(picture, state, view, theme, Math.min(WIDEST, widthOf(node, view.layout)));
  };
  return { node, draw };
}

function drawPatch(picture, { kernel, dilation, stride, padding, picture: { low, high } }, view, theme, width) {
  const length = reach(kernel.size, dilation);
  const side = length + 2 * AROUND;
  const top = view.position.row * stride - padding - AROUND;
  const left = view.position.column * stride - padding - AROUND;
  picture.draw(
    {
      plane: around(view.planes[0], top, left, side),
      map: greyMap(low, high),
      cell: fit(width, side),
      frame: { row: AROUND, column: AROUND, length, taps: kernel.size, step: dilation },
      label: "The window and its surroundings, enlarged",
    },
    theme,
  );
}

/** The square of a plane that begins at a place; 0 outside the plane. */
function around(source, top, left, side) {
  const cut = plane(side, side);
  for (let index = 0; index < cut.data.length; index++) {
    const row = top + Math.floor(index / side);
    const column = left + (index % side);
    const inside = row >= 0 && row < source.height && column >= 0 && column < source.width;
    if (inside) cut.data[index] = source.data[row * source.width + column];
  }
  return cut;
}
