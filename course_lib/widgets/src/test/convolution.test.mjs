import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  applyFilter,
  asFraction,
  convolve,
  extent,
  outputSize,
  pad,
  plane,
  resize,
  samePadding,
  toGrey,
  valuesUnder,
} from "../convolution/numerics.js";

const fixtures = JSON.parse(readFileSync(new URL("convolution.fixtures.json", import.meta.url), "utf8"));
const toPlane = (rows) => plane(rows.length, rows[0].length, Float32Array.from(rows.flat()));
const toRows = ({ height, width, data }) =>
  Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
const kernel = (rows) => ({ size: rows.length, cells: rows.flat() });
const plain = { stride: 1, padding: 0, dilation: 1 };

function near(actual, expected) {
  assert.deepEqual(
    actual.map((row) => row.length),
    expected.map((row) => row.length),
  );
  expected.flat().forEach((value, index) => {
    const distance = Math.abs(actual.flat()[index] - value);
    assert.ok(distance <= 1e-5 * Math.max(1, Math.abs(value)), `${actual.flat()[index]} is not ${value}`);
  });
}

for (const [number, { images, kernels, options, output }] of fixtures.cases.entries()) {
  const about = `${images.length} channels, kernel ${kernels[0].length}, ${JSON.stringify(options)}`;
  test(`random case ${number} agrees with PyTorch: ${about}`, () => {
    const { partials, sum } = applyFilter(images.map(toPlane), kernels.map(kernel), options);
    near(toRows(sum), output);
    assert.equal(partials.length, images.length);
    assert.equal(sum.height, outputSize(images[0].length, kernels[0].length, options));
    assert.equal(sum.width, outputSize(images[0][0].length, kernels[0].length, options));
  });
}

for (const { image, kernel: name, images, kernels, options, output } of fixtures.worked) {
  test(`${name} over ${image} agrees with PyTorch`, () => {
    near(toRows(applyFilter(images.map(toPlane), kernels.map(kernel), options).sum), output);
  });
}

test("the worked examples give the sums of the book", () => {
  const sums = Object.fromEntries(
    fixtures.worked.map(({ image, images, kernels, options }) => [
      image,
      toRows(applyFilter(images.map(toPlane), kernels.map(kernel), options).sum),
    ]),
  );
  assert.deepEqual(sums["matrix-6x6"], [
    [-5, -4, 0, 8],
    [-10, -2, 2, 3],
    [0, -2, -4, -7],
    [-3, -2, -3, -16],
  ]);
  assert.deepEqual(sums["matrix-5x5"], [
    [12, 12, 17],
    [10, 17, 19],
    [9, 6, 14],
  ]);
  assert.deepEqual(sums["half-bright"], Array(4).fill([0, 30, 30, 0]));
});

test("the sum under the window is the output there, at every position", () => {
  for (const { images, kernels, options, output } of fixtures.cases) {
    output.forEach((line, row) =>
      line.forEach((expected, column) => {
        let total = options.bias;
        images.forEach((rows, channel) => {
          const values = valuesUnder(toPlane(rows), kernels[channel].length, options, row, column);
          kernels[channel].flat().forEach((weight, index) => {
            total += weight * values[index];
          });
        });
        assert.ok(Math.abs(total - expected) < 1e-4, `${total} is not ${expected}`);
      }),
    );
  }
});

test("sums of whole numbers are exact, whatever the divisor", () => {
  const source = plane(7, 7, new Float32Array(49).fill(255));
  const { sum } = applyFilter([source], [{ size: 7, cells: Array(49).fill(1) }], { ...plain, divisor: 49 });
  assert.deepEqual([...sum.data], [255]);
});

test("a window that does not fit has no output", () => {
  const source = plane(4, 9);
  assert.equal(convolve(source, { size: 5, cells: Array(25).fill(1) }, plain), null);
  assert.equal(applyFilter([source], [{ size: 3, cells: Array(9).fill(1) }], { ...plain, dilation: 2 }), null);
  assert.equal(outputSize(4, 5, plain), 0);
  assert.equal(outputSize(4, 5, { ...plain, padding: 1 }), 2);
});

test("same padding keeps the size at stride 1", () => {
  for (const size of [1, 3, 5, 7]) {
    for (const dilation of [1, 2, 3, 4]) {
      assert.equal(outputSize(20, size, { stride: 1, dilation, padding: samePadding(size, dilation) }), 20);
    }
  }
});

test("padding puts zeros around and leaves the values", () => {
  assert.deepEqual(
    toRows(
      pad(
        toPlane([
          [1, 2],
          [3, 4],
        ]),
        1,
      ),
    ),
    [
      [0, 0, 0, 0],
      [0, 1, 2, 0],
      [0, 3, 4, 0],
      [0, 0, 0, 0],
    ],
  );
});

test("weights are written as whole numbers over the smallest divisor", () => {
  assert.deepEqual(asFraction([1 / 9, 2 / 9]), { cells: [1, 2], divisor: 9 });
  assert.deepEqual(asFraction([-1, 0, 8]), { cells: [-1, 0, 8], divisor: 1 });
  assert.deepEqual(asFraction([1 / 4096, 400 / 4096]), { cells: [1, 400], divisor: 4096 });
  assert.deepEqual(asFraction([0.123456789, Math.PI]), { cells: [0.123456789, Math.PI], divisor: 1 });
  assert.deepEqual(asFraction([0, 0]), { cells: [0, 0], divisor: 1 });
});

test("a kernel keeps its middle when its size changes, and what is cut off is gone", () => {
  const cells = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  assert.deepEqual(resize(resize(cells, 3, 5), 5, 3), cells);
  assert.deepEqual(resize(cells, 3, 1), [5]);
  assert.deepEqual(resize([7], 1, 3), [0, 0, 0, 0, 7, 0, 0, 0, 0]);
});

test("grey is the brightness of the channels, white stays white", () => {
  const channels = [
    [255, 255],
    [255, 0],
    [255, 0],
  ].map((values) => toPlane([values]));
  assert.deepEqual([...toGrey(channels, true).data], [255, 76]);
  assert.ok(Math.abs(toGrey(channels, false).data[1] - 76.245) < 1e-3);
});

test("extent finds the lowest and the highest value", () => {
  assert.deepEqual(
    extent(
      toPlane([
        [3, -7],
        [0, 5],
      ]),
    ),
    [-7, 5],
  );
});
