import assert from "node:assert/strict";
import test from "node:test";
import { finish, inSlices, whenChanged } from "../shared/slices.js";

const STEPS = 20; // of a millisecond each
let clock = 0;
performance.now = () => clock;

function* square(n) {
  for (let step = 0; step < STEPS; step++) {
    clock++;
    yield;
  }
  return n * n;
}

/** What the frames until all is there show. */
function framesOf(work, setup) {
  const frames = [];
  do frames.push(work.at(setup)); while (frames.at(-1).behind);
  return frames;
}

test("a generator is finished at once", () => assert.equal(finish(square(3)), 9));

test("the first result is there at once, as there is nothing to show meanwhile", () => {
  assert.deepEqual(inSlices(square).at(3), { key: "3", setup: 3, found: 9, behind: false });
});

test("later ones come in slices that are shorter than a frame, and the old one is shown until then", () => {
  const work = inSlices(square);
  work.at(3);
  const spent = [];
  const shown = [];
  for (let behind = true; behind; ) {
    const began = clock;
    const frame = work.at(4);
    behind = frame.behind;
    shown.push(frame.found);
    spent.push(clock - began);
  }
  assert.ok(spent.length > 2 && Math.max(...spent) < 16, `${spent}`);
  assert.deepEqual([...new Set(shown)], [9, 16]);
  assert.equal(spent.at(-1) <= 3, true); // what draws does not work, too
});

test("what has begun is shown before the newest is begun", () => {
  const work = inSlices(square);
  work.at(1);
  work.at(2);
  const seen = framesOf(work, 3).map(({ found }) => found);
  assert.deepEqual([...new Set(seen)], [1, 4, 9]);
  assert.equal(work.now(5), 25);
});

test("what is known is not worked out again", () => {
  const work = inSlices(square);
  work.at(3);
  const before = clock;
  assert.equal(work.at(3).behind, false);
  assert.equal(clock, before);
});

test("an action is done again only when something has changed", () => {
  const seen = [];
  const act = whenChanged((...values) => seen.push(values));
  assert.deepEqual([act(1, "a"), act(1, "a"), act(2, "a")], [true, false, true]);
  assert.deepEqual(seen, [[1, "a"], [2, "a"]]);
});
