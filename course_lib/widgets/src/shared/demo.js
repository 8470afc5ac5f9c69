// The frame that a steered demo stands in: things to try, controls, the demo itself, reset and link, and what is read out.
//
// A demo gives its fields (shared/fields.js), prompts and a function that builds its parts; the frame keeps the settings,
// hands them to Python and takes them from there, reads and writes the page's address, and draws at most once a frame.
import { announcer } from "./announcer.js";
import { followAddress, published, toHash } from "./address.js";
import { el, frame } from "./dom.js";
import { clean, fromValues, toValues } from "./fields.js";
import { createFooter } from "./footer.js";
import { createPrompts } from "./prompts.js";
import { createScreen } from "./screen.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Makes the module of a demo: { render }.
 *
 * `name` is its bundle's, `title` what the region is called, `fields` its settings, `prompts` a list of { text, …settings }:
 * what a prompt does not name goes back to where the demo started. `create(store, model)` returns
 * { nodes, draw(state, theme), summary(state), stop? }; a `draw` that gives true has more to work out (see slices.js): it is
 * asked again in the next frame, and what changed is said once it is there. `settle(state, patch)` may bring into order what depends on a change.
 * `store.state` holds the settings, `store.update(patch, options)`
 * changes them (`options.quiet` leaves the change to the eye) and `store.redraw()` asks for a new frame.
 */
export function demo({ name, title, fields, prompts, create, settle = (state) => state }) {
  function render({ model, el: host }) {
    const leaving = new AbortController();
    const { signal } = leaving;
    const start = Object.fromEntries(Object.keys(fields).map((key) => [key, model.get(key)]));
    const voice = announcer();
    let quiet = true;

    const store = { state: settle(start, {}), signal };
    store.update = (patch, options = {}) => {
      const asked = clean(fields, typeof patch === "function" ? patch(store.state) : patch);
      store.state = settle({ ...store.state, ...asked }, asked);
      quiet &&= Boolean(options.quiet);
      screen.schedule();
    };
    store.redraw = () => screen.schedule();
    store.say = voice.say;

    const parts = create(store, model);
    const linked = published(host);
    const footer = createFooter(
      () => store.update(start),
      linked ? (state) => toHash(name, toValues(fields, state, start)) : null,
    );
    const tasks = createPrompts(prompts, ({ text, ...settings }) => store.update({ ...start, ...settings }));
    const node = frame(title, tasks.node, ...parts.nodes, footer.node, voice.node);
    node.classList.add(`cd-${name}`);
    const push = createPush(model, fields, start);

    const screen = createScreen(node, (theme) => {
      push(store.state);
      footer.draw(store.state);
      const behind = Boolean(theme && parts.draw(store.state, theme));
      node.setAttribute("aria-busy", String(behind));
      if (behind) return screen.schedule();
      if (!quiet) voice.later(parts.summary(store.state));
      quiet = true;
    }, signal);
    host.append(node);
    pull(model, fields, store, signal);
    if (linked) followAddress(node, name, (values) => store.update(fromValues(fields, values, start)), signal);
    screen.start();
    signal.addEventListener("abort", () => parts.stop?.());
    return () => leaving.abort();
  }
  return { render };
}

/** Tells the traits what the reader changed. */
function createPush(model, fields, start) {
  let told = start;
  return (state) => {
    const changes = Object.keys(fields).filter((key) => !same(state[key], told[key]) && !same(state[key], model.get(key)));
    told = state;
    for (const key of changes) model.set(key, state[key]);
    if (changes.length) model.save_changes();
  };
}

/** Follows the traits when Python, or another view of the demo, changes them. */
function pull(model, fields, store, signal) {
  for (const key of Object.keys(fields)) {
    const follow = () => same(model.get(key), store.state[key]) || store.update({ [key]: model.get(key) });
    model.on(`change:${key}`, follow);
    signal.addEventListener("abort", () => model.off(`change:${key}`, follow));
  }
}

/** A block of a demo with a heading. */
export const block = (title, ...children) =>
  el("div", { class: "cd-block" }, title && el("p", { class: "cd-title" }, title), ...children);
