// What a network costs in all: as tiles to see, as sentences to hear.
import { el } from "../shared/dom.js";
import { exact, memory, words } from "./format.js";
import { describe } from "./layers.js";
import { isCount, times, totals, troubles } from "./numerics.js";

/** A layer's result in a sentence. */
export function aboutLayer(layer, index, { shape, parameters, problem }) {
  const place = `Layer ${index + 1}, ${describe(layer).filter(Boolean).join(" ")}`;
  return shape ? `${place}: ${times(shape)}, ${exact(parameters)} parameters.` : `${place}: ${problem ?? "not reached."}`;
}

/** The totals in a sentence, or what keeps them from being complete. */
export function aboutNetwork(net, rows) {
  const { parameters, multiplyAdds, activations } = totals(rows, net);
  const sums = `In all ${exact(parameters)} parameters, ${words(multiplyAdds)} multiply-adds and ${memory(activations)} `
    + "of layer outputs for one image.";
  return troubles(net, rows).join(" ") || sums;
}

/** The totals as the items of a description list. */
export function tiles(sums, { batch }) {
  const images = isCount(batch) ? `a batch of ${exact(batch)}` : "a batch";
  const amount = (bytes) => (isCount(batch) ? memory(bytes) : "–");
  return [
    ["Parameters", exact(sums.parameters), `${memory(sums.weights)} of weights`],
    ["Multiply-adds", words(sums.multiplyAdds), "for one image, in convolutions and dense layers"],
    ["Layer outputs", memory(sums.activations), "for one image, all kept"],
    ["Prediction", amount(sums.predict), `for ${images}: weights and the largest pair of neighboring outputs`],
    ["Training", amount(sums.train), `for ${images}: weights, gradients and all outputs kept for the backward pass`],
  ].map(tile);
}

function tile([name, value, note]) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, el("strong", {}, value), el("span", {}, note)));
}
