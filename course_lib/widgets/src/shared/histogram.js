// How values are spread. Pure functions, no page.

/** Counts of finite values in `bins` equal bins over [low, high], as shares: [[middle, share], …]; what lies outside is left out. */
export function histogram(values, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    if (bin >= 0 && bin < bins) counts[bin]++;
    else if (value === high) counts[bins - 1]++;
  }
  return counts.map((count, i) => [low + ((i + 0.5) / bins) * (high - low), count / values.length]);
}
