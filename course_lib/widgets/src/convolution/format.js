// Numbers and names as the demo writes them.
import { minus, number } from "../shared/numbers.js";

export { count, number } from "../shared/numbers.js";

/** A number short enough for a cell. */
export const short = (value) =>
  minus(String(Number.isInteger(value) ? value : Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3))));

/** A number that may follow an operator: negative ones in parentheses. */
export const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

/** A sum of numbers: "2 − 7 + 0". */
export const sum = (values) =>
  values
    .map((value, index) => (index === 0 ? number(value) : value < 0 ? ` − ${number(-value)}` : ` + ${number(value)}`))
    .join("");

export const CHANNELS = ["Red", "Green", "Blue"];
