// Numbers as the demos write them.

export const minus = (text) => text.replaceAll("-", "−");

/** A number in at most `digits` significant digits; whole numbers in full. */
export const number = (value, digits = 4) =>
  minus(String(Number.isInteger(value) ? value : Number(value.toPrecision(digits))));

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (whole) => String(whole).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]).replace("-", "⁻");

/** 10 to a whole power, as it is written: 10⁻³. */
export const power = (exponent) => (exponent === 0 ? "1" : exponent === 1 ? "10" : `10${raised(exponent)}`);

const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 10 }); // kept, as making one takes long

/** A number of any size in few letters: 0.25, 1,204, 3.1·10⁻⁷, ∞. */
export function brief(value, digits = 3) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return minus(`${Number(mantissa)}·10${raised(Number(exponent))}`);
  }
  return minus(plain.format(Number(value.toPrecision(digits))));
}

export const count = (value) => plain.format(value);
