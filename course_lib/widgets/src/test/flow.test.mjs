import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fate, flow } from "../flow/numerics.js";
import { histogram } from "../shared/histogram.js";
import { INITIALIZERS, drawWeights } from "../shared/initializers.js";
import { moments, outer, rms, times, timesTransposed } from "../shared/propagation.js";
import { normal, uniform } from "../shared/random.js";
import { near } from "./near.mjs";

const fixtures = JSON.parse(readFileSync(new URL("propagation.fixtures.json", import.meta.url), "utf8"));

for (const { setup, outputs, gradients, weightGradients } of fixtures.flows) {
  test(`forward, backward and weights spread as in torch: ${JSON.stringify(setup)}`, () => {
    const { spread } = flow(setup, setup.batch, true);
    near(spread.forward, outputs, 1e-9);
    near(spread.backward, gradients, 1e-9);
    near(spread.weights, weightGradients, 1e-9);
  });
}

const { fans: [fanIn, fanOut], found } = fixtures.initializers;
for (const [name, { deviation, most }] of Object.entries(found)) {
  test(`${name} draws as torch.nn.init does`, () => {
    near(INITIALIZERS[name].deviation(fanIn, fanOut), deviation, 3e-3 * deviation);
    const weights = drawWeights(name, fanIn, fanOut, uniform(1));
    near(Math.sqrt(moments(weights).variance), deviation, 5e-3 * deviation);
    if (INITIALIZERS[name].uniform) near(weights.reduce((high, value) => Math.max(high, Math.abs(value)), 0), most, 1e-4 * most);
    else assert.ok(weights.some((value) => Math.abs(value) > 3 * deviation));
  });
}

test("the page's random numbers are those of the Python twin", () => {
  near([...normal(7, 11)], fixtures.normal, 1e-12);
  const next = uniform(12);
  near(Array.from({ length: 5 }, next), fixtures.uniform, 1e-15);
});

test("products of matrices have the orientation of torch's linear layers", () => {
  const weights = [1, 2, 3, 4, 5, 6]; // (2, 3)
  assert.deepEqual([...timesTransposed([1, 0, -1], weights, 1, 3, 2)], [-2, -2]);
  assert.deepEqual([...times([1, -1], weights, 1, 3, 2)], [-3, -3, -3]);
  assert.deepEqual([...outer([1, -1, 2, 0], [1, 0, -1, 3, 3, 3], 2, 3, 2)], [7, 6, 5, -1, 0, 1]);
  near(rms([3, 4, 0, 0]), 2.5);
});

test("a spread vanishes, explodes or holds", () => {
  assert.deepEqual(fate([1, 0.1, 0.01, 1e-4]).kind, "vanishes");
  assert.deepEqual([fate([1, 1e4]).kind, fate([1, NaN]).kind, fate([2, 1]).kind], ["explodes", "explodes", "holds"]);
  near([fate([1, 5, 8]).total, fate([1, 5, 4]).factor], [8, 2]);
});

test("He holds a ReLU signal where Glorot halves its square in each layer", () => {
  const setup = { depth: 20, width: 128, activation: "relu", seed: 1, skip: false };
  const he = fate(flow({ ...setup, init: "he" }).spread.forward);
  const glorot = fate(flow({ ...setup, init: "glorot" }).spread.forward);
  assert.equal(he.kind, "holds");
  near(he.factor / glorot.factor, Math.SQRT2, 1e-9);
});

test("a histogram shares out all values within its bounds", () => {
  const bars = histogram([-1, -0.99, 0, 0.5, 1, 7], -1, 1, 4);
  near(bars.map(([, share]) => share), [2 / 6, 0, 1 / 6, 2 / 6]);
  near(bars.map(([middle]) => middle), [-0.75, -0.25, 0.25, 0.75]);
});
