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
  const leaving = new AbortController();
  const { signal } = leaving;
  const published = host.closest(".course-demo-host") !== null; // in JupyterLab the address belongs to JupyterLab
  const start = startState((name) => model.get(name));
  const store = createStore(model, start, (options) => screen.schedule(options));
  const parts = assemble(store, { start, published, gallery: model.get("_gallery"), samples: model.get("_samples") });
  const screen = createScreen(model, store, parts);
  host.append(parts.node);
  signal.addEventListener("abort", screen.stop);

  onThemeChange(screen.measure, signal);
  screen.watchWidth(signal);
  acceptDrops(parts.node, store);
  pull(model, store, signal);
  if (published && !start.compact) followAddress(parts.node, store, model, signal);
  await store.load();
  screen.measure();
  screen.draw();
  return () => leaving.abort();
}

/** Draws the state, at most once a frame, and tells the traits. */
function createScreen(model, store, parts) {
  const result = resultOf();
  const speaker = createSpeaker(parts.status);
  let told = store.state;
  let theme = null;
  let frameAsked = null;
  let pending = {};

  function draw() {
    cancelAnimationFrame(frameAsked);
    frameAsked = null;
    told = push(model, store.state, told);
    store.view = result(store.state);
    if (theme) for (const part of parts.drawn) part.draw(store.state, store.view, theme);
    speaker.follow(store.state, store.view, pending);
    pending = {};
  }
  function schedule(options) {
    pending = { ...pending, ...options };
    frameAsked ??= requestAnimationFrame(draw);
  }
  /** Reads the theme and the width; there is neither while JupyterLab keeps the demo out of the page. */
  function measure() {
    const width = parts.node.clientWidth;
    theme = width ? { ...readTheme(parts.node), width } : null;
    schedule();
  }
  function watchWidth(signal) {
    const observer = new ResizeObserver(() => parts.node.clientWidth !== theme?.width && measure());
    observer.observe(parts.node);
    signal.addEventListener("abort", () => observer.disconnect());
  }
  function stop() {
    cancelAnimationFrame(frameAsked);
    speaker.stop();
    parts.stop();
  }
  return { draw, schedule, measure, watchWidth, stop };
}

/** Takes the set-up that the page's address asks for, now and when a link changes it; the first demo of a page does. */
function followAddress(node, store, model, signal) {
  const follow = () => {
    const asked = fromHash(location.hash, model.get("_samples"), model.get("_gallery"));
    if (!asked || document.querySelector(".cv-full") !== node) return;
    store.update(asked);
    node.scrollIntoView();
  };
  addEventListener("hashchange", follow, { signal });
  follow();
}

function assemble(store, { start, published, samples, gallery }) {
  const status = el("p", { class: "cd-hidden", role: "status" });
  const controls = createControls(store, samples, gallery);
  const formula = createFormula();
  if (start.compact) {
    const stage = createStage(store, createTile());
    const node = frame("Convolution demo", controls.node, formula.node, stage.node, status);
    node.classList.add("cv-demo", "cv-compact");
    return { node, status, drawn: [controls, formula, stage], stop: () => {} };
  }
  const transport = createTransport(store);
  const calculation = createCalculation();
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
  node.classList.add("cv-demo", "cv-full");
  return { node, status, drawn: [controls, formula, stage, footer], stop: transport.stop };
}

function createFooter(store, start, published) {
  const reset = button("Reset", () => store.reset(start));
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
