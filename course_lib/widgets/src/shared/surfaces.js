// Surfaces over a plane with their first and second derivatives, worked out by hand. Pure functions, no page.
//
// Each has `f(x, y)`, `gradient(x, y)` = [∂f/∂x, ∂f/∂y], `hessian(x, y)` = [∂²f/∂x², ∂²f/∂x∂y, ∂²f/∂y²], a square `domain`
// to be looked at, a `start` to walk from, its critical points (`points`) and, where heights differ by orders of magnitude,
// `log`: they are then shown as log10(`log` + f). `about(x, y)` says what holds where the Hessian decides nothing.

const square = (x, y, half) => [[x - half, x + half], [y - half, y + half]];

/** A quadratic a·x² + b·y². */
const quadratic = (a, b) => ({
  f: (x, y) => a * x * x + b * y * y,
  gradient: (x, y) => [2 * a * x, 2 * b * y],
  hessian: () => [2 * a, 0, 2 * b],
  points: [[0, 0]],
});

const BEALE = [[1.5, 1], [2.25, 2], [2.625, 3]]; // (c, n) of the terms (c − x + x·yⁿ)²

function beale(x, y) {
  let [f, gx, gy, hxx, hxy, hyy] = [0, 0, 0, 0, 0, 0];
  for (const [c, n] of BEALE) {
    const r = c - x + x * y ** n;
    const [rx, ry, rxy] = [y ** n - 1, n * x * y ** (n - 1), n * y ** (n - 1)];
    const ryy = n === 1 ? 0 : n * (n - 1) * x * y ** (n - 2);
    f += r * r;
    gx += 2 * r * rx;
    gy += 2 * r * ry;
    hxx += 2 * rx * rx;
    hxy += 2 * (rx * ry + r * rxy);
    hyy += 2 * (ry * ry + r * ryy);
  }
  return { f, gradient: [gx, gy], hessian: [hxx, hxy, hyy] };
}

export const SURFACES = {
  bowl: { title: "Bowl", formula: "x₁² + 3x₂²", ...quadratic(1, 3), domain: square(0, 0, 2), start: [-1.5, 1] },
  ravine: { title: "Ravine", formula: "0.05x₁² + 2.5x₂²", ...quadratic(0.05, 2.5), domain: square(0, 0, 2), start: [-1.8, 0.6] },
  saddle: { title: "Saddle", formula: "x₁² − x₂²", ...quadratic(1, -1), domain: square(0, 0, 2), start: [-1.5, 0.1] },
  monkey: {
    title: "Monkey saddle",
    formula: "x₁³ − 3x₁x₂²",
    f: (x, y) => x ** 3 - 3 * x * y * y,
    gradient: (x, y) => [3 * x * x - 3 * y * y, -6 * x * y],
    hessian: (x, y) => [6 * x, -6 * y, -6 * x],
    domain: square(0, 0, 2),
    start: [1.2, 0.6],
    points: [[0, 0]],
    about: () => "All second derivatives are 0 here. Three valleys and three ridges meet: a saddle, made by third derivatives.",
  },
  trough: {
    title: "Degenerate: x₁² + x₂⁴",
    formula: "x₁² + x₂⁴",
    f: (x, y) => x * x + y ** 4,
    gradient: (x, y) => [2 * x, 4 * y ** 3],
    hessian: (x, y) => [2, 0, 12 * y * y],
    domain: square(0, 0, 2),
    start: [-1.2, 1.2],
    points: [[0, 0]],
    about: () => "f is 0 here and positive everywhere else: a minimum, though the Hessian is only semidefinite.",
  },
  shelf: {
    title: "Degenerate: x₁² + x₂³",
    formula: "x₁² + x₂³",
    f: (x, y) => x * x + y ** 3,
    gradient: (x, y) => [2 * x, 3 * y * y],
    hessian: (x, y) => [2, 0, 6 * y],
    domain: square(0, 0, 2),
    start: [-1.2, 1.2],
    points: [[0, 0]],
    about: () => "Along x₂ the surface falls on one side and rises on the other: no minimum, though no eigenvalue is negative.",
  },
  rosenbrock: {
    title: "Rosenbrock",
    formula: "(1 − x₁)² + 100(x₂ − x₁²)²",
    f: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    hessian: (x, y) => [2 - 400 * y + 1200 * x * x, -400 * x, 200],
    domain: square(0, 1, 2),
    start: [-1.2, 1],
    points: [[1, 1]],
    log: 0.1,
  },
  beale: {
    title: "Beale",
    formula: "(1.5 − x₁ + x₁x₂)² + (2.25 − x₁ + x₁x₂²)² + (2.625 − x₁ + x₁x₂³)²",
    f: (x, y) => beale(x, y).f,
    gradient: (x, y) => beale(x, y).gradient,
    hessian: (x, y) => beale(x, y).hessian,
    domain: square(1.75, 0, 2.75),
    start: [1, 1.5],
    points: [[3, 0.5], [0, 1]],
    log: 0.1,
  },
};

export const surfaceOptions = (...names) => names.map((name) => [name, SURFACES[name].title]);

/** The height as it is shown: logarithmic where heights differ by orders of magnitude. */
export const level = ({ log }, z) => (log ? Math.log10(log + z) : z);

/**
 * Eigenvalues and unit eigenvectors of the symmetric matrix [[a, b], [b, d]], smaller eigenvalue first:
 * { values: [λ₁, λ₂], vectors: [v₁, v₂] }.
 */
export function eigen([a, b, d]) {
  const mean = (a + d) / 2;
  const spread = Math.hypot((a - d) / 2, b);
  const values = [mean - spread, mean + spread];
  if (spread === 0) return { values, vectors: [[1, 0], [0, 1]] };
  const angle = Math.atan2(2 * b, a - d) / 2; // of the eigenvector of the larger eigenvalue
  return { values, vectors: [[-Math.sin(angle), Math.cos(angle)], [Math.cos(angle), Math.sin(angle)]] };
}

const FLAT = 1e-6; // below it a gradient or an eigenvalue counts as 0

/** What a point is: { kind, signs: how many eigenvalues are [negative, zero, positive] }. */
export function classify(surface, x, y) {
  const { values } = eigen(surface.hessian(x, y));
  const signs = [values.filter((v) => v < -FLAT).length, values.filter((v) => Math.abs(v) <= FLAT).length, values.filter((v) => v > FLAT).length];
  if (Math.hypot(...surface.gradient(x, y)) > FLAT) return { kind: "slope", signs };
  const [negative, zero, positive] = signs;
  if (negative && positive) return { kind: "saddle", signs };
  if (zero) return { kind: "undecided", signs };
  return { kind: negative ? "maximum" : "minimum", signs };
}

/** The critical point of a surface that is nearest to a place. */
export const nearest = ({ points }, x, y) =>
  points.reduce((best, point) => (Math.hypot(point[0] - x, point[1] - y) < Math.hypot(best[0] - x, best[1] - y) ? point : best));

/** The step −H⁻¹∇f to where the quadratic model is flat, or null where H cannot be inverted. */
export function newtonStep(surface, x, y) {
  const [a, b, d] = surface.hessian(x, y);
  const [gx, gy] = surface.gradient(x, y);
  const determinant = a * d - b * b;
  if (Math.abs(determinant) < 1e-12) return null;
  return [-(d * gx - b * gy) / determinant, -(a * gy - b * gx) / determinant];
}

/** The heights over an n × n grid of the domain, as shown, row by row from the smallest x₂ up, with their range. */
export function heights(surface, n) {
  const [[x0, x1], [y0, y1]] = surface.domain;
  const values = new Float64Array(n * n);
  let [low, high] = [Infinity, -Infinity];
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const value = level(surface, surface.f(x0 + ((x1 - x0) * column) / (n - 1), y0 + ((y1 - y0) * row) / (n - 1)));
      values[row * n + column] = value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return { n, values, low, high };
}
