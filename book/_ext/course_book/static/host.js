/* Brings the demos of a page to life without a kernel.

   A built page holds, in the standard JSON of Jupyter widgets, the state of its widgets and, where each one belongs, a
   reference to its model. The demos are anywidgets: their state carries their code (`_esm`) and style (`_css`), so all that is
   missing is a model to read settings from and write them to. This is a classic script: it also works from file://. */
(() => {
  "use strict";

  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const HOST = "course-demo-host";
  const USUAL_HEIGHT = "12rem";

  /** The settings of one demo, with the interface that anywidget gives to front ends. Nothing leaves the page. */
  class Model {
    #state;
    #listeners = new Map();

    constructor(state) {
      this.#state = state;
    }

    get(name) {
      const value = this.#state[name];
      if (typeof value === "string" && value.startsWith("IPY_MODEL_")) {
        throw new Error(
          `“${name}” is another widget, and a page without a kernel can hold only demos that stand alone`,
        );
      }
      return value;
    }

    /** Sets one value, or several given as an object, and tells those who listen for what changed. */
    set(name, value) {
      const entries = typeof name === "object" ? Object.entries(name) : [[name, value]];
      const changed = entries.filter(([key, next]) => !Object.is(this.#state[key], next));
      for (const [key, next] of changed) this.#state[key] = next;
      for (const [key, next] of changed) this.#tell(`change:${key}`, next);
      if (changed.length) this.#tell("change");
    }

    /** With a kernel this would send the changes to Python; here they are in place already. */
    save_changes() {}

    send() {
      throw new Error("this demo wants to send a message to Python, and a published page has no kernel");
    }

    /** Calls `listener(model, value)` for events such as "change:stride"; several names are separated by spaces. */
    on(names, listener) {
      for (const name of names.split(/\s+/)) {
        if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
        this.#listeners.get(name).add(listener);
      }
    }

    /** Removes a listener; without one all of an event; without a name all there are. */
    off(names, listener) {
      const all = names == null ? [...this.#listeners.keys()] : names.split(/\s+/);
      for (const name of all) {
        if (listener) this.#listeners.get(name)?.delete(listener);
        else this.#listeners.delete(name);
      }
    }

    #tell(name, value) {
      for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(this, value);
    }
  }

  /** Decodes base64 into the DataView that a front end gets for bytes. */
  function bytes(text) {
    return new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  /** A copy of a model's state with its buffers, which the JSON keeps apart, put back in their places. */
  function revive({ state, buffers = [] }) {
    const revived = structuredClone(state);
    for (const { path, data, encoding } of buffers) {
      if (encoding !== "base64") throw new Error(`a buffer is encoded as ${encoding}, and base64 was expected`);
      const parent = path.slice(0, -1).reduce((place, key) => place[key], revived);
      parent[path.at(-1)] = bytes(data);
    }
    return revived;
  }

  /** Returns `make(key)`, made only once for each key. */
  function once(make) {
    const made = new Map();
    return (key, ...rest) => {
      if (!made.has(key)) made.set(key, make(key, ...rest));
      return made.get(key);
    };
  }

  const importModule = once(async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      const module = await import(url);
      const demo = typeof module.default === "function" ? await module.default() : module.default;
      if (!demo?.render) throw new Error("its code has no default export with a render function");
      return demo;
    } finally {
      URL.revokeObjectURL(url);
    }
  });

  const addStyle = once((text) => {
    const style = document.createElement("style");
    style.textContent = text;
    document.head.append(style);
  });

  const leaving = new AbortController(); // its signal tells the demos that the page goes away

  /** Calls what a demo returned to be called at the end, when the page goes away for good. */
  function atEnd(cleanup) {
    if (typeof cleanup === "function") leaving.signal.addEventListener("abort", () => cleanup());
  }

  const startModel = once(async (id, record) => {
    if (!record) throw new Error("the page does not hold its state; build the page again");
    if (record.model_module !== "anywidget") {
      throw new Error(`it is a ${record.model_name} of ${record.model_module}, which needs a running kernel`);
    }
    const model = new Model(revive(record));
    const demo = await importModule(model.get("_esm"));
    atEnd(await demo.initialize?.({ model, signal: leaving.signal }));
    return { model, demo };
  });

  /** The box a demo is drawn into: the one the page has ready before the script, or a new one there. */
  function hostBefore(script, height) {
    const ready = script.previousElementSibling;
    if (ready?.classList.contains(HOST) && !("taken" in ready.dataset)) {
      ready.dataset.taken = "";
      return ready;
    }
    const host = document.createElement("div");
    host.className = HOST;
    host.dataset.taken = "";
    host.style.minHeight = height; // keeps the place free, so that the text below does not jump
    script.before(host);
    return host;
  }

  async function show(script, id, record) {
    const host = hostBefore(script, record?.state._min_height || USUAL_HEIGHT);
    try {
      const { model, demo } = await startModel(id, record);
      if (model.get("_css")) addStyle(model.get("_css"));
      const view = document.createElement("div");
      host.replaceChildren(view);
      atEnd(await demo.render({ model, el: view, signal: leaving.signal }));
      host.dataset.ready = "true";
    } catch (error) {
      console.error(error);
      host.dataset.error = error.message;
      const note = document.createElement("p");
      note.setAttribute("role", "alert");
      note.textContent = `This demo could not start: ${error.message}.`;
      host.replaceChildren(note);
    }
    host.style.minHeight = "";
  }

  function start() {
    const records = {};
    for (const script of document.querySelectorAll(STATE)) Object.assign(records, JSON.parse(script.textContent).state);
    const shown = [];
    for (const script of document.querySelectorAll(VIEW)) {
      const { model_id: id } = JSON.parse(script.textContent);
      shown.push(show(script, id, records[id]));
    }
    window.courseDemos = Promise.allSettled(shown); // formulas.js waits for it
    addEventListener("pagehide", (event) => event.persisted || leaving.abort());
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
