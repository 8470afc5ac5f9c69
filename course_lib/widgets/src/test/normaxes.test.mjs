import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { moved } from "../normaxes/grid.js";
import { SIZE, changes, indexOf, inputs, members, normalize, placeOf } from "../normaxes/numerics.js";
import { consequence, reading, summary } from "../normaxes/words.js";
import { near } from "./near.mjs";

const fixtures = JSON.parse(readFileSync(new URL("normaxes.fixtures.json", import.meta.url), "utf8"));
const STATE = { norm: "batch", groups: "3", times: "nothing", example: 1, channel: 2, row: 0, column: 1, seed: 1 };
const state = (patch) => ({ ...STATE, ...patch });
const counts = (norm, groups) => members(indexOf(STATE), norm, groups).length;

for (const { seed, times, inputs: block, outputs } of fixtures) {
  test(`the block of seed ${seed} is the one torch was given, with ${times} multiplied`, () => {
    near(inputs({ seed, times }), block, 1e-12);
  });
  for (const { norm, groups, values } of outputs)
    test(`${norm} norm, ${groups} groups, of seed ${seed} is torch's`, () => near(normalize(block, norm, groups).values, values, 1e-9));
}

test("indices and places are each other's inverse", () => {
  for (let k = 0; k < SIZE; k++) assert.equal(indexOf(placeOf(k)), k);
  assert.deepEqual(placeOf(SIZE - 1), { example: 3, channel: 5, row: 1, column: 1 });
});

test("so many values share a mean", () => {
  assert.deepEqual([counts("batch", 3), counts("layer", 3), counts("instance", 3)], [16, 24, 4]);
  assert.deepEqual([1, 2, 3, 6].map((groups) => counts("group", groups)), [24, 12, 8, 4]);
});

test("every value shares a mean with itself, and sharing is mutual", () => {
  for (const norm of ["batch", "layer", "instance", "group"])
    for (const k of [0, 37, SIZE - 1]) {
      const found = members(k, norm, 3);
      assert.ok(found.includes(k));
      for (const other of found) assert.deepEqual(members(other, norm, 3), found);
    }
});

/** Which [example, channel] pairs change. */
const touched = (patch) => {
  const found = changes(state(patch));
  return new Set(found.flatMap((change, k) => (change > 0.01 ? [`${placeOf(k).example} ${placeOf(k).channel}`] : [])));
};

test("multiplying an example by ten is noticed by batch norm alone, and there by all examples", () => {
  assert.equal(touched({ times: "example", norm: "batch" }).size, 24);
  for (const norm of ["layer", "instance", "group"]) assert.equal(touched({ times: "example", norm }).size, 0, norm);
});

test("multiplying a channel of all examples is noticed where channels share a mean", () => {
  assert.equal(touched({ times: "channel", norm: "batch" }).size, 0);
  assert.equal(touched({ times: "channel", norm: "instance" }).size, 0);
  assert.equal(touched({ times: "channel", norm: "layer" }).size, 24);
  assert.deepEqual(touched({ times: "channel", norm: "group" }), new Set([0, 1, 2, 3].flatMap((n) => [`${n} 0`, `${n} 1`])));
});

test("multiplying one channel of one example is noticed by its group alone", () => {
  assert.deepEqual(touched({ times: "picture", norm: "group" }), new Set(["0 0", "0 1"]));
  assert.equal(touched({ times: "picture", norm: "layer" }).size, 6);
  assert.deepEqual(touched({ times: "picture", norm: "batch" }), new Set([0, 1, 2, 3].map((n) => `${n} 0`)));
});

test("the words say where values change, or that none does", () => {
  assert.equal(consequence(STATE), "");
  assert.equal(consequence(state({ times: "example", norm: "layer" })), "With example 0 multiplied by ten, no normalized value changes.");
  assert.match(consequence(state({ times: "picture", norm: "group" })),
    /^With channel 0 of example 0 multiplied by ten, \d of 96 normalized values change, in channels 0, 1 of example 0, by up to [\d.]+\.$/);
  assert.match(summary(state({ norm: "group", channel: 5 })), /^Group norm\. x\[1, 5, 0, 1\] = .* the 8 values of channels 4, 5 of example 1 and becomes /);
});

test("the reading is mean, deviation and result of the chosen value", () => {
  const { x, mean, deviation, normalized, before } = reading(state({ times: "example", example: 0, norm: "instance" }));
  near(normalized, (x - mean) / Math.sqrt(deviation ** 2 + 1e-5));
  near(before, normalized, 1e-3); // only ε notices
});

test("arrow keys go on from tile to tile and stop at the border", () => {
  assert.deepEqual(moved(STATE, "ArrowRight"), { channel: 3, column: 0 });
  assert.deepEqual(moved(STATE, "ArrowUp"), { example: 0, row: 1 });
  assert.deepEqual(moved(STATE, "ArrowDown", true), { example: 2, row: 0 });
  assert.deepEqual(moved({ ...STATE, channel: 5, column: 1 }, "ArrowRight"), { channel: 5, column: 1 });
});
