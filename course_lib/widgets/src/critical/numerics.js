// What the demo works out at a point of a surface. Pure functions, no page.
import { SURFACES, classify, eigen, level } from "../shared/surfaces.js";

/** Everything about a point: height, gradient and its length, Hessian, eigenvalues and eigenvectors, and what it is. */
export function look({ surface: name, x, y }) {
  const surface = SURFACES[name];
  const gradient = surface.gradient(x, y);
  const hessian = surface.hessian(x, y);
  return { surface, x, y, f: surface.f(x, y), gradient, slope: Math.hypot(...gradient), hessian, ...eigen(hessian), ...classify(surface, x, y) };
}

/** How far the slices through a point reach to each side. */
export const reach = ({ surface: { domain: [[low, high]], log } }) => (high - low) * (log ? 0.1 : 0.25);

/** The surface along the line through a point in a unit direction, and its quadratic model: [{ t, f, model }]. */
export function slice(point, [u, v], points = 41) {
  const { surface, x, y, f, gradient: [gx, gy], hessian: [a, b, d] } = point;
  const [slope, bend] = [gx * u + gy * v, a * u * u + 2 * b * u * v + d * v * v];
  const far = reach(point);
  return Array.from({ length: points }, (_, i) => {
    const t = far * ((2 * i) / (points - 1) - 1);
    return { t, f: surface.f(x + t * u, y + t * v), model: f + slope * t + 0.5 * bend * t * t };
  });
}

/** A place on the surface, or at another height `z` above it, in the box of the 3-D view: each coordinate in [−1, 1]. */
export function inBox({ domain: [[x0, x1], [y0, y1]], ...surface }, { low, high }, x, y, z = surface.f(x, y)) {
  const w = (2 * (level(surface, Math.max(z, surface.log ? 0 : -Infinity)) - low)) / (high - low) - 1;
  return [(2 * (x - x0)) / (x1 - x0) - 1, (2 * (y - y0)) / (y1 - y0) - 1, w];
}
