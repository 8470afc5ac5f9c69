// The block as tiles: examples down, channels across, each tile the values of one channel of one example.
import { el, uid } from "../shared/dom.js";
import { widthOf } from "../shared/measure.js";
import { minus } from "../shared/numbers.js";
import { color, svg } from "../shared/svg.js";
import { css, ink, mix } from "../shared/theme.js";
import { SHAPE, SIZE, placeOf } from "./numerics.js";

const MARGIN = { left: 20, top: 18 };
const GAP = 4; // between tiles
const MAX_CELL = 27;
const KEYS = { ArrowLeft: ["column", -1], ArrowRight: ["column", 1], ArrowUp: ["row", -1], ArrowDown: ["row", 1] };
const OUTER = { column: ["channel", SHAPE.columns, SHAPE.channels], row: ["example", SHAPE.rows, SHAPE.examples] };

/** The place one value on in a direction, across the borders of tiles; or one tile on. */
export function moved(place, key, tile = false) {
  const [inner, step] = KEYS[key];
  const [outer, size, count] = OUTER[inner];
  const far = Math.max(0, Math.min(size * count - 1, place[outer] * size + place[inner] + step * (tile ? size : 1)));
  return { [outer]: Math.floor(far / size), [inner]: far % size };
}

/** A value in at most four letters. */
const short = (value) => minus(Math.abs(value) < 9.95 ? value.toFixed(1) : value.toFixed(0)).replace(/^−0(\.0)?$/, "0.0");

/** Blue above zero, orange below, the deeper the farther. */
function fill(value, theme) {
  const share = Math.abs(value) / (Math.abs(value) + 1.5);
  return mix(theme.surface, value < 0 ? theme.orange : theme.blue, 0.75 * share);
}

/**
 * A grid: { node, draw(spec, theme) }. `spec` holds `values`, `lit` (indices whose tiles are framed), `place` (the chosen
 * one), `plain(k)` (drawn without color), `flagged(k)` (drawn with a corner) and `label`. `onplace(place)` hears what is chosen.
 */
export function createGrid(title, get, onplace) {
  const picture = svg("svg", { role: "img" });
  const heading = uid("grid");
  const box = el("div", {
    class: "cd-tiles", tabindex: "0", role: "application", "aria-labelledby": heading, "aria-roledescription": "block steered by arrow keys",
    onkeydown: (event) => {
      if (!(event.key in KEYS)) return;
      event.preventDefault();
      onplace(moved(get(), event.key, event.shiftKey));
    },
    onpointerdown: (event) => {
      const found = event.target.closest("[data-index]");
      if (found) onplace(placeOf(Number(found.dataset.index)));
    },
  }, picture);
  const room = el("div", { class: "cd-room" }, box);
  const node = el("div", { class: "cd-block" }, el("p", { class: "cd-title", id: heading }, title), room);

  const cells = Array.from({ length: SIZE }, (_, k) => createCell(k));
  const above = svg("g");
  let arranged = 0;

  function draw(spec, theme) {
    const across = SHAPE.channels * SHAPE.columns;
    const free = widthOf(room, theme.width) - MARGIN.left - GAP * SHAPE.channels;
    const size = Math.min(MAX_CELL, Math.floor(free / across));
    if (size < 1) return;
    const tile = [SHAPE.columns * size + GAP, SHAPE.rows * size + GAP];
    const corner = ({ example, channel, row, column }) => [MARGIN.left + channel * tile[0] + column * size, MARGIN.top + example * tile[1] + row * size];
    if (size !== arranged) {
      const [width, height] = [MARGIN.left + SHAPE.channels * tile[0], MARGIN.top + SHAPE.examples * tile[1]];
      for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) picture.setAttribute(name, value);
      box.style.width = `${width}px`;
      cells.forEach((cell, k) => cell.arrange(corner(placeOf(k)), size));
      picture.replaceChildren(...headings(tile, size), ...cells.map(({ node }) => node), above);
    }
    arranged = size;
    picture.setAttribute("aria-label", spec.label);
    cells.forEach((cell, k) => cell.draw(spec.values[k], Boolean(spec.plain?.(k)), Boolean(spec.flagged?.(k)), theme));
    above.replaceChildren(...frames(spec.lit, corner, size), drawChosen(corner(spec.place), size));
  }
  return { node, draw };
}

function headings([wide, high], size) {
  const word = (text, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor, class: "cd-tile-name" }, text);
  return [
    word("n", 5, 12, "middle"),
    ...Array.from({ length: SHAPE.channels }, (_, c) => word(c === 0 ? "c = 0" : `${c}`, MARGIN.left + c * wide + (SHAPE.columns * size) / 2, 12, "middle")),
    ...Array.from({ length: SHAPE.examples }, (_, n) => word(`${n}`, 5, MARGIN.top + n * high + (SHAPE.rows * size) / 2 + 4, "middle")),
  ];
}

/** One value: made once, and changed only where it has changed. */
function createCell(k) {
  const rect = svg("rect", { stroke: color("line"), "stroke-opacity": 0.5 });
  const letters = document.createTextNode("");
  const text = svg("text", { "text-anchor": "middle" }, letters);
  const corner = svg("path", { fill: color("vermillion"), "data-changed": "" });
  const node = svg("g", { "data-index": k }, rect, text);
  let [shown, dark] = ["", ""];

  function arrange([x, y], size) {
    for (const [name, value] of Object.entries({ x, y, width: size, height: size })) rect.setAttribute(name, value);
    text.setAttribute("x", x + size / 2);
    text.setAttribute("y", y + size * 0.65);
    text.style.fontSize = `${Math.min(11, size * 0.46)}px`;
    corner.setAttribute("d", `M${x + size} ${y}h${-size * 0.42}l${size * 0.42} ${size * 0.42}Z`);
  }
  function draw(value, plain, flagged, theme) {
    const shade = plain ? theme.surface : fill(value, theme);
    const now = `${value} ${shade} ${flagged}`;
    if (now === shown) return;
    shown = now;
    rect.setAttribute("fill", css(shade));
    const readable = ink(shade);
    if (readable !== dark) text.style.fill = readable;
    dark = readable;
    letters.data = short(value);
    if (flagged) text.before(corner);
    else corner.remove();
  }
  return { node, arrange, draw };
}

/** A frame around each tile of the lit set. */
function frames(lit, corner, cell) {
  const tiles = new Map(lit.map((k) => placeOf(k)).map((place) => [`${place.example} ${place.channel}`, { ...place, row: 0, column: 0 }]));
  return [...tiles.values()].map((place) => {
    const [x, y] = corner(place);
    return svg("rect", { x: x - 1, y: y - 1, width: SHAPE.columns * cell + 2, height: SHAPE.rows * cell + 2, rx: 2, class: "cd-lit" });
  });
}

const drawChosen = ([x, y], cell) => svg("rect", { x: x + 1.5, y: y + 1.5, width: cell - 3, height: cell - 3, rx: 3, class: "cd-chosen" });

