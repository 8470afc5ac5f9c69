import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fields } from "../race/fields.js";
import { race, run, standing } from "../race/numerics.js";
import { normal, uniform } from "../shared/random.js";
import { near } from "./near.mjs";

const { races } = JSON.parse(readFileSync(new URL("surfaces.fixtures.json", import.meta.url), "utf8"));

for (const { kind, surface, start, rate, noise, path } of races) {
  test(`${kind} on ${surface} with noise ${noise} walks as torch.optim does`, () => {
    const steps = path.length - 1;
    const own = run(kind, surface, start, rate, steps, normal(2 * steps, 7).map((value) => noise * value));
    near(own.map(({ at }) => at), path, 1e-7);
  });
}

const start = { ...Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])) };

test("on a quadratic surface Newton is at the minimum after one step", () => {
  near(run("newton", "ravine", [-1.8, 0.6], 1, 1, [0, 0])[1].at, [0, 0]);
});

test("gradient descent diverges beyond 2 / λ, and only there", () => {
  const last = (rate) => run("sgd", "ravine", [-1.8, 0.6], rate, 200, new Float64Array(400)).at(-1).f;
  assert.ok(last(0.39) < 0.1);
  const path = run("sgd", "ravine", [-1.8, 0.6], 0.6, 200, new Float64Array(400));
  assert.ok(path.length < 201 && path.every(({ f }) => Number.isFinite(f)));
});

test("on the ridge of the saddle gradient descent stays, and noise frees it", () => {
  const ridge = { ...start, surface: "saddle", x: -1.5, y: 0, racers: ["sgd"], rate_sgd: 0.1 };
  assert.equal(standing("saddle", race(ridge, 200).sgd, 200).gone, null);
  assert.ok(standing("saddle", race({ ...ridge, noise: 0.05 }, 200).sgd, 200).gone > 0);
});

test("who races is in the race, with the learning rate of its own", () => {
  const paths = race({ ...start, racers: ["adam", "sgd"], rate_adam: 0.5 }, 3);
  assert.deepEqual(Object.keys(paths), ["adam", "sgd"]);
  near(paths.adam[1].at, [-1.3, 0.1], 1e-6);
});

test("a racer stands where it is at a step, or has left the map", () => {
  const path = [[0, 0], [1, 0], [3, 0], [9, 0]].map((at) => ({ at, f: at[0] }));
  assert.deepEqual(standing("bowl", path, 1), { at: [1, 0], f: 1, gone: null });
  assert.equal(standing("bowl", path, 2).gone, 2);
  assert.equal(standing("bowl", path, 50).gone, 2);
  assert.equal(standing("bowl", [...path, { at: [0, 0], f: 0 }], 4).gone, null);
});

test("random numbers are the same for a seed, others for another, and normal", () => {
  assert.deepEqual(normal(5, 3), normal(5, 3));
  assert.notDeepEqual(normal(4, 3), normal(4, 4));
  const draws = normal(20000, 1);
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const square = draws.reduce((sum, value) => sum + value * value, 0) / draws.length;
  near([mean, square], [0, 1], 0.02);
  const next = uniform(5);
  assert.ok(Array.from({ length: 1000 }, next).every((value) => value >= 0 && value < 1));
});
