// Recorded slices of loss surfaces: squares of losses, and what can be read off them. Pure functions, no page.

export const HALF = 12; // steps from the trained weights, in the middle, to the edge
export const POINTS = 2 * HALF + 1;

/** How far a step is along its direction: −1 at one edge, 1 at the other. */
export const at = (index) => index / HALF;

/** The loss recorded at step a along the first direction and b along the second. */
export const lossAt = (square, a, b) => square[a + HALF][b + HALF];

export const heightOf = (loss, log) => (log ? Math.log10(loss) : loss);

/** Grids for pictures, the first direction across and the second up; on one scale of heights or each on its own. */
export function grids(squares, { log, same }) {
  const all = squares.map((square) =>
    Float64Array.from({ length: POINTS ** 2 }, (_, k) => heightOf(square[k % POINTS][Math.floor(k / POINTS)], log)));
  const ends = all.map((values) => [Math.min(...values), Math.max(...values)]);
  const common = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
  return all.map((values, i) => {
    const [low, high] = same ? common : ends[i];
    return { n: POINTS, values, low, high };
  });
}

const AROUND = [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]];

/** How many of the places inside are lower than all eight around them. */
export function dips(square) {
  let found = 0;
  for (let i = 1; i < POINTS - 1; i++)
    for (let j = 1; j < POINTS - 1; j++)
      if (AROUND.every(([u, v]) => square[i + u][j + v] > square[i][j])) found++;
  return found;
}

/** The share of the square where the loss is below a level. */
export const below = (square, level) => square.flat().filter((loss) => loss < level).length / POINTS ** 2;

const described = new WeakMap();

/** What can be said of a square as a whole, worked out once: { dips, share (of it below `level`), low, high }. */
export function describe(square, level) {
  const known = described.get(square);
  if (known?.level === level) return known;
  const all = square.flat();
  const found = { level, dips: dips(square), share: below(square, level), low: Math.min(...all), high: Math.max(...all) };
  described.set(square, found);
  return found;
}

/** The losses through a point along the first direction, as points of a plot. */
export const cut = (square, b) => square.map((row, i) => [at(i - HALF), row[b + HALF]]);

/** The losses on the way from the first weights, at 0, through the trained ones, at 1, as far again. */
export const way = (line) => line.map((loss, i) => [1 + at(i - HALF), loss]);
