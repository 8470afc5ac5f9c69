import assert from "node:assert/strict";
import test from "node:test";
import { judgeChoices, judgeNumber, readNumber } from "../quiz/judge.js";
import { pieces } from "../shared/inline.js";

test("numbers are read as people write them", () => {
  const read = { "760": 760, " 15,200 ": 15200, "15 200": 15200, "1,234,567.5": 1234567.5, "−0.5": -0.5, ".25": 0.25, "1.2e9": 1.2e9, "3.": 3 };
  for (const [text, value] of Object.entries(read)) assert.equal(readNumber(text), value, text);
  for (const text of ["", "abc", "1,5", "12,34", "1e", "0x10", "Infinity", "7 maps"]) assert.equal(readNumber(text), null, text);
});

const number = { answer: 0.3, tolerance: 0, why: "yes", wrong: [[0.1, "half the way"], [4, "too many"]] };

test("a number is right despite what decimal fractions lose in binary", () => {
  assert.deepEqual(judgeNumber(number, 0.1 + 0.2), { right: true, why: "yes" });
});

test("a number is right within the tolerance, its ends included, and wrong beyond", () => {
  const loose = { ...number, answer: 10, tolerance: 0.5 };
  assert.deepEqual([9.5, 10.5, 9.49, 10.51].map((value) => judgeNumber(loose, value).right), [true, true, false, false]);
});

test("a well-known wrong number gets its explanation, any other its direction", () => {
  assert.deepEqual(judgeNumber(number, 4), { right: false, why: "too many" });
  assert.deepEqual(judgeNumber(number, 0.1), { right: false, why: "half the way" });
  assert.match(judgeNumber(number, 0.2).why, /too small/);
  assert.match(judgeNumber(number, 5).why, /too large/);
});

const choices = [{ right: true, text: "a" }, { right: false, text: "b" }, { right: true, text: "c" }];

test("several choices are right only when all right ones and no wrong one are chosen", () => {
  assert.deepEqual(judgeChoices({ choices }, [0, 2]), { right: true, given: [choices[0], choices[2]], missing: 0 });
  assert.deepEqual(judgeChoices({ choices }, [0]), { right: false, given: [choices[0]], missing: 1 });
  assert.deepEqual(judgeChoices({ choices }, [0, 1, 2]), { right: false, given: choices, missing: 0 });
  assert.equal(judgeChoices({ choices }, [1]).right, false);
});

test("texts are split into code, emphasis, subscripts and plain text", () => {
  assert.deepEqual(pieces("`Conv2d(3, 10)` has C<sub>in</sub> = 3, *each*"),
    [["code", "Conv2d(3, 10)"], [null, " has C"], ["sub", "in"], [null, " = 3, "], ["em", "each"]]);
  assert.deepEqual(pieces("x<sup>2</sup>"), [[null, "x"], ["sup", "2"]]);
});

test("what is no markup stays text", () => {
  for (const text of ["3*3*2 = 18", "3*3* 2", "a * b * c", "<b>bold</b>", "<sub>open", "2 < 3 > 1", "`", "<img src=x onerror=alert(1)>"]) {
    assert.deepEqual(pieces(text), [[null, text]]);
  }
});

test("markup inside code stays code", () => {
  assert.deepEqual(pieces("`a*b*c <sub>d</sub>`"), [["code", "a*b*c <sub>d</sub>"]]);
});
