// The sum under the window, number by number.
import { el } from "../shared/dom.js";
import { CHANNELS, factor, number, sum } from "./format.js";

export function createCalculation() {
  const place = el("p", { class: "cv-title" });
  const terms = createTerms();
  const total = el("p", { class: "cv-total" });
  const node = el("div", { class: "cv-block cv-calculation" }, place, terms.node, total);

  function draw(state, view) {
    const { position } = view;
    node.dataset.empty = String(!position);
    if (!position) return;
    place.textContent = `Output row ${position.row + 1}, column ${position.column + 1}`;
    terms.draw(view, state.kernel.size);
    total.replaceChildren(...totalLine(state, view));
  }
  return { node, draw };
}

/** The products: a block for each channel, built again only when their number changes. */
function createTerms() {
  const node = el("div", {
    class: "cv-terms",
    tabindex: "0",
    role: "group",
    "aria-label": "Products, by rows of the kernel",
  });
  let blocks = [];
  let shape = "";
  function draw({ terms, color }, size) {
    if (shape !== `${terms.length} ${size}`) {
      shape = `${terms.length} ${size}`;
      blocks = terms.map(() => createBlock(size));
      node.replaceChildren(...blocks.map((block) => block.node));
    }
    terms.forEach((term, channel) => blocks[channel].draw(term, color && CHANNELS[channel]));
  }
  return { node, draw };
}

/** The products of one channel: a line for each row of the kernel, with its own sum. */
function createBlock(size) {
  const lines = Array.from({ length: size }, () => ({
    products: Array.from({ length: size }, () => el("span", { class: "cv-term" })),
    total: el("span", { class: "cv-subtotal" }),
  }));
  const parts = lines.flatMap(({ products, total }) => [...products, total]);
  const grid = el("div", { class: "cv-products", style: `--cells: ${size}` });
  grid.append(...parts.flatMap((part) => [part, " "])); // the spaces are for copies and screen readers
  const name = el("p", { class: "cv-small" });

  function draw({ values, cells, total }, channel) {
    name.hidden = !channel;
    write(name, `${channel}: ${number(total)}`);
    lines.forEach((line, row) => {
      line.products.forEach((span, column) => {
        const value = values[row * size + column];
        const cell = cells[row * size + column];
        write(span, `${column ? "+ " : ""}${number(value)}·${factor(cell)}`);
        span.dataset.sign = String(Math.sign(value * cell));
      });
      write(line.total, `= ${number(rowTotal({ values, cells }, row, size))}`);
    });
  }
  return { node: el("div", { class: "cv-channel-terms" }, name, grid), draw };
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function rowTotal({ values, cells }, row, size) {
  let total = 0;
  for (let index = row * size; index < (row + 1) * size; index++) total += values[index] * cells[index];
  return total;
}

function totalLine({ kernel: { size, divisor }, bias }, { terms, color, value }) {
  const parts = color
    ? terms.map((term) => term.total)
    : Array.from({ length: size }, (_, row) => rowTotal(terms[0], row, size));
  let text = parts.length > 1 ? sum(parts) : number(parts[0]);
  if (divisor !== 1) text = `${parts.length > 1 ? `(${text})` : text} / ${number(divisor)}`;
  if (bias) text += `${bias < 0 ? " − " : " + "}${number(Math.abs(bias))}`;
  return [text, " = ", el("strong", { class: "cv-result" }, number(value))];
}
