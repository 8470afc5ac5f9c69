// Numbers and names as the demo writes them.

const minus = (text) => text.replace("-", "−");

/** A number in at most four significant digits; whole numbers in full. */
export const number = (value) => minus(String(Number.isInteger(value) ? value : Number(value.toPrecision(4))));

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

export const count = (value) => value.toLocaleString("en-US");

export const CHANNELS = ["Red", "Green", "Blue"];
