// Colors from the page's theme, and how to follow it.

const NAMES = ["text", "muted", "line", "surface", "blue", "orange", "green", "vermillion", "sky", "purple", "yellow"];

const parse = (text) => text.match(/[\da-f]{2}/gi).map((pair) => parseInt(pair, 16));

/** The color a share of the way from one to another, both [red, green, blue]. */
export const mix = (from, to, share) => from.map((value, index) => Math.round(value + (to[index] - value) * share));
export const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

/** The theme's colors as [red, green, blue], read where the demo stands. */
export function readTheme(node) {
  const style = getComputedStyle(node);
  const colors = NAMES.map((name) => [name, parse(style.getPropertyValue(`--course-${name}`).trim())]);
  return { ...Object.fromEntries(colors), font: style.fontFamily };
}

/** Calls back when the page or JupyterLab changes between light and dark. */
export function onThemeChange(callback, signal) {
  const observer = new MutationObserver(callback);
  const options = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "data-jp-theme-name"] };
  for (const node of [document.documentElement, document.body]) observer.observe(node, options);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** Black or white, whichever can be read on a color. */
export function ink([red, green, blue]) {
  const linear = (value) => (value / 255) ** 2.2;
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.18 ? "#000000" : "#ffffff";
}
