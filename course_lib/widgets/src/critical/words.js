// What the demo says about a point.
import { brief } from "../shared/numbers.js";

const SIGNS = ["negative", "zero", "positive"];

const eigenvalues = ({ signs }) =>
  signs.some((n) => n === 2) ? `both eigenvalues are ${SIGNS[signs.indexOf(2)]}` : `one eigenvalue is ${signs.flatMap((n, i) => (n ? [SIGNS[i]] : [])).join(" and one ")}`;

const MEANING = {
  minimum: "every direction rises",
  maximum: "every direction falls",
  saddle: "it falls along v₁ and rises along v₂",
};

/** The verdict on a point: [what it is, why]. */
export function verdict(point) {
  const { kind, slope, surface } = point;
  if (kind === "slope") {
    const bend = eigenvalues(point);
    return ["A slope, not a critical point", `‖∇f‖ = ${brief(slope)} is not 0: along −∇f the surface falls by ${brief(slope)} a unit. Here ${bend}.`];
  }
  if (kind === "undecided") return ["The Hessian does not decide", `∇f = 0, and ${eigenvalues(point)}. ${surface.about()}`];
  const name = { minimum: "A minimum", maximum: "A maximum", saddle: "A saddle point" }[kind];
  return [name, `∇f = 0 and ${eigenvalues(point)}: ${MEANING[kind]}.`];
}

/** Two numbers; one that is nothing but rounding beside the other is written as 0. */
export const pair = (both) => {
  const least = 1e-12 * Math.max(...both.map(Math.abs));
  return `(${both.map((value) => brief(Math.abs(value) < least ? 0 : value)).join(", ")})`;
};

export const summary = (point) => {
  const [name, why] = verdict(point);
  return `${point.surface.title} at ${pair([point.x, point.y])}: height ${brief(point.f)}. ${name}. ${why}`;
};
