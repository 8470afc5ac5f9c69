// SVG elements: `svg("circle", { cx: 3, cy: 4, r: 2 })`.
const SPACE = "http://www.w3.org/2000/svg";

export function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SPACE, tag);
  setAll(node, attributes);
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

export const color = (name) => `var(--course-${name})`;

/** The shapes that tell series apart without their colors, each about 8 pixels wide, from the middle on. */
const SHAPES = {
  circle: "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  square: "m-3.6-3.6h7.2v7.2h-7.2Z",
  diamond: "m0-5l5 5l-5 5l-5-5Z",
  up: "m0-4.8l4.8 8.6h-9.6Z",
  down: "m0 4.8l-4.8-8.6h9.6Z",
  cross: "m-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3Z",
  star: "m0-5.4l1.6 3.7h3.6l-2.8 2.6l1 3.9l-3.4-2.3l-3.4 2.3l1-3.9l-2.8-2.6h3.6Z",
};

export const marker = (shape, name, x, y, size = 1) =>
  svg("path", { d: `M0 0${SHAPES[shape]}`, transform: `translate(${x} ${y}) scale(${size})`, fill: color(name), class: "cd-marker" });

/** A marker at each of several places, as one element. */
export const markers = (shape, name, places) =>
  svg("path", { d: places.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}${SHAPES[shape]}`).join(""), fill: color(name), class: "cd-marker" });

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
