// Numbers as a reader wants to see them.

export const exact = (number) => number.toLocaleString("en-US");

function scaled(number, steps) {
  const rounded = Number(number.toPrecision(3));
  const [size, unit] = steps.find(([size]) => rounded >= size) ?? steps.at(-1);
  return `${exact(rounded / size)}${unit}`;
}

/** A count in three digits: 225 M. */
export const short = (number) => scaled(number, [[1e9, " G"], [1e6, " M"], [1e3, " k"], [1, ""]]);

/** A count in words: 225 million; exact below a million. */
export const words = (number) => (number < 1e6 ? exact(number) : scaled(number, [[1e9, " billion"], [1e6, " million"]]));

/** An amount of memory in powers of ten: 12 MB is 12,000,000 bytes. */
export const memory = (bytes) => scaled(bytes, [[1e12, " TB"], [1e9, " GB"], [1e6, " MB"], [1e3, " kB"], [1, " B"]]);
