import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { HALF, POINTS, at, below, cut, dips, grids, heightOf, lossAt, way } from "../landscape/numerics.js";
import { near } from "./near.mjs";

const NAMES = ["6", "24", "48"].flatMap((depth) => ["plain", "skips"].map((kind) => `${kind}-${depth}`));
const record = (name) => JSON.parse(readFileSync(new URL(`../../../../book/results/landscape/${name}.json`, import.meta.url), "utf8"));
const square = (f) => Array.from({ length: POINTS }, (_, i) => Array.from({ length: POINTS }, (_, j) => f(at(i - HALF), at(j - HALF))));
const bowl = square((a, b) => a * a + 2 * b * b);

for (const name of NAMES) {
  const { landscape } = record(name).extra;
  test(`${name} is recorded with as many points as are drawn, and its middle is the trained network`, () => {
    assert.equal(landscape.square.length, POINTS);
    assert.ok(landscape.square.every((row) => row.length === POINTS));
    assert.equal(landscape.settings.span, 1);
    assert.equal(lossAt(landscape.square, 0, 0), landscape.line[HALF]);
  });
  test(`the heights of ${name} are those recorded, the first direction across`, () => {
    const [{ n, values, low, high }] = grids([landscape.square], { log: true, same: true });
    for (const [a, b] of [[0, 0], [HALF, 0], [-3, 7], [-HALF, HALF]])
      near(10 ** values[(b + HALF) * n + a + HALF], landscape.square[a + HALF][b + HALF]);
    const all = landscape.square.flat();
    near([10 ** low, 10 ** high], [Math.min(...all), Math.max(...all)]);
  });
}

test("a bowl has one dip, in the middle, and a wave has one in each of its valleys", () => {
  assert.equal(dips(bowl), 1);
  assert.equal(dips(square((a, b) => Math.cos(2 * Math.PI * a) + Math.cos(2 * Math.PI * b))), 4);
  assert.equal(dips(square(() => 1)), 0);
  assert.equal(dips(square((a) => a)), 0);
});

test("the share below a level counts places", () => {
  assert.equal(below(bowl, 10), 1);
  assert.equal(below(bowl, 1e-9), 1 / POINTS ** 2);
});

test("a cut runs along the first direction through the point's second coordinate", () => {
  near(cut(bowl, 6).map(([, loss]) => loss), Array.from({ length: POINTS }, (_, i) => at(i - HALF) ** 2 + 0.5));
  near(cut(bowl, 0).map(([a]) => a), Array.from({ length: POINTS }, (_, i) => at(i - HALF)));
});

test("the way begins at the first weights, at 0, and has the trained ones at 1", () => {
  const placed = way(Array.from({ length: POINTS }, (_, i) => i));
  assert.deepEqual([placed[0], placed[HALF], placed.at(-1)], [[0, 0], [1, HALF], [2, 2 * HALF]]);
});

test("two surfaces share one scale of heights, or have their own", () => {
  const ends = (same) => grids([bowl, square(() => 5)], { log: false, same }).map(({ low, high }) => [low, high]);
  assert.deepEqual(ends(true), [[0, 5], [0, 5]]);
  assert.deepEqual(ends(false), [[0, 3], [5, 5]]);
  assert.equal(heightOf(100, true), 2);
});
