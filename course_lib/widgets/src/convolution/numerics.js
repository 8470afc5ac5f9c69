// The demo's arithmetic: pure functions over planes. A plane is { height, width, data }, data a Float32Array by rows.

export const plane = (height, width, data = new Float32Array(height * width)) => ({ height, width, data });

/** The width of the area that a kernel of `size` taps covers when they lie `dilation` apart. */
export const reach = (size, dilation) => dilation * (size - 1) + 1;

/** The number of window positions along a side; less than 1 where the window does not fit. */
export const outputSize = (length, size, { stride, padding, dilation }) =>
  Math.floor((length + 2 * padding - reach(size, dilation)) / stride) + 1;

/** The padding that keeps the size of the input at stride 1, for an odd kernel. */
export const samePadding = (size, dilation) => (dilation * (size - 1)) / 2;

/** The plane in a frame of `padding` zeros. */
export function pad(source, padding) {
  if (padding === 0) return source;
  const padded = plane(source.height + 2 * padding, source.width + 2 * padding);
  for (let row = 0; row < source.height; row++) {
    const line = source.data.subarray(row * source.width, (row + 1) * source.width);
    padded.data.set(line, (row + padding) * padded.width + padding);
  }
  return padded;
}

/** The taps that are not zero, as offsets into a padded plane and weights, filled up to a multiple of four. */
function taps(cells, size, dilation, width) {
  const offsets = [];
  const weights = [];
  cells.forEach((weight, index) => {
    if (weight === 0) return;
    offsets.push(dilation * (Math.floor(index / size) * width + (index % size)));
    weights.push(weight);
  });
  while (offsets.length % 4) {
    offsets.push(0);
    weights.push(0);
  }
  return { offsets, weights };
}

/**
 * Cross-correlation of one plane with a square kernel (the "convolution" of deep learning):
 * output[row][column] = sum of padded[row * stride + i * dilation][column * stride + j * dilation] * cells[i][j].
 * Returns null where the window does not fit. The inner loop adds four taps at a time to a row of the output, twice as
 * fast as one sum after the other: a quarter of the loads and stores, and no bounds to look after.
 */
export function convolve(source, { size, cells }, options) {
  const height = outputSize(source.height, size, options);
  const width = outputSize(source.width, size, options);
  if (height < 1 || width < 1) return null;
  const padded = pad(source, options.padding);
  const input = padded.data;
  const output = plane(height, width);
  const sums = output.data;
  const { offsets, weights } = taps(cells, size, options.dilation, padded.width);
  const { stride } = options;
  for (let row = 0; row < height; row++) {
    const begin = row * width;
    const end = begin + width;
    for (let tap = 0; tap < offsets.length; tap += 4) {
      const a = offsets[tap];
      const b = offsets[tap + 1];
      const c = offsets[tap + 2];
      const d = offsets[tap + 3];
      const wa = weights[tap];
      const wb = weights[tap + 1];
      const wc = weights[tap + 2];
      const wd = weights[tap + 3];
      let at = row * stride * padded.width;
      for (let cell = begin; cell < end; cell++, at += stride) {
        sums[cell] += wa * input[at + a] + wb * input[at + b] + wc * input[at + c] + wd * input[at + d];
      }
    }
  }
  return output;
}

/**
 * A filter: one kernel for each plane, the results added up. The kernels' whole numbers are summed first and divided
 * last, so that sums of whole numbers stay exact. Returns { partials, sum } or null where the window does not fit.
 */
export function applyFilter(planes, kernels, options) {
  const { divisor = 1, bias = 0 } = options;
  const partials = planes.map((source, channel) => convolve(source, kernels[channel], options));
  if (partials.includes(null)) return null;
  const { height, width } = partials[0];
  for (const partial of partials) if (divisor !== 1) scale(partial.data, divisor);
  const sum = plane(height, width);
  for (const { data } of partials) for (let index = 0; index < data.length; index++) sum.data[index] += data[index];
  if (bias !== 0) for (let index = 0; index < sum.data.length; index++) sum.data[index] += bias;
  return { partials, sum };
}

function scale(data, divisor) {
  for (let index = 0; index < data.length; index++) data[index] /= divisor;
}

/** The values under the window of one output cell, by rows; 0 where the window lies on the padding. */
export function valuesUnder(source, size, { stride, padding, dilation }, row, column) {
  const values = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const y = row * stride + i * dilation - padding;
      const x = column * stride + j * dilation - padding;
      const inside = y >= 0 && y < source.height && x >= 0 && x < source.width;
      values.push(inside ? source.data[y * source.width + x] : 0);
    }
  }
  return values;
}

/** The lowest and the highest value. */
export function extent({ data }) {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < data.length; index++) {
    const value = data[index];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Brightness of red, green and blue (ITU-R BT.601), in whole numbers where the channels are. */
export function toGrey([red, green, blue], whole) {
  const grey = plane(red.height, red.width);
  for (let index = 0; index < grey.data.length; index++) {
    const value = 0.299 * red.data[index] + 0.587 * green.data[index] + 0.114 * blue.data[index];
    grey.data[index] = whole ? Math.round(value) : value;
  }
  return grey;
}

const MAX_DIVISOR = 4096;

/** Writes weights as whole numbers over one divisor, as 1/9 is meant by 0.1111; divisor 1 where none fits. */
export function asFraction(weights) {
  for (let divisor = 1; divisor <= MAX_DIVISOR; divisor++) {
    const cells = weights.map((weight) => Math.round(weight * divisor));
    const near = (weight, index) => Math.abs(weight * divisor - cells[index]) < 1e-6 * divisor;
    if (weights.every(near)) return { cells, divisor };
  }
  return { cells: [...weights], divisor: 1 };
}

/** A kernel of another size with the same middle: rings of zeros added, or rings cut off. */
export function resize(cells, from, to) {
  const shift = (from - to) / 2;
  return Array.from({ length: to * to }, (_, index) => {
    const row = Math.floor(index / to) + shift;
    const column = (index % to) + shift;
    return row >= 0 && row < from && column >= 0 && column < from ? cells[row * from + column] : 0;
  });
}
