// Between the state and the widget's traits, both ways.
import { TRAITS, kernelFromTrait, kernelToTrait } from "./state.js";

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Tells the traits what the reader changed; returns the state told. */
export function push(model, state, told) {
  const changes = TRAITS.filter((name) => state[name] !== told[name] && state[name] !== model.get(name)).map((name) => [
    name,
    state[name],
  ]);
  if (state.kernel !== told.kernel || state.color !== told.color) {
    const kernel = kernelToTrait(state);
    if (!equal(kernel, model.get("kernel"))) changes.push(["kernel", kernel]);
  }
  for (const [name, value] of changes) model.set(name, value);
  if (changes.length) model.save_changes();
  return state;
}

/** Follows the traits when Python, or another view of the demo, changes them. */
export function pull(model, store, signal) {
  const follow = (name, listener) => {
    model.on(`change:${name}`, listener);
    signal.addEventListener("abort", () => model.off(`change:${name}`, listener));
  };
  for (const name of TRAITS) {
    follow(name, () => model.get(name) !== store.state[name] && store.update({ [name]: model.get(name) }));
  }
  follow("kernel", () => {
    const kernel = model.get("kernel");
    if (!equal(kernel, kernelToTrait(store.state)))
      store.update({ kernel: kernelFromTrait(kernel, model.get("_gallery")) });
  });
  follow("_array", () => store.state.image === "array" && store.load());
}
