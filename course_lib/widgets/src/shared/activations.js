// Activation functions and their derivatives. Pure functions, no page. Names and constants are those of torch.nn.functional.

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };
const LEAK = 0.01;
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
function sigmoidSlope(x) {
  const e = Math.exp(-Math.abs(x));
  return e / (1 + e) ** 2;
}
const elu = (x, alpha = 1) => (x > 0 ? x : alpha * Math.expm1(x));
const eluSlope = (x, alpha = 1) => (x > 0 ? 1 : alpha * Math.exp(x));

/** The error function, to about 1e-12: its series near 0, the continued fraction of its complement farther out. */
export function erf(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60 && Math.abs(term) > 1e-17; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (size + fraction)));
}

const share = (x) => (1 + erf(x / Math.SQRT2)) / 2; // of a standard normal variable below x
const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Each with its title, value and slope at x; with `slopeOf`, the same slope from the value y, where that saves the most. */
export const ACTIVATIONS = {
  linear: { title: "none (linear)", f: (x) => x, slope: () => 1 },
  sigmoid: { title: "sigmoid", f: sigmoid, slope: sigmoidSlope },
  tanh: { title: "tanh", f: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2, slopeOf: (y) => 1 - y ** 2 },
  relu: { title: "ReLU", f: (x) => (x > 0 ? x : 0), slope: (x) => (x > 0 ? 1 : 0) },
  leaky_relu: { title: "leaky ReLU", f: (x) => (x > 0 ? x : LEAK * x), slope: (x) => (x > 0 ? 1 : LEAK) },
  elu: { title: "ELU", f: (x) => elu(x), slope: (x) => eluSlope(x) },
  selu: { title: "SELU", f: (x) => SELU.scale * elu(x, SELU.alpha), slope: (x) => SELU.scale * eluSlope(x, SELU.alpha) },
  gelu: { title: "GELU", f: (x) => x * share(x), slope: (x) => share(x) + x * density(x) },
  silu: { title: "SiLU (swish)", f: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  softplus: { title: "softplus", f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: sigmoid },
};

export const activationOptions = (...names) => names.map((name) => [name, ACTIVATIONS[name].title]);
