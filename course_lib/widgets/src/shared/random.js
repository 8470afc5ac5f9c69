// Random numbers that are the same each time for a seed. tests/widgets/page_random.py makes the same ones in Python.

/** Uniform numbers in [0, 1) from a seed, without the first `skipped`: T. Ettinger's mulberry32, of 32 bits. */
export function uniform(seed, skipped = 0) {
  let state = (seed + Math.imul(skipped, 0x6d2b79f5)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Fills an array with standard normal numbers, two from each pair of uniform ones (Box and Muller 1958). */
export function fillNormal(array, next) {
  for (let i = 0; i < array.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    array[i] = radius * Math.cos(angle);
    if (i + 1 < array.length) array[i + 1] = radius * Math.sin(angle);
  }
  return array;
}

export const normal = (length, seed) => fillNormal(new Float64Array(length), uniform(seed));
