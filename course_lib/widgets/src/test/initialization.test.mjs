import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { factor, meanSquares } from "../initialization/numerics.js";
import { spirals, training } from "../initialization/training.js";
import { near } from "./near.mjs";

const { flows, trainings } = JSON.parse(readFileSync(new URL("propagation.fixtures.json", import.meta.url), "utf8"));

for (const { setup, losses, accuracy } of trainings) {
  test(`training goes as in torch: ${JSON.stringify(setup)}`, () => {
    const run = training(setup);
    for (let step = 1; step < losses.length; step++) run.step();
    near(run.history.map(({ loss }) => loss), losses, 1e-8);
    near(run.history.at(-1).accuracy, accuracy);
  });
}

for (const { setup, outputs, gradients } of flows.filter(({ setup }) => !setup.skip)) {
  test(`mean squares are those of torch: ${setup.init}, ${setup.activation}`, () => {
    const { forward, backward } = meanSquares(setup, setup.depth, setup.batch);
    near(forward, outputs.map((value) => value ** 2), 1e-9);
    near(backward, gradients.map((value) => value ** 2), 1e-9);
  });
}

test("the two arms of the spirals take turns and mirror each other", () => {
  const { x, y } = spirals(3);
  assert.deepEqual([...y], [0, 1, 0, 1, 0, 1]);
  near([x[0], x[1]], [-x[2], -x[3]]);
  near(Math.hypot(x[8], x[9]), 2);
});

test("the factor a layer leaves out the first layer, and what has died or overflowed", () => {
  near(factor([1, 5, 10, 20]), 2);
  near(factor([1, 4, 2, 0, 0]), 0.5);
  near(factor([1, 1, 3, Infinity]), 3);
  assert.ok(Number.isNaN(factor([1, 0, 0])));
});

test("with all weights zero only the last bias could learn, and the loss stays at ln 2", () => {
  const run = training({ init: "zeros", activation: "tanh", hidden: 2, rate: 0.1, seed: 1 });
  for (let step = 0; step < 20; step++) run.step();
  near(run.history.at(-1).loss, Math.LN2);
});
