// The block of N × C × (H, W) in the manner of Wu and He: a bar for each channel of each example, the averaged set lit.
import { el } from "../shared/dom.js";
import { widthOf } from "../shared/measure.js";
import { svg } from "../shared/svg.js";
import { css, mix } from "../shared/theme.js";
import { SHAPE, indexOf, placeOf } from "./numerics.js";

const SIZE = { width: 340, height: 190 };
const BAR = { wide: 30, high: 66, gap: 4 };
const DEEP = { x: 20, y: -15, of: 0.8 }; // from one example to the next, and how much of that a bar takes
const ORIGIN = [40, 92];

/** The block: { node, draw({ lit, place, label }, theme) }; a press on a bar chooses a value of it. */
export function createBlock(title, onplace) {
  const picture = svg("svg", { role: "img", viewBox: `0 0 ${SIZE.width} ${SIZE.height}` });
  picture.style.cursor = "pointer";
  picture.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest("[data-bar]");
    if (!bar) return;
    const [example, channel] = bar.dataset.bar.split(" ").map(Number);
    onplace({ example, channel });
  });
  const room = el("div", { class: "cd-room" }, picture);
  const node = el("div", { class: "cd-block" }, el("p", { class: "cd-title" }, title), room);

  function draw({ lit, place, label }, theme) {
    const width = Math.min(SIZE.width, widthOf(room, theme.width));
    picture.setAttribute("width", width);
    picture.setAttribute("height", (width * SIZE.height) / SIZE.width);
    picture.setAttribute("aria-label", label);
    const shown = new Set(lit.map((k) => indexOf({ ...placeOf(k), row: 0, column: 0 })));
    const bars = [];
    for (let example = SHAPE.examples - 1; example >= 0; example--)
      for (let channel = 0; channel < SHAPE.channels; channel++) {
        const isLit = shown.has(indexOf({ example, channel, row: 0, column: 0 }));
        const isChosen = example === place.example && channel === place.channel;
        bars.push(drawBar(example, channel, isChosen ? "vermillion" : isLit ? "blue" : null, theme));
      }
    picture.replaceChildren(...bars, ...names());
  }
  return { node, draw };
}

const cornerOf = (example, channel) => [ORIGIN[0] + channel * (BAR.wide + BAR.gap) + example * DEEP.x, ORIGIN[1] + example * DEEP.y];

function drawBar(example, channel, name, theme) {
  const [x, y] = cornerOf(example, channel);
  const [dx, dy] = [DEEP.x * DEEP.of, DEEP.y * DEEP.of];
  const base = name ? theme[name] : mix(theme.surface, theme.muted, 0.12);
  const face = (d, light) => svg("path", { d, fill: css(mix(base, theme.surface, light)), stroke: css(mix(base, theme.text, name ? 0.3 : 0.35)), "stroke-width": 1 });
  return svg("g", { "data-bar": `${example} ${channel}` },
    face(`M${x} ${y}h${BAR.wide}v${BAR.high}h${-BAR.wide}Z`, 0.15),
    face(`M${x} ${y}l${dx} ${dy}h${BAR.wide}l${-dx} ${-dy}Z`, 0.4),
    face(`M${x + BAR.wide} ${y}l${dx} ${dy}v${BAR.high}l${-dx} ${-dy}Z`, 0));
}

function names() {
  const [front, low] = [ORIGIN[0], ORIGIN[1] + BAR.high];
  const [right, deep] = cornerOf(SHAPE.examples - 1, SHAPE.channels - 1);
  const word = (text, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor }, text);
  return [
    word("C: channels 0 to 5 →", front, low + 18, "start"),
    word("H, W", front - 6, ORIGIN[1] + BAR.high / 2 + 4, "end"),
    word("N: examples ↗", right + BAR.wide - 46, deep + BAR.high + 40, "start"),
  ];
}
