import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { DOMAIN, angle, byNorm, byValue, descend, lossGrid, recurrent } from "../clipping/numerics.js";
import { near } from "./near.mjs";

const { clips, descents } = JSON.parse(readFileSync(new URL("clipping.fixtures.json", import.meta.url), "utf8"));

for (const { gradient, threshold, value, norm } of clips) {
  test(`(${gradient}) clipped at ${threshold} is what torch makes of it`, () => {
    near(byValue(gradient, threshold), value, 1e-12);
    near(byNorm(gradient, threshold), norm, 2e-6); // torch divides by the norm plus 1e-6
  });
}

for (const { way, start, rate, threshold, path } of descents) {
  test(`descent from (${start}), clipped by ${way} at ${threshold}, goes where torch goes`, () => {
    const own = descend(way, start, rate, threshold, path.length - 1);
    near(own.map(({ at }) => at), path.map(({ at }) => at), 1e-4); // next to the cliff, 1e-6 of a step grows
    near(own[0].loss, path[0].loss);
    near(own[0].gradient, path[0].gradient);
  });
}

test("clipping by norm keeps the direction, by value it may turn it", () => {
  near(byNorm([0.9, 100], 1), [0.0089996, 0.9999595], 5e-8);
  assert.deepEqual(byValue([0.9, 100], 1), [0.9, 1]);
  near(angle([0.9, 100], byNorm([0.9, 100], 1)), 0, 1e-9);
  near(angle([0.9, 100], byValue([0.9, 100], 1)), 41.471569, 1e-6);
});

test("what is short enough is left alone", () => {
  assert.deepEqual([byNorm([0.3, -0.4], 1), byValue([0.3, -0.4], 1)], [[0.3, -0.4], [0.3, -0.4]]);
});

test("angles lie between 0 and 180 degrees", () => {
  near([angle([1, 0], [0, 2]), angle([1, 0], [-1, 0]), angle([1, 1], [1, -1]), angle([0, 0], [1, 0])], [90, 180, 90, 0]);
});

test("there is a cliff along b = −w/2 beyond w = 4, and none before", () => {
  const jump = (w) => Math.abs(recurrent(w, -w / 2 - 0.01).loss - recurrent(w, -w / 2 + 0.01).loss);
  assert.ok(jump(5) > 0.25 && jump(3.5) < 0.02);
});

test("the grid of the loss covers what the map shows", () => {
  const { n, values } = lossGrid(5);
  assert.equal(n, 5);
  near(values[24], Math.log10(0.003 + recurrent(DOMAIN[0][1], DOMAIN[1][1]).loss));
});
