// A signal through a deep network before any training, forward and back. Pure functions, no page.
//
// A batch is a Float64Array of batch × width values, row by row; weights are (out, in), row by row, as in torch.
import { ACTIVATIONS } from "./activations.js";
import { drawUnits, factorOf, isUniform } from "./initializers.js";
import { fillNormal, uniform } from "./random.js";

/**
 * The product of two matrices with `depth` numbers in common, (rows, columns) row by row. Each factor comes with how far its
 * rows (of the second one: the columns of the product) and the numbers summed over lie apart. The inner loop adds up two
 * rows of four sums at once, three times as fast as one sum after the other; each sum has the same order as alone.
 */
function product(a, [aRow, aStep], b, [bRow, bStep], rows, columns, depth) {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 2)
    for (let column = 0; column < columns; column += 4) {
      if (row + 2 > rows || column + 4 > columns) {
        border(result, row, column, a, [aRow, aStep], b, [bRow, bStep], rows, columns, depth);
        continue;
      }
      let [p, q] = [row * aRow, column * bRow];
      let [s0, s1, s2, s3, t0, t1, t2, t3] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < depth; k++, p += aStep, q += bStep) {
        const s = a[p];
        const t = a[p + aRow];
        const b0 = b[q];
        const b1 = b[q + bRow];
        const b2 = b[q + 2 * bRow];
        const b3 = b[q + 3 * bRow];
        s0 += s * b0;
        s1 += s * b1;
        s2 += s * b2;
        s3 += s * b3;
        t0 += t * b0;
        t1 += t * b1;
        t2 += t * b2;
        t3 += t * b3;
      }
      const at = row * columns + column;
      result[at] = s0;
      result[at + 1] = s1;
      result[at + 2] = s2;
      result[at + 3] = s3;
      result[at + columns] = t0;
      result[at + columns + 1] = t1;
      result[at + columns + 2] = t2;
      result[at + columns + 3] = t3;
    }
  return result;
}

/** What is left of a product at its border: fewer than two rows or four columns, one sum after the other. */
function border(result, row, column, a, [aRow, aStep], b, [bRow, bStep], rows, columns, depth) {
  for (let r = row; r < Math.min(row + 2, rows); r++)
    for (let c = column; c < Math.min(column + 4, columns); c++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[r * aRow + k * aStep] * b[c * bRow + k * bStep];
      result[r * columns + c] = sum;
    }
}

/** x Wᵀ: (batch, inputs) and (outputs, inputs) to (batch, outputs). */
export const timesTransposed = (x, weights, batch, inputs, outputs) =>
  product(x, [inputs, 1], weights, [inputs, 1], batch, outputs, inputs);

/** g W: (batch, outputs) and (outputs, inputs) to (batch, inputs). */
export const times = (g, weights, batch, inputs, outputs) =>
  product(g, [outputs, 1], weights, [1, inputs], batch, inputs, outputs);

/** gᵀ x: the gradient of weights (outputs, inputs), summed over the batch. */
export const outer = (g, x, batch, inputs, outputs) =>
  product(g, [1, outputs], x, [1, inputs], outputs, inputs, batch);

/** The root of the mean square. */
export function rms(values) {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** Mean and variance, the latter as a plain average of squared distances. */
export function moments(values) {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}

const stocks = {}; // by kind of numbers, the last of each

/**
 * The numbers that a seed gives a network of equal layers, made when first asked for and kept for the next one of this seed
 * and size, whatever its depth, activation or initializer: { input (batch, width), layer(k), top(depth) (batch, width) }.
 */
function stockOf({ seed, width, batch, init }) {
  const kind = isUniform(init) ? "uniform" : "normal";
  const key = `${seed} ${width} ${batch}`;
  if (stocks[kind]?.key === key) return stocks[kind];
  const even = (length) => length + (length % 2); // normal numbers come in pairs
  const first = even(batch * width); // uniform numbers used up before the first layer, and for each
  const each = kind === "uniform" ? width ** 2 : even(width ** 2);
  const layers = [];
  const layer = (k) => (layers[k] ??= drawUnits(init, width ** 2, uniform(seed, first + k * each)));
  const ends = (used) => fillNormal(new Float64Array(batch * width), uniform(seed, used));
  return (stocks[kind] = { key, input: ends(0), layer, top: (depth) => ends(first + depth * each) });
}

function scale(values, factor, result) {
  for (let i = 0; i < values.length; i++) result[i] = factor * values[i];
  return result;
}

/**
 * Draws a network of `depth` equal layers, input and gradient at the top, sends the input up, h = φ(W h) or with `skip`
 * h + φ(W h), and the gradient down: a generator that pauses after each layer and returns { outputs, gradients,
 * weightGradients }, outputs[k] and gradients[k] after layer k (0 is the input), weightGradients[k] of layer k + 1 (only
 * with `ofWeights`, which costs a third of the work).
 */
export function* propagate(setup, { ofWeights = false } = {}) {
  const { depth, width, batch, activation, init, skip = false } = setup;
  const { f, slope, slopeOf } = ACTIVATIONS[activation];
  const [bend, known] = slopeOf && !skip ? [slopeOf, true] : [slope, false];
  const stock = stockOf(setup);
  const factor = factorOf(init, width, width);
  const weights = new Float64Array(width * width); // of one layer after the other
  const [outputs, sums] = [[stock.input], []];
  for (let k = 0; k < depth; k++) {
    scale(stock.layer(k), factor, weights);
    const z = timesTransposed(outputs[k], weights, batch, width, width);
    const output = new Float64Array(z.length);
    for (let i = 0; i < z.length; i++) output[i] = f(z[i]) + (skip ? outputs[k][i] : 0);
    sums.push(z);
    outputs.push(output);
    yield;
  }
  const [gradients, weightGradients] = [[stock.top(depth)], []];
  for (let k = depth - 1; k >= 0; k--) {
    const above = gradients[0];
    const through = new Float64Array(above.length);
    const places = known ? outputs[k + 1] : sums[k];
    for (let i = 0; i < above.length; i++) through[i] = above[i] * bend(places[i]);
    if (ofWeights) weightGradients.unshift(outer(through, outputs[k], batch, width, width));
    const below = times(through, scale(stock.layer(k), factor, weights), batch, width, width);
    if (skip) for (let i = 0; i < below.length; i++) below[i] += above[i];
    gradients.unshift(below);
    yield;
  }
  return { outputs, gradients, weightGradients };
}
