// SVG elements: `svg("circle", { cx: 3, cy: 4, r: 2 })`.
const SPACE = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

export const color = (name) => `var(--course-${name})`;

/** The shapes that tell series apart without their colors, each about 8 pixels wide around (0, 0). */
const SHAPES = {
  circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  square: "M-3.6-3.6h7.2v7.2h-7.2Z",
  diamond: "M0-5L5 0L0 5L-5 0Z",
  up: "M0-4.8L4.8 3.8H-4.8Z",
  down: "M0 4.8L-4.8-3.8H4.8Z",
  cross: "M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3Z",
  star: "M0-5.4L1.6-1.7L5.2-1.7L2.4 .9L3.4 4.8L0 2.5L-3.4 4.8L-2.4 .9L-5.2-1.7L-1.6-1.7Z",
};

export const marker = (shape, name, x, y, size = 1) =>
  svg("path", { d: SHAPES[shape], transform: `translate(${x} ${y}) scale(${size})`, fill: color(name), class: "cd-marker" });

/** The points of a line as a path; it breaks where a value is not finite. */
export function path(points) {
  let open = false;
  let text = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) open = false;
    else {
      text += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      open = true;
    }
  }
  return text;
}
