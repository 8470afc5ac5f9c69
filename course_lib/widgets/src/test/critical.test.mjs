import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { inBox, look, reach, slice } from "../critical/numerics.js";
import { summary, verdict } from "../critical/words.js";
import { SURFACES, classify, eigen, heights, nearest, newtonStep } from "../shared/surfaces.js";
import { near } from "./near.mjs";

const { surfaces } = JSON.parse(readFileSync(new URL("surfaces.fixtures.json", import.meta.url), "utf8"));

for (const [i, { surface: name, point: [x, y], f, gradient, hessian, values, vectors, newton }] of surfaces.entries()) {
  test(`${name}, point ${i}: height, gradient, Hessian, eigenvectors and Newton step agree with autodiff`, () => {
    const surface = SURFACES[name];
    near(surface.f(x, y), f);
    near(surface.gradient(x, y), gradient);
    near(surface.hessian(x, y), hessian);
    const own = eigen(hessian);
    near(own.values, values);
    own.vectors.forEach((v, k) => near(Math.abs(v[0] * vectors[k][0] + v[1] * vectors[k][1]), 1));
    if (newton) near(newtonStep(surface, x, y), newton, 1e-7);
  });
}

test("every critical point that a surface names is one, and is of the kind it is known for", () => {
  const kinds = Object.entries(SURFACES).flatMap(([name, surface]) => surface.points.map(([x, y]) => [name, classify(surface, x, y).kind]));
  assert.deepEqual(kinds, [
    ["bowl", "minimum"], ["ravine", "minimum"], ["saddle", "saddle"], ["monkey", "undecided"], ["trough", "undecided"],
    ["shelf", "undecided"], ["rosenbrock", "minimum"], ["beale", "minimum"], ["beale", "saddle"],
  ]);
});

test("the saddle's eigenvalues are −2 and 2 everywhere", () => {
  assert.deepEqual(eigen(SURFACES.saddle.hessian(0.3, -1)).values, [-2, 2]);
});

test("a hill is a maximum", () => {
  const hill = { gradient: (x, y) => [-2 * x, -2 * y], hessian: () => [-2, 0, -2] };
  assert.equal(classify(hill, 0, 0).kind, "maximum");
  assert.equal(classify(hill, 0.1, 0).kind, "slope");
});

test("equal eigenvalues have the axes as eigenvectors", () => {
  assert.deepEqual(eigen([3, 0, 3]), { values: [3, 3], vectors: [[1, 0], [0, 1]] });
});

test("a Newton step jumps to the flat point of a quadratic surface, and is refused where H is singular", () => {
  near(newtonStep(SURFACES.saddle, -1.5, 0.1), [1.5, -0.1]);
  assert.equal(newtonStep(SURFACES.monkey, 0, 0), null);
});

test("a cut meets the surface and its quadratic model at the point, and the two agree on a quadratic surface", () => {
  const point = look({ surface: "bowl", x: 0.5, y: -1 });
  for (const direction of point.vectors) {
    const cut = slice(point, direction);
    near([cut[20].t, cut[20].f, cut[20].model], [0, point.f, point.f]);
    for (const { f, model } of cut) near(f, model);
    near(Math.max(...cut.map(({ t }) => t)), reach(point));
  }
});

test("on the monkey saddle the model is flat where the surface is not", () => {
  const cut = slice(look({ surface: "monkey", x: 0, y: 0 }), [1, 0]);
  assert.ok(cut.every(({ model }) => model === 0));
  near(cut.at(-1).f, cut.at(-1).t ** 3);
});

test("the grid of heights runs from the lower left corner, and its range holds all of them", () => {
  const { values, low, high, n } = heights(SURFACES.shelf, 5);
  assert.equal(n, 5);
  near([values[0], values[4], values[24]], [4 - 8, 4 - 8, 4 + 8]);
  assert.deepEqual([low, high], [-8, 12]);
  assert.deepEqual(inBox(SURFACES.shelf, { low, high }, 2, 2), [1, 1, 1]);
  assert.deepEqual(inBox(SURFACES.shelf, { low, high }, 0, -2, -8), [0, -1, -1]);
});

test("heights over orders of magnitude are shown by their logarithm", () => {
  const { low } = heights(SURFACES.rosenbrock, 41);
  near(low, -1);
});

test("the nearest critical point is found", () => {
  assert.deepEqual(nearest(SURFACES.beale, 0.4, 0.9), [0, 1]);
  assert.deepEqual(nearest(SURFACES.beale, 2, 0), [3, 0.5]);
});

test("the verdict says what it is and why", () => {
  const at = (surface, x, y) => verdict(look({ surface, x, y })).join(". ");
  assert.equal(at("saddle", 0, 0), "A saddle point. ∇f = 0 and one eigenvalue is negative and one positive: it falls along v₁ and rises along v₂.");
  assert.equal(at("bowl", 0, 0), "A minimum. ∇f = 0 and both eigenvalues are positive: every direction rises.");
  assert.match(at("trough", 0, 0), /^The Hessian does not decide. ∇f = 0, and one eigenvalue is zero and one positive. f is 0 here and positive/);
  assert.match(at("bowl", 1, 0), /^A slope.*‖∇f‖ = 2 is not 0.*Here both eigenvalues are positive\.$/);
  assert.match(summary(look({ surface: "saddle", x: 1, y: 0 })), /^Saddle at \(1, 0\): height 1\. A slope/);
});
