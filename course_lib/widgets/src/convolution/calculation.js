// The sum under the window, number by number.
import { el } from "../shared/dom.js";
import { CHANNELS, factor, number, sum } from "./format.js";

export function createCalculation() {
  const place = el("p", { class: "cv-title" });
  const terms = el("div", { class: "cv-terms", tabindex: "0", role: "group", "aria-label": "Products, by rows of the kernel" });
  const total = el("p", { class: "cv-total" });
  const node = el("div", { class: "cv-block cv-calculation" }, place, terms, total);

  function draw(state, view) {
    const { position } = view;
    node.dataset.empty = String(!position);
    if (!position) return;
    place.textContent = `Output row ${position.row + 1}, column ${position.column + 1}`;
    terms.replaceChildren(...view.terms.map((term, channel) => block(term, state.kernel.size, view.color && CHANNELS[channel])));
    total.replaceChildren(...totalLine(state, view));
  }
  return { node, draw };
}

/** The products of one channel: a line for each row of the kernel, with its own sum. */
function block({ values, cells, total }, size, name) {
  const lines = rows(cells, size).map((row) => {
    const products = row.map((index) => values[index] * cells[index]);
    const parts = row.map((index, column) => el("span", { class: "cv-term", "data-sign": String(Math.sign(products[column])) },
      `${column ? "+ " : ""}${number(values[index])}·${factor(cells[index])}`));
    return [...parts, el("span", { class: "cv-subtotal" }, `= ${number(products.reduce((all, value) => all + value, 0))}`)];
  });
  const spaced = lines.flat().flatMap((part) => [part, " "]); // the spaces are for copies and screen readers
  return el("div", { class: "cv-channel-terms" }, name ? el("p", { class: "cv-small" }, `${name}: ${number(total)}`) : null,
    el("div", { class: "cv-products", style: `--cells: ${size}` }, spaced));
}

const rows = (cells, size) => Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => row * size + column));

function totalLine({ kernel, bias }, { terms, color, value }) {
  const parts = color ? terms.map((term) => term.total) : rows(terms[0].cells, kernel.size)
    .map((row) => row.reduce((all, index) => all + terms[0].values[index] * terms[0].cells[index], 0));
  let text = parts.length > 1 ? sum(parts) : number(parts[0]);
  if (kernel.divisor !== 1) text = `${parts.length > 1 ? `(${text})` : text} / ${number(kernel.divisor)}`;
  if (bias) text += `${bias < 0 ? " − " : " + "}${number(Math.abs(bias))}`;
  return [text, " = ", el("strong", { class: "cv-result" }, number(value))];
}
