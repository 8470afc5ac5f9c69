// Work that takes longer than a frame, done in slices: a generator pauses wherever a slice may end.

const SPAN = 8; // milliseconds of work in a frame that draws nothing else, of 16
const DRAWING = 3; // milliseconds of work after which a frame can still draw what was found

/** Asked, it gives the milliseconds since it was made. */
export function stopwatch() {
  const began = performance.now();
  return () => performance.now() - began;
}

/** What a generator returns in the end. */
export function finish(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Works out what a set-up leads to: { at(setup), now(setup) }. `make(setup)` is a generator. `at` works for a slice and gives
 * { found, setup, behind }: what to show, for which set-up it was worked out, and whether that is another than the one asked
 * for. Work that has begun is done before the newest set-up is begun, so that a reader who drags a slider sees it move. The
 * first time there is nothing to show meanwhile, and all is done at once, as `now` does always.
 */
export function inSlices(make) {
  let shown = null; // { key, setup, found }
  let last = null; // the same of the newest that is worked out, to be shown next
  let work = null; // { key, setup, steps }

  function advance(key, setup) {
    work ??= { key, setup, steps: make(setup) };
    const { done, value } = work.steps.next();
    if (done) [last, work] = [{ key: work.key, setup: work.setup, found: value }, null];
  }
  function now(setup) {
    const key = JSON.stringify(setup);
    while (last?.key !== key) advance(key, setup);
    return last.found;
  }
  function at(setup) {
    const key = JSON.stringify(setup);
    const spent = stopwatch();
    if (!last) now(setup);
    while (shown === last && last.key !== key && spent() < SPAN) advance(key, setup);
    if (!shown || (shown.key !== key && spent() < DRAWING)) shown = last;
    return { ...shown, behind: shown.key !== key };
  }
  return { at, now };
}

/** Makes an action that is done again only when one of its arguments is another than the last time; it says whether it was. */
export function whenChanged(act) {
  let last = null;
  return (...values) => {
    if (last && values.every((value, i) => value === last[i])) return false;
    last = values;
    act(...values);
    return true;
  };
}
