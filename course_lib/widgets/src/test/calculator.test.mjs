import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { kerasCode, torchCode } from "../calculator/code.js";
import { memory, short, words } from "../calculator/format.js";
import { explain } from "../calculator/formulas.js";
import { describe, KINDS } from "../calculator/layers.js";
import { measure, pads, problem, totals, troubles } from "../calculator/numerics.js";

const fixtures = JSON.parse(readFileSync(new URL("calculator.fixtures.json", import.meta.url)));
const cases = [...Object.entries(fixtures.presets), ...fixtures.random.map((each, i) => [`random ${i}`, each])];
const conv = (change = {}) => ({ kind: "conv", ...KINDS.conv.fresh, ...change });
const pool = (change = {}) => ({ kind: "pool", ...KINDS.pool.fresh, ...change });
const dense = (units) => ({ kind: "dense", units, bias: true });
const flatten = { kind: "flatten" };

for (const [name, { input, layers, rows }] of cases) {
  test(`shapes, parameters, multiply-adds and receptive fields equal torch's: ${name}`, () => {
    const measured = measure(input, layers);
    const done = measured.filter((row) => row.shape);
    assert.deepEqual(
      done.map(({ shape, parameters, multiplyAdds, field }) => ({ shape, parameters, multiplyAdds, field })), rows);
    assert.equal(measured.length, layers.length);
    if (rows.length < layers.length) {
      assert.ok(measured[rows.length].problem, "torch refuses this layer, so it must be explained");
      assert.deepEqual(measured.slice(rows.length + 1).filter((row) => Object.keys(row).length), []);
    }
  });
}

test("each worked formula ends in the number that the table shows", () => {
  const ends = (text, number) => assert.ok(text.endsWith(number.toLocaleString("en-US")), `${text} is not ${number}`);
  for (const [, { input, layers }] of cases) {
    measure(input, layers).filter((row) => row.shape).forEach((row, i) => {
      const worked = Object.fromEntries(explain(layers[i], row, "float32").map(({ name, numbers }) => [name, numbers]));
      ends(worked.Parameters, row.parameters);
      if (worked["Multiply-adds"]) ends(worked["Multiply-adds"], row.multiplyAdds);
      assert.ok(worked.Memory.endsWith(memory(4 * row.values)), worked.Memory);
      const [height, width] = [worked.Height ?? worked["Height and width"], worked.Width ?? worked["Height and width"]];
      if (height) ends(height, row.shape[1]);
      if (width) ends(width, row.shape[2]);
      if (["conv", "pool"].includes(layers[i].kind)) ends(worked["Receptive field"], row.field[0]);
    });
  }
});

test("a worked formula computes to its own result", () => {
  for (const [, { input, layers }] of cases) {
    measure(input, layers).filter((row) => row.shape).forEach((row, i) => {
      for (const { name, numbers } of explain(layers[i], row, "float32")) {
        if (!numbers.includes(" = ") || name === "Memory") continue;
        const [sum, result] = numbers.split(" = ");
        const code = sum.replaceAll("·", "*").replaceAll("−", "-").replace("⌊", "Math.floor(").replace("⌈", "Math.ceil(")
          .replace(/[⌋⌉]/, ")");
        assert.equal(new Function(`return ${code}`)(), Number(result.replaceAll(",", "")), numbers);
      }
    });
  }
});

test("the layer of 200 maps costs 12 MB an image and 1.2 GB for a batch of 100", () => {
  const { input, layers } = fixtures.presets["one layer of 200 maps"];
  const sums = totals(measure(input, layers), { batch: 100, precision: "float32" });
  assert.equal(sums.activations, 12_000_000);
  assert.equal(memory(sums.activations), "12 MB");
  assert.equal(sums.predict, 1_200_000_000 + 4 * 15_200);
  assert.equal(sums.train, 1_200_000_000 + 2 * 4 * 15_200);
  assert.equal(memory(sums.train), "1.2 GB");
  assert.equal(totals(measure(input, layers), { batch: 100, precision: "float16" }).train, sums.train / 2);
});

test("prediction keeps the largest neighboring outputs, and flattening copies nothing", () => {
  const layers = [pool({ kernel: 1, stride: 1 }), pool(), flatten, dense(2)]; // 4·4, 2·2 seen as 4, 2 numbers
  const sums = totals(measure([1, 4, 4], layers), { batch: 3, precision: "float32" });
  assert.equal(sums.weights, 4 * 10);
  assert.equal(sums.activations, 4 * (16 + 4 + 2));
  assert.equal(sums.predict, 40 + 3 * 4 * (16 + 4));
  assert.equal(sums.train, 2 * 40 + 3 * 4 * 22);
});

test("odd zeros of “same” padding go behind, as in TensorFlow", () => {
  assert.deepEqual(pads(6, { kernel: 3, stride: 2, padding: "same" }), [0, 1]);
  assert.deepEqual(pads(5, { kernel: 3, stride: 1, padding: "same", dilation: 2 }), [2, 2]);
  assert.deepEqual(pads(5, { kernel: 1, stride: 3, padding: "same" }), [0, 0]);
});

test("impossible layers are explained in plain words", () => {
  const says = (layer, before, words) => assert.match(problem(layer, before) ?? "", words);
  says(conv({ kernel: 5, padding: 0 }), [3, 4, 9], /5×5 kernel does not fit in an input of 4×9\./);
  says(conv({ kernel: 3, padding: 1, dilation: 4 }), [3, 4, 4], /\(9×9 with dilation 4\).*with padding 1\./);
  says(conv(), [512], /comes a vector of 512/);
  says(pool(), [512], /Pooling needs maps/);
  says({ kind: "global_pool" }, [512], /Global pooling needs maps/);
  says(dense(10), [64, 8, 8], /here come maps of 64×8×8\. Put Flatten/);
  says(conv({ groups: 2 }), [3, 8, 8], /2 groups must divide the 3 input channels/);
  says(conv({ groups: 2, out: 5 }), [4, 8, 8], /2 groups must divide the 5 output channels/);
  says(conv({ kernel: NaN }), [3, 8, 8], /kernel size must be a whole number, 1 or more/);
  says(conv({ padding: -1 }), [3, 8, 8], /padding must be “same” or a whole number/);
  says(conv({ out: 0.5 }), [3, 8, 8], /number of maps must be/);
  says(pool({ padding: 2 }), [3, 8, 8], /more than half of the 2×2 window/);
  says({ kind: "dropout", rate: 1 }, [3], /less than 1/);
  says({ kind: "dropout", rate: NaN }, [3], /at least 0/);
  assert.equal(problem(conv(), [3, 8, 8]), null);
});

test("a wrong input or batch size is told and stops the table", () => {
  assert.deepEqual(measure([3, NaN, 8], [conv()]), [{}]);
  assert.match(troubles({ input: [3, NaN, 8], batch: 1 }, [{}])[0], /height and width must be whole numbers from 1 to 10,000/);
  assert.match(troubles({ input: [3, 8, 10_001], batch: 1 }, [{}])[0], /height and width/);
  assert.match(troubles({ input: [3, 8, 8], batch: 0 }, [])[0], /batch size/);
  assert.match(troubles({ input: [3, 8, 8], batch: 1 }, measure([3, 8, 8], [conv(), dense(1)]))[0], /before layer 2/);
  assert.deepEqual(troubles({ input: [3, 8, 8], batch: 1 }, measure([3, 8, 8], [conv()])), []);
});

test("numbers are shortened to three digits", () => {
  assert.deepEqual([225e6, 884_736, 999_999, 10, 0].map(short), ["225 M", "885 k", "1 M", "10", "0"]);
  assert.deepEqual([225e6, 1_135_256_096, 588_000].map(words), ["225 million", "1.14 billion", "588,000"]);
  assert.deepEqual([40, 60_800, 12e6, 1.2e9, 3e15].map(memory), ["40 B", "60.8 kB", "12 MB", "1.2 GB", "3,000 TB"]);
});

test("a layer is described by what is not usual about it", () => {
  assert.deepEqual(describe(conv({ bias: false })), ["Convolution", "32 maps, 3×3, same, no bias"]);
  assert.deepEqual(describe(conv({ padding: 0, stride: 2, dilation: 3, groups: 4 })),
    ["Convolution", "32 maps, 3×3, stride 2, dilation 3, 4 groups"]);
  assert.deepEqual(describe(pool({ mode: "average", kernel: 3, padding: 1 })), ["Average pooling", "3×3, stride 2, padding 1"]);
  assert.deepEqual(describe({ kind: "dense", units: NaN, bias: true }), ["Dense", "? units"]);
  assert.deepEqual(describe({ kind: "activation", function: "silu" }), ["SiLU", ""]);
});

test("the code of the smallest preset reads as one would write it", () => {
  const { input, layers } = fixtures.presets["Conv2d(3, 10, 5)"];
  assert.equal(torchCode(input, layers), [
    "from torch import nn", "", "model = nn.Sequential(",
    "    nn.Conv2d(3, 10, 5),  # (N, 10, 28, 28)",
    ")", ""].join("\n"));
  assert.match(kerasCode(input, layers), /keras\.Input\(\(32, 32, 3\)\),\n {4}layers\.Conv2D\(10, 5\),  # \(N, 28, 28, 10\)\n\]\)/);
});

test("comments on shapes are aligned", () => {
  const columns = torchCode([3, 8, 8], [conv(), flatten]).split("\n").slice(3, 5).map((line) => line.indexOf("#"));
  assert.equal(columns[0], columns[1]);
});

test("the code ends before an impossible layer and says so", () => {
  const code = torchCode([3, 8, 8], [conv(), dense(10), dense(5)]);
  assert.match(code, /layer 2 \(Dense\) is impossible/);
  assert.doesNotMatch(code, /Linear/);
});
