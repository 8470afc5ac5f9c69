// The convolution demo: any picture, any kernel, step by step and at full speed.
import { button, el, frame } from "../shared/dom.js";
import { createCalculation } from "./calculation.js";
import { onThemeChange, readTheme } from "./colors.js";
import { createControls, createFormula } from "./controls.js";
import { createEditor, createTile } from "./editor.js";
import { fromHash, toHash } from "./link.js";
import { createPatch } from "./patch.js";
import { createPrompts } from "./prompts.js";
import { resultOf } from "./result.js";
import { createSpeaker } from "./speaker.js";
import { createStage } from "./stage.js";
import { startState } from "./state.js";
import { createStore } from "./store.js";
import { pull, push } from "./sync.js";
import { createTransport } from "./transport.js";

async function render({ model, el: host }) {
  const gallery = model.get("_gallery"),
    samples = model.get("_samples");
  const leaving = new AbortController(),
    { signal } = leaving;
  const published = host.closest(".course-demo-host") !== null; // in JupyterLab the address belongs to JupyterLab
  const start = startState((name) => model.get(name));
  const store = createStore(model, start, (options) => schedule(options));
  const parts = assemble(store, samples, gallery, { start, published });
  host.append(parts.node);

  const result = resultOf(),
    speaker = createSpeaker(parts.status);
  let theme = null,
    told = start,
    frameAsked = null,
    width = 0,
    pending = {};
  function draw() {
    frameAsked = null;
    told = push(model, store.state, told);
    store.view = result(store.state);
    if (width > 0) {
      // else JupyterLab has not put it into the page yet, or has hidden it
      theme ??= { ...readTheme(parts.node), width };
      for (const part of parts.drawn) part.draw(store.state, store.view, theme);
    }
    speaker.follow(store.state, store.view, pending);
    pending = {};
  }
  function schedule(options) {
    pending = { ...pending, ...options };
    frameAsked ??= requestAnimationFrame(draw);
  }
  onThemeChange(() => {
    theme = null;
    schedule();
  }, signal);
  const resizing = new ResizeObserver(() => {
    if (parts.node.clientWidth === width) return;
    width = parts.node.clientWidth;
    theme = null;
    schedule();
  });
  resizing.observe(parts.node);
  acceptDrops(parts.node, store);
  pull(model, store, signal);

  const asked = published && !start.compact ? fromHash(location.hash, samples, gallery) : null;
  if (asked) store.state = { ...store.state, ...asked };
  await store.load();
  width = parts.node.clientWidth;
  cancelAnimationFrame(frameAsked);
  draw();
  if (asked) parts.node.scrollIntoView();
  return () => {
    leaving.abort();
    resizing.disconnect();
    cancelAnimationFrame(frameAsked);
    speaker.stop();
    parts.stop();
  };
}

function assemble(store, samples, gallery, { start, published }) {
  const status = el("p", { class: "cd-hidden", role: "status" });
  const controls = createControls(store, samples, gallery),
    formula = createFormula();
  if (start.compact) {
    const stage = createStage(store, createTile());
    const node = frame("Convolution demo", controls.node, formula.node, stage.node, status);
    node.classList.add("cv-compact");
    return { node, status, drawn: [controls, formula, stage], stop: () => {} };
  }
  const transport = createTransport(store),
    calculation = createCalculation();
  const editor = createEditor(store, gallery);
  const stage = createStage(store, editor, transport, editor.settings, createPatch(), calculation);
  const footer = createFooter(store, start, published);
  const node = frame(
    "Convolution demo",
    createPrompts(store, samples, gallery).node,
    controls.node,
    formula.node,
    stage.node,
    footer.node,
    status,
  );
  return { node, status, drawn: [controls, formula, stage, footer], stop: transport.stop };
}

function createFooter(store, start, published) {
  const reset = button("Reset", () => {
    store.clear();
    store.update({ ...start, picture: store.state.picture });
    store.load();
  });
  const link = el("a", { href: "#" }, "Link to this set-up");
  const draw = (state) => link.setAttribute("href", toHash(state));
  return { node: el("div", { class: "cv-footer" }, reset, published ? link : null), draw };
}

function acceptDrops(node, store) {
  node.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.items].some((item) => item.kind === "file")) event.preventDefault();
  });
  node.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    store.open(event.dataTransfer.files[0]);
  });
}

export default { render };
