import assert from "node:assert/strict";
import test from "node:test";
import { fromHash, toHash } from "../shared/address.js";
import { allowed, clean, flag, fromValues, oneOf, range, someOf, toValues } from "../shared/fields.js";
import { brief, power } from "../shared/numbers.js";
import { axis, extent } from "../shared/scale.js";
import { viewFrom } from "../shared/surface3d.js";
import { near } from "./near.mjs";

const fields = {
  depth: range("Depth", 20, 1, 60),
  rate: range("Rate", 0.1, 0.001, 10, 0.001, { log: true }),
  place: range("Place", 0.123, -1, 1, 0.05, { free: true }),
  kind: oneOf("Kind", "relu", [["relu", "ReLU"], ["tanh", "tanh"]]),
  noisy: flag("Noise", false),
  shown: someOf("Shown", ["a"], [["a", "A"], ["b", "B"], ["c", "C"]]),
};
const start = { depth: 20, rate: 0.1, place: 0.123, kind: "relu", noisy: false, shown: ["a"] };

test("values outside a field's bounds are moved to them, and what makes no sense is refused", () => {
  assert.deepEqual([70, 0, 3.4, NaN, "5"].map((value) => allowed(fields.depth, value)), [60, 1, 3, undefined, undefined]);
  assert.equal(allowed(fields.rate, 0.12345), 0.123);
  assert.deepEqual([allowed(fields.place, 0.777), allowed(fields.place, 7)], [0.777, 1]);
  assert.equal(allowed(fields.kind, "gelu"), undefined);
  assert.equal(allowed(fields.noisy, 1), undefined);
  assert.deepEqual(allowed(fields.shown, ["c", "z", "a"]), ["a", "c"]);
});

test("a patch keeps what is allowed and leaves other parts of the state alone", () => {
  assert.deepEqual(clean(fields, { depth: 5, kind: "no", step: 3 }), { depth: 5, step: 3 });
});

test("a set-up survives the way through an address", () => {
  const state = { depth: 7, rate: 2.5, place: -0.4321, kind: "tanh", noisy: true, shown: ["b", "c"] };
  const address = toHash("demo", toValues(fields, state, start));
  assert.deepEqual(fromValues(fields, fromHash("demo", address), start), state);
  assert.equal(toHash("demo", toValues(fields, start, start)), "#demo?");
  assert.deepEqual(fromValues(fields, fromHash("demo", "#demo?"), { ...start, depth: 3 }), { ...start, depth: 3 });
});

test("nothing chosen survives the way through an address", () => {
  const address = toHash("demo", toValues(fields, { ...start, shown: [] }, start));
  assert.deepEqual(fromValues(fields, fromHash("demo", address), start).shown, []);
});

test("an address of another demo asks for nothing, and a broken one for nothing wrong", () => {
  assert.equal(fromHash("demo", "#demos?depth=3"), null);
  assert.equal(fromHash("demo", "#section"), null);
  assert.deepEqual(fromValues(fields, fromHash("demo", "#demo?depth=x&rate=&kind=no&noisy=yes&shown=z&more=1"), start), { ...start, shown: [] });
});

test("linear axes have round ticks and lead from values to pixels and back", () => {
  const x = axis({ min: -1, max: 1 }, 0, 200, 5);
  assert.deepEqual(x.ticks, [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual([x.at(-1), x.at(0), x.value(150)], [0, 100, 0.5]);
  assert.deepEqual(axis({ min: 0, max: 0.3 }, 0, 1, 3).ticks, [0, 0.1, 0.2, 0.3]);
});

test("axes of layers and steps have whole numbers alone", () => {
  assert.deepEqual(axis({ min: 0, max: 3, whole: true }, 0, 1, 8).ticks, [0, 1, 2, 3]);
  assert.deepEqual(axis({ min: 0, max: 10, whole: true }, 0, 1, 4).ticks, [0, 5, 10]);
});

test("logarithmic axes have powers of ten, thinned out where there are many", () => {
  const y = axis({ min: 1e-4, max: 1, log: true }, 100, 0, 10);
  assert.deepEqual(y.ticks.map(y.text), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]);
  near([y.at(1e-4), y.at(0.01), y.value(25)], [100, 50, 0.1]);
  assert.ok(Number.isNaN(y.at(0)));
  near(axis({ min: 1e-31, max: 1, log: true }, 0, 1, 5).ticks.map(Math.log10), [-30, -20, -10, 0]);
});

test("the range of values leaves out what cannot be drawn", () => {
  assert.deepEqual(extent([NaN, Infinity, 2, 4], { pad: 0 }), { min: 2, max: 4, log: false });
  assert.deepEqual(extent([0, -3, 0.02, 5], { log: true }), { min: 0.01, max: 10, log: true });
  assert.deepEqual(extent([1, 1], { log: true }), { min: 1, max: 10, log: true });
  assert.deepEqual(extent([]), { min: 0, max: 1, log: false });
  const { min, max } = extent([3, 3]);
  assert.ok(min < 3 && max > 3);
});

test("numbers are written briefly, whatever their size", () => {
  assert.deepEqual([0, 1234.5, -0.25, 1e-7, 2.5e8, Infinity, -Infinity, NaN].map((value) => brief(value)),
    ["0", "1,230", "−0.25", "1·10⁻⁷", "2.5·10⁸", "∞", "−∞", "not a number"]);
  assert.deepEqual([-12, 0, 1, 3].map(power), ["10⁻¹²", "1", "10", "10³"]);
});

test("a view from above shows the plane, one from the side its heights", () => {
  near(viewFrom(0, 90)([0.3, 0.4, 1]).slice(0, 2), [0.3, 0.4]);
  near(viewFrom(0, 0)([0.3, 0.4, 1])[1] / viewFrom(0, 0)([0.3, 0.4, 0.5])[1], 2);
  near(viewFrom(90, 90)([1, 0, 0]).slice(0, 2), [0, 1]);
});
