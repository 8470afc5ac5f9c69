// The lines of the step-through: a name, a formula, and numbers.
import { brief } from "../shared/numbers.js";
import { passes } from "./numerics.js";

const GRADIENT = [1, -0.5, 0.25, 0.5]; // what comes back to the four outputs

/** Four inputs that suit the state, with one decimal. */
const inputs = ({ mean, deviation }) => [-1.2, -0.3, 0.4, 1.5].map((z) => Number((mean + deviation * z).toFixed(1)));

const list = (values) => `(${values.map((value) => brief(value)).join(", ")})`;

/** [{ pass, name, formula, value, numbers }] for the forward and the backward pass of a batch of four. */
export function lines(state) {
  const p = passes(inputs(state), GRADIENT, state.gamma, state.beta);
  const line = (pass, name, formula, value) => ({ pass, name, formula, value, text: Array.isArray(value) ? list(value) : brief(value) });
  return [
    line("forward", "x", "the batch", p.x),
    line("forward", "μ", "Σx / m", p.mean),
    line("forward", "σ²", "Σ(x − μ)² / m", p.variance),
    line("forward", "x̂", "(x − μ) / √(σ² + ε)", p.hat),
    line("forward", "y", "γ·x̂ + β", p.y),
    line("backward", "∂L/∂y", "upstream", p.dy),
    line("backward", "∂L/∂γ and ∂L/∂β", "Σ ∂L/∂y · x̂ and Σ ∂L/∂y", [p.dGamma, p.dBeta]),
    line("backward", "∂L/∂x̂", "γ · ∂L/∂y", p.dHat),
    line("backward", "∂L/∂σ²", "−½ (σ² + ε)^(−3/2) · Σ ∂L/∂x̂ · (x − μ)", p.dVariance),
    line("backward", "∂L/∂μ", "−Σ ∂L/∂x̂ / √(σ² + ε)", p.dMean),
    line("backward", "∂L/∂x", "∂L/∂x̂ / √(σ² + ε) + ∂L/∂σ² · 2(x − μ)/m + ∂L/∂μ / m", p.dx),
  ];
}
