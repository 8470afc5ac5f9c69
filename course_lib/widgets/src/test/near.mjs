// Numbers compared as torch's own tests do: within a share of their size.
import assert from "node:assert/strict";

export function near(actual, expected, tolerance = 1e-9, about = "") {
  const [a, b] = [[actual].flat(Infinity), [expected].flat(Infinity)];
  assert.equal(a.length, b.length, about);
  b.forEach((value, i) =>
    assert.ok(Math.abs(a[i] - value) <= tolerance * Math.max(1, Math.abs(value)), `${about} ${a[i]} is not ${value}`));
}
