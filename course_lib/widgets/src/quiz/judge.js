// Judges answers. Pure functions, no page.

const SLACK = 1e-9; // relative: what decimal fractions lose in binary

/** Reads "15,200", "15 200", "−0.5" or "1.2e9"; null where there is no number. */
export function readNumber(text) {
  const plain = text.trim().replace("−", "-").replace(/(?<=\d)[,\u00a0\u202f ](?=\d{3}(?!\d))/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

const near = (value, target, tolerance = 0) => Math.abs(value - target) <= tolerance + SLACK * Math.abs(target);

/**
 * Judges a number against a question's answer and its well-known wrong values.
 * Returns { right, why }; without a known reason, `why` says whether the number is too large or too small.
 */
export function judgeNumber({ answer, tolerance, why, wrong }, value) {
  if (near(value, answer, tolerance)) return { right: true, why };
  const known = wrong.find(([mistake]) => near(value, mistake));
  return { right: false, why: known ? known[1] : value > answer ? "That is too large." : "That is too small." };
}

/**
 * Judges the chosen places of a question's choices.
 * Returns { right, given, missing }: the chosen choices in order, and how many right ones are not chosen.
 */
export function judgeChoices({ choices }, places) {
  const given = choices.filter((_, i) => places.includes(i));
  const missing = choices.filter((choice) => choice.right).length - given.filter((choice) => choice.right).length;
  return { right: missing === 0 && given.every((choice) => choice.right), given, missing };
}
