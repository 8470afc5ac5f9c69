// What the demo works out. Pure functions, no page.
import { ACTIVATIONS } from "../shared/activations.js";

export const SATURATED = 0.05; // a slope below it in size lets next to nothing of a gradient through

/** A function and its derivative over [−reach, reach]: [{ x, f, slope }]. */
export const curve = (name, reach = 6, points = 241) =>
  Array.from({ length: points }, (_, i) => {
    const x = reach * ((2 * i) / (points - 1) - 1);
    return { x, f: ACTIVATIONS[name].f(x), slope: ACTIVATIONS[name].slope(x) };
  });

/** The stretches of a curve where the slope is next to nothing: [{ from, to }]. */
export function saturation(points) {
  const bands = [];
  let open = null;
  for (const { x, slope } of points) {
    if (Math.abs(slope) < SATURATED) {
      if (!open) bands.push((open = { from: x, to: x }));
      open.to = x;
    } else open = null;
  }
  return bands;
}

/**
 * A number through a row of layers h ← φ(w·h): [{ value, gradient }], from the input on. The gradient is that of the value
 * with respect to the input: the product of a factor w·φ′(w·h) for each layer.
 */
export function chain(name, x, weight, depth) {
  const { f, slope } = ACTIVATIONS[name];
  const steps = [{ value: x, gradient: 1 }];
  for (let k = 0; k < depth; k++) {
    const { value, gradient } = steps.at(-1);
    steps.push({ value: f(weight * value), gradient: gradient * weight * slope(weight * value) });
  }
  return steps;
}
