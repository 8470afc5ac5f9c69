import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { lines } from "../batchnorm/lines.js";
import { passes, sample, statistics } from "../batchnorm/numerics.js";
import { near } from "./near.mjs";

const fixtures = JSON.parse(readFileSync(new URL("batchnorm.fixtures.json", import.meta.url), "utf8"));

for (const { setup, running, train, eval: evaluated } of fixtures.tracks) {
  const history = statistics(setup, running.length - 1);
  test(`running statistics are those of torch: ${JSON.stringify(setup)}`, () => {
    near(history.map(({ runningMean, runningVariance }) => [runningMean, runningVariance]), running, 1e-10);
  });
  test(`what comes out is what torch puts out in either mode: ${JSON.stringify(setup)}`, () => {
    for (const [mode, expected] of [["train", train], ["eval", evaluated]])
      near(sample({ ...setup, mode, seen: 4 }, history[4]).after.slice(0, expected.length), expected, 1e-9, mode);
  });
}

for (const { x, dy, gamma, beta, y, dGamma, dBeta, dx } of fixtures.passes) {
  test(`both passes of (${x}) agree with autodiff`, () => {
    const own = passes(x, dy, gamma, beta);
    near([own.y, own.dGamma, own.dBeta, own.dx], [y, dGamma, dBeta, dx], 1e-10);
    near(own.dx.reduce((sum, value) => sum + value, 0), 0);
  });
}

test("a batch of two comes out as one value and its opposite, whatever goes in", () => {
  const setup = { mean: 3, deviation: 2, drift: 0, batch: 2, momentum: 0.1, seed: 1, mode: "train", gamma: 1, beta: 0, seen: 0 };
  const { before, after } = sample(setup, statistics(setup, 0)[0]);
  assert.equal(before.length, after.length);
  assert.ok(after.filter((value) => Math.abs(Math.abs(value) - 1) < 1e-2).length > 0.9 * after.length);
});

test("the lines of the walk follow the state's γ and β, in the order of computation", () => {
  const all = lines({ mean: 3, deviation: 2, gamma: 2, beta: 1 });
  assert.deepEqual(all.map(({ name }) => name), ["x", "μ", "σ²", "x̂", "y", "∂L/∂y", "∂L/∂γ and ∂L/∂β", "∂L/∂x̂", "∂L/∂σ²", "∂L/∂μ", "∂L/∂x"]);
  assert.equal(all[0].text, "(0.6, 2.4, 3.8, 6)");
  near(all[4].value, all[3].value.map((value) => 2 * value + 1));
  near(all[1].value, 3.2);
});
