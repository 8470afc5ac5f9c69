import assert from "node:assert/strict";
import { test } from "node:test";
import { factor, number, short, sum } from "../convolution/format.js";
import { NAME, fromFields, toHash } from "../convolution/link.js";
import { fromHash } from "../shared/address.js";
import { plane } from "../convolution/numerics.js";
import { resultOf } from "../convolution/result.js";
import {
  chooseImage,
  chooseKernel,
  kernelFromTrait,
  kernelToTrait,
  moved,
  outputOf,
  startState,
  update,
  withCell,
  withSize,
} from "../convolution/state.js";

const EDGE = [
    [1, 0, -1],
    [1, 0, -1],
    [1, 0, -1],
  ],
  BLUR = Array(3).fill([1, 1, 1]);
const gallery = {
  "vertical-edge": { title: "Vertical edge", cells: EDGE, divisor: 1, view: "signed", about: "" },
  "box-blur": { title: "Box blur", cells: BLUR, divisor: 9, view: "clipped", about: "" },
};
const samples = {
  small: { height: 6, width: 6, kernel: "vertical-edge" },
  large: { height: 256, width: 256, kernel: null },
};
const traits = {
  image: "small",
  kernel: "vertical-edge",
  stride: 1,
  padding: 0,
  dilation: 1,
  bias: 0,
  mode: "step",
  view: "signed",
  color: false,
  compact: false,
  _gallery: gallery,
};
const picture = (side, channels = 1) => ({
  name: `p${side}`,
  low: 0,
  high: 10,
  whole: true,
  planes: Array.from({ length: channels }, (_, channel) =>
    plane(side, side, new Float32Array(side * side).fill(channel + 1)),
  ),
});
const start = (patch = {}) =>
  update(
    update(
      startState((name) => traits[name]),
      { picture: picture(6) },
    ),
    patch,
  );

test("values outside their limits are brought inside", () => {
  const { stride, padding, dilation } = start({ stride: 9, padding: -3, dilation: Number.NaN });
  assert.deepEqual([stride, padding, dilation], [4, 0, 1]);
});

test("the window stays on the output when the output shrinks", () => {
  const state = update(start({ row: 3, column: 3 }), { stride: 2 });
  assert.deepEqual([state.row, state.column], [1, 1]);
});

test("a picture on which the window does not fit has no output and no steps", () => {
  const state = start({ dilation: 4 });
  assert.equal(outputOf(state), null);
  assert.equal(moved(state, 1), null);
  assert.equal(resultOf()(state).output, null);
});

test("steps follow the reading order and end at both ends", () => {
  assert.deepEqual(moved(start({ row: 0, column: 3 }), 1), { row: 1, column: 0 });
  assert.equal(moved(start(), -1), null);
  assert.equal(moved(start({ row: 3, column: 3 }), 1), null);
});

test("the window starts in the middle of a large picture and at the beginning of a small one", () => {
  const large = update(start(), { picture: picture(100) });
  assert.deepEqual([large.row, large.column], [49, 49]);
  const small = update(large, { picture: picture(6) });
  assert.deepEqual([small.row, small.column], [0, 0]);
});

test("a new drawing of the same size leaves the window where it is", () => {
  const state = update(start({ row: 2, column: 1 }), { picture: picture(6) });
  assert.deepEqual([state.row, state.column], [2, 1]);
});

test("a kernel comes back from its trait as it was", () => {
  for (const value of ["box-blur", EDGE, [EDGE, BLUR, EDGE]]) {
    assert.deepEqual(kernelToTrait({ kernel: kernelFromTrait(value, gallery), color: true }), value);
  }
});

test("a stack of equal kernels, and any in grey, is one kernel for Python", () => {
  const kernel = kernelFromTrait([EDGE, EDGE, EDGE], gallery);
  assert.deepEqual(kernelToTrait({ kernel, color: true }), EDGE);
  assert.deepEqual(kernelToTrait({ kernel: kernelFromTrait([EDGE, BLUR, BLUR], gallery), color: false }), EDGE);
});

test("weights such as 1/9 come back as whole numbers and a divisor", () => {
  const { stack, divisor } = kernelFromTrait(
    BLUR.map((row) => row.map((cell) => cell / 9)),
    gallery,
  );
  assert.deepEqual([stack[0], divisor], [BLUR.flat(), 9]);
});

test("an edited kernel has no name, and the other channels keep their cells", () => {
  const kernel = withCell(kernelFromTrait("vertical-edge", gallery), 1, 4, 5);
  assert.equal(kernel.name, null);
  assert.deepEqual(
    kernel.stack.map((cells) => cells[4]),
    [0, 5, 0],
  );
  assert.deepEqual(
    withCell(kernel, "all", 4, 7).stack.map((cells) => cells[4]),
    [7, 7, 7],
  );
});

test("a kernel of another size is the reader's own", () => {
  assert.deepEqual(
    [withSize(kernelFromTrait("vertical-edge", gallery), 5)].map(({ name, size, stack }) => [
      name,
      size,
      stack[0].length,
    ]),
    [[null, 5, 25]],
  );
});

test("a worked example brings its kernel and plain settings, other pictures leave both", () => {
  const example = chooseImage("small", samples, gallery);
  assert.deepEqual([example.kernel.name, example.stride, example.mode], ["vertical-edge", 1, "step"]);
  const photo = chooseImage("large", samples, gallery);
  assert.deepEqual([photo.kernel, photo.stride, photo.mode], [undefined, undefined, "sweep"]);
});

test("a gallery kernel brings the view that suits it", () => {
  assert.equal(chooseKernel("box-blur", gallery).view, "clipped");
});

test("a set-up survives the way through an address", () => {
  const state = start({
    kernel: kernelFromTrait([EDGE, BLUR, EDGE], gallery),
    color: true,
    padding: 3,
    bias: -2.5,
    view: "absolute",
  });
  const back = fromFields(fromHash(NAME, toHash(state)), samples, gallery);
  for (const name of ["image", "mode", "view", "stride", "padding", "dilation", "bias", "color"])
    assert.equal(back[name], state[name], name);
  assert.deepEqual(back.kernel.stack, state.kernel.stack);
});

test("an address of something else, or a broken one, asks for nothing wrong", () => {
  assert.equal(fromHash(NAME, "#summary"), null);
  for (const kernel of ["nope", "[[1,2]", "[[1,2],[3,4]]", '[["a"]]', "null", "3", "[[1],[2],[3]]", "{}"]) {
    const address = `#convolution?image=moon&view=loud&stride=fast&kernel=${encodeURIComponent(kernel)}`;
    const patch = fromFields(fromHash(NAME, address), samples, gallery);
    assert.deepEqual(patch, { color: false }, kernel);
  }
});

test("only a change of the input computes the output again", () => {
  const result = resultOf();
  const state = start();
  const first = result(state);
  assert.equal(result(update(state, { row: 2, view: "absolute" })).output, first.output);
  assert.notEqual(result(update(state, { stride: 2 })).output, first.output);
});

test("in color every channel has its result, and the bias is added once", () => {
  const state = start({ picture: picture(3, 3), color: true, bias: 100, kernel: kernelFromTrait("box-blur", gallery) });
  const { output, value, terms } = resultOf()(state);
  assert.deepEqual(
    output.partials.map(({ data }) => data[0]),
    [1, 2, 3],
  );
  assert.deepEqual([...output.sum.data, value], [106, 106]);
  assert.deepEqual(
    terms.map(({ total }) => total),
    [9, 18, 27],
  );
});

test("numbers are written with a real minus sign and four digits at most", () => {
  assert.deepEqual(
    [number(-5), number(1 / 3), number(123456), short(-0.123), factor(-1), sum([2, -7, 0])],
    ["−5", "0.3333", "123456", "−0.12", "(−1)", "2 − 7 + 0"],
  );
});
