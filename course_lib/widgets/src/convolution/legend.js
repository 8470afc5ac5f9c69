// How the output is shown: the reader's choice, the scale, and what it says in words.
import { choice, el } from "../shared/dom.js";
import { valueMap } from "./colors.js";
import { number } from "./format.js";
import { moved } from "./state.js";

/** The map from values to colors that the reader chose for the output. */
export function outputMap({ view, picture }, { low, high, planes }, theme) {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const range = { low: planes.length * picture.low, high: planes.length * picture.high }; // channels add up
  return valueMap(view, most, range, theme);
}

export function createLegend(store) {
  const options = [
    ["signed", "signed, in color"],
    ["clipped", "clipped to the picture's range"],
    ["absolute", "absolute value"],
  ];
  const select = choice({
    label: "Show the output",
    options,
    value: store.state.view,
    onchange: (view) => store.update({ view }),
  });
  const bar = el("div", { class: "cv-bar" });
  const marks = el("div", { class: "cv-marks" });
  const text = el("p", { class: "cd-note" });
  const scale = el("div", { class: "cv-scale", "aria-hidden": "true" }, bar, marks);
  const node = el("div", { class: "cv-legend" }, scale, text, select.node);
  const draw = (state, view, theme) => {
    select.set(state.view);
    scale.hidden = !view.output;
    text.textContent = view.output ? legendText(state, view) : "";
    if (!view.output) return;
    const { map } = outputMap(state, view, theme);
    bar.style.background = map.gradient;
    const ends = state.view === "signed" ? [map.low, 0, map.high] : [map.low, map.high];
    marks.replaceChildren(...ends.map((value) => el("span", {}, number(value))));
  };
  return { node, draw };
}

const MEANING = {
  signed: "Blue is negative, orange positive, the background 0.",
  clipped: "Black to white is the picture's own range.",
  absolute: "Shown without their sign: black is 0.",
};

export function legendText(state, { low, high, planes }) {
  if (state.mode === "step" && moved(state, 1)) return MEANING[state.view]; // the numbers are for the reader to find
  const values = `Values from ${number(low)} to ${number(high)}.`;
  if (state.view !== "clipped") return `${values} ${MEANING[state.view]}`;
  const most = planes.length * state.picture.high;
  const least = planes.length * state.picture.low;
  return `${values} Shown from ${number(least)} (black) to ${number(most)} (white); what lies outside is clipped.`;
}
