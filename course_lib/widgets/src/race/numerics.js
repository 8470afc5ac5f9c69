// The update rules, and the paths they lead along. Pure functions, no page.
import { normal } from "../shared/random.js";
import { SURFACES } from "../shared/surfaces.js";

export const MOMENTUM = 0.9;
export const DECAY = 0.9; // of RMSProp's mean of squares
export const BETAS = [0.9, 0.999]; // of Adam
const EPSILON = 1e-8;
const GONE = 1e4; // farther out a racer is given up

/** Each rule takes (place p, gradient g, learning rate, memory, { hessian, step from 1 }) and moves p in one coordinate after the other. */
const EACH = {
  sgd: (g, rate) => -rate * g,
  momentum: (g, rate, m) => -rate * (m.v = MOMENTUM * (m.v ?? 0) + g),
  nesterov: (g, rate, m) => {
    m.v = MOMENTUM * (m.v ?? 0) + g;
    return -rate * (g + MOMENTUM * m.v);
  },
  adagrad: (g, rate, m) => (-rate * g) / (Math.sqrt(m.s = (m.s ?? 0) + g * g) + EPSILON),
  rmsprop: (g, rate, m) => (-rate * g) / (Math.sqrt(m.s = DECAY * (m.s ?? 0) + (1 - DECAY) * g * g) + EPSILON),
  adam: (g, rate, m, step) => {
    m.v = BETAS[0] * (m.v ?? 0) + (1 - BETAS[0]) * g;
    m.s = BETAS[1] * (m.s ?? 0) + (1 - BETAS[1]) * g * g;
    const [mean, square] = [m.v / (1 - BETAS[0] ** step), m.s / (1 - BETAS[1] ** step)];
    return (-rate * mean) / (Math.sqrt(square) + EPSILON);
  },
};

/** −rate · H⁻¹g; where H cannot be inverted there is no step. */
function newton([gx, gy], rate, [a, b, d]) {
  const determinant = a * d - b * b;
  if (Math.abs(determinant) < 1e-12) return [0, 0];
  return [(-rate * (d * gx - b * gy)) / determinant, (-rate * (a * gy - b * gx)) / determinant];
}

/**
 * The path of one optimizer: [{ at: [x, y], f }], from the start on, one for each step. The gradient of step k gets
 * noise[2k] and noise[2k + 1] added. It ends early where the racer is gone or the numbers are.
 */
export function run(kind, surfaceName, start, rate, steps, noise) {
  const surface = SURFACES[surfaceName];
  const memory = [{}, {}];
  let at = [...start];
  const path = [{ at, f: surface.f(...at) }];
  for (let step = 1; step <= steps; step++) {
    const gradient = surface.gradient(...at).map((g, i) => g + noise[2 * (step - 1) + i]);
    const move = kind === "newton"
      ? newton(gradient, rate, surface.hessian(...at))
      : gradient.map((g, i) => EACH[kind](g, rate, memory[i], step));
    at = [at[0] + move[0], at[1] + move[1]];
    if (!at.every((value) => Math.abs(value) <= GONE)) break;
    path.push({ at, f: surface.f(...at) });
  }
  return path;
}

/** The paths of all who race in a state: { key: path }. */
export function race(state, steps) {
  const { surface, x, y, racers, noise, seed } = state;
  const draws = normal(2 * steps, seed).map((value) => noise * value);
  return Object.fromEntries(racers.map((key) => [key, run(key, surface, [x, y], state[`rate_${key}`], steps, draws)]));
}

const inside = ({ domain }, at) => at.every((value, i) => value >= domain[i][0] && value <= domain[i][1]);

/** How a racer stands at a step: { at, f, gone: the step after which it is off the map, or null }. */
export function standing(surfaceName, path, step) {
  const surface = SURFACES[surfaceName];
  const place = path[Math.min(step, path.length - 1)];
  const left = path.findIndex(({ at }) => !inside(surface, at));
  const back = path.slice(0, step + 1).findLastIndex(({ at }) => inside(surface, at));
  const off = step >= path.length || !inside(surface, place.at);
  return { ...place, gone: off && left >= 0 ? Math.max(back + 1, 1) : null };
}
