// Line plots in SVG, which take colors and fonts from the page. Series differ in color, dash and marker.
import { el } from "./dom.js";
import { widthOf } from "./measure.js";
import { axis } from "./scale.js";
import { color, marker, markers, path, setAll, svg } from "./svg.js";

const MARGIN = { left: 46, right: 10, top: 22, bottom: 36 };
const PER_TICK = { x: 56, y: 34 }; // pixels that a number of an axis needs

/**
 * A plot: { node, draw(spec, theme) }. `spec` holds `label` (what is seen, in words), `x` and `y` ({ min, max, log, whole, label }),
 * `series` ([{ name, color, dash, marker, points: [[x, y], …], bars, thin }]), `bands` ([{ from, to }], shaded along x) and
 * `rules` ([{ x } or { y }, with text], thin lines across). A series with a name stands in the legend.
 */
export function createPlot(title, height = 230) {
  const picture = svg("svg", { role: "img", class: "cd-axes" });
  const legend = el("ul", { class: "cd-legend" });
  const box = el("div", { class: "cd-plot-box" }, picture);
  const node = el("figure", { class: "cd-plot" }, el("figcaption", { class: "cd-title" }, title), box, legend);
  const [bands, axes, rules, lines] = [svg("g"), svg("g"), svg("g"), svg("svg")];
  picture.append(bands, axes, rules, lines);
  let arranged = "";
  let written = "";

  function draw(spec, theme) {
    const width = widthOf(box, theme.width);
    if (width < 1) return;
    picture.setAttribute("aria-label", `${title}. ${spec.label}`);
    const inner = { right: width - MARGIN.right, bottom: height - MARGIN.bottom };
    const x = axis(spec.x, MARGIN.left, inner.right, Math.max(2, (inner.right - MARGIN.left) / PER_TICK.x));
    const y = axis(spec.y, inner.bottom, MARGIN.top, Math.max(2, (inner.bottom - MARGIN.top) / PER_TICK.y));
    const arrangement = JSON.stringify([width, spec.x, spec.y]);
    if (arrangement !== arranged) {
      setAll(picture, { viewBox: `0 0 ${width} ${height}`, width, height });
      setAll(lines, cut(inner));
      axes.replaceChildren(...drawAxes(spec, x, y, inner)); // text, which takes longest: kept as long as it stays
    }
    arranged = arrangement;
    bands.replaceChildren(...drawBands(spec.bands ?? [], x, inner));
    rules.replaceChildren(...drawRules(spec.rules ?? [], x, y, inner));
    lines.replaceChildren(...(spec.series ?? []).flatMap((series) => drawSeries(series, x, y, inner)));
    const named = (spec.series ?? []).filter(({ name }) => name);
    const text = JSON.stringify(named.map(({ name, color, dash, marker }) => [name, color, dash, marker]));
    if (text !== written) legend.replaceChildren(...named.map(entry));
    written = text;
  }
  return { node, draw };
}

/** A picture in the picture that shows the inside of the axes alone, with room for a marker at the end. */
function cut({ right, bottom }) {
  const [top, width] = [MARGIN.top - 6, right + 6 - MARGIN.left];
  const height = bottom + 1 - top;
  return { x: MARGIN.left, y: top, width, height, viewBox: `${MARGIN.left} ${top} ${width} ${height}` };
}

const entry = (series) =>
  el("li", {}, svg("svg", { width: 26, height: 12, "aria-hidden": "true" }, sample(series)), series.name);

function sample({ color: name, dash, marker: shape, bars }) {
  if (bars) return [svg("rect", { x: 6, y: 0, width: 12, height: 12, fill: color(name), "fill-opacity": 0.7 })];
  const line = svg("line", { x1: 0, x2: 26, y1: 6, y2: 6, stroke: color(name), "stroke-width": 2.5, "stroke-dasharray": dash });
  return shape ? [line, marker(shape, name, 13, 6)] : [line];
}

function drawAxes({ x: horizontal, y: vertical }, x, y, { right, bottom }) {
  const grid = { class: "cd-grid" };
  return [
    ...x.ticks.map((tick) => svg("line", { ...grid, x1: x.at(tick), x2: x.at(tick), y1: MARGIN.top, y2: bottom })),
    ...y.ticks.map((tick) => svg("line", { ...grid, x1: MARGIN.left, x2: right, y1: y.at(tick), y2: y.at(tick) })),
    ...x.ticks.map((tick) => svg("text", { x: x.at(tick), y: bottom + 14, "text-anchor": "middle" }, x.text(tick))),
    ...y.ticks.map((tick) => svg("text", { x: MARGIN.left - 5, y: y.at(tick) + 4, "text-anchor": "end" }, y.text(tick))),
    svg("text", { x: (MARGIN.left + right) / 2, y: bottom + 31, "text-anchor": "middle", class: "cd-axis-label" }, horizontal.label ?? ""),
    ...(vertical.label ? [svg("text", { x: 4, y: MARGIN.top - 10, class: "cd-axis-label" }, vertical.label)] : []),
  ];
}

const drawBands = (bands, x, { bottom }) =>
  bands.map(({ from, to }) =>
    svg("rect", { x: x.at(from), width: Math.max(0, x.at(to) - x.at(from)), y: MARGIN.top, height: bottom - MARGIN.top, class: "cd-band" }));

const drawRules = (rules, x, y, { right, bottom }) =>
  rules.flatMap(({ x: across, y: up, text, color: name = "muted" }) => {
    const place = across != null
      ? { x1: x.at(across), x2: x.at(across), y1: MARGIN.top, y2: bottom }
      : { x1: MARGIN.left, x2: right, y1: y.at(up), y2: y.at(up) };
    const words = across != null
      ? { x: x.at(across) + 4, y: bottom - 6 }
      : { x: right - 4, y: y.at(up) - 5, "text-anchor": "end" };
    const line = svg("line", { ...place, stroke: color(name), class: "cd-rule" });
    return text ? [line, svg("text", words, text)] : [line];
  });

function drawSeries({ points, color: name, dash, marker: shape, bars, thin }, x, y, { bottom }) {
  const placed = points.map(([a, b]) => [x.at(a), y.at(b)]);
  if (bars) return drawBars(placed, name, bottom);
  const line = svg("path", { d: path(placed), stroke: color(name), "stroke-dasharray": dash, class: thin ? "cd-line cd-thin" : "cd-line" });
  if (!shape) return [line];
  const stride = Math.ceil(placed.length / 12);
  const shown = placed.filter((place, i) => i % stride === 0 && place.every(Number.isFinite));
  return shown.length ? [line, markers(shape, name, shown)] : [line];
}

function drawBars(placed, name, bottom) {
  const wide = placed.length > 1 ? Math.abs(placed[1][0] - placed[0][0]) : 12;
  const d = placed.filter((place) => place.every(Number.isFinite)).map(([a, b]) =>
    `M${(a - wide * 0.45).toFixed(2)} ${Math.min(b, bottom).toFixed(2)}h${(wide * 0.9).toFixed(2)}V${bottom}h${(-wide * 0.9).toFixed(2)}Z`);
  return [svg("path", { d: d.join(""), fill: color(name), "fill-opacity": 0.7 })];
}
