import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { chain, curve, saturation } from "../activations/numerics.js";
import { ACTIVATIONS, erf } from "../shared/activations.js";
import { near } from "./near.mjs";

const { activations } = JSON.parse(readFileSync(new URL("propagation.fixtures.json", import.meta.url), "utf8"));

for (const [name, { x, f, slope, chain: row }] of Object.entries(activations)) {
  test(`${name} has the values and derivatives of torch, alone and in a row`, () => {
    near(x.map(ACTIVATIONS[name].f), f, 1e-10);
    near(x.map(ACTIVATIONS[name].slope), slope, 1e-10);
    const steps = chain(name, 1.3, 0.9, 8);
    near(steps.map(({ value }) => value), row.values, 1e-10);
    near(steps.map(({ gradient }) => gradient), row.gradients, 1e-10);
  });
}

test("every function has fixtures", () => {
  assert.deepEqual(Object.keys(ACTIVATIONS).sort(), Object.keys(activations).sort());
});

test("the slope of sigmoid is at most a quarter, of tanh at most 1", () => {
  assert.equal(Math.max(...curve("sigmoid").map(({ slope }) => slope)), 0.25);
  assert.equal(Math.max(...curve("tanh").map(({ slope }) => slope)), 1);
});

test("ten sigmoids in a row leave at most (1/4)^10 of a gradient", () => {
  const { gradient } = chain("sigmoid", 0, 1, 10).at(-1);
  assert.ok(gradient > 0 && gradient <= 0.25 ** 10);
});

test("saturation is found where the slope is next to nothing, on one side or on both", () => {
  const two = saturation(curve("sigmoid"));
  assert.equal(two.length, 2);
  near([two[0].from, two[1].to], [-6, 6]);
  assert.ok(two[0].to > -3 && two[0].to < -2.8, "where σ′ = 0.05: x = −2.89");
  const [one, ...more] = saturation(curve("relu"));
  assert.deepEqual([one.from, one.to, more.length], [-6, 0, 0]);
  assert.equal(saturation(curve("softplus")).length, 1);
});

test("values far out neither overflow nor turn into NaN", () => {
  for (const [name, { f, slope }] of Object.entries(ACTIVATIONS))
    for (const x of [-800, 800]) assert.ok(Number.isFinite(f(x)) && Number.isFinite(slope(x)), `${name} at ${x}`);
});

test("the error function is odd and keeps its accuracy where its two formulas meet", () => {
  near([erf(0.5), erf(2.4999999), erf(2.5000001), erf(-1)], [0.5204998778130465, 0.9995930477647266, 0.9995930482003834, -0.8427007929497149], 1e-12);
});
