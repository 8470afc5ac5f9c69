// The convolution demo: any picture, any kernel, step by step and at full speed.
import { followAddress, published } from "../shared/address.js";
import { el, frame } from "../shared/dom.js";
import { createFooter } from "../shared/footer.js";
import { createScreen } from "../shared/screen.js";
import { createCalculation } from "./calculation.js";
import { createControls, createFormula } from "./controls.js";
import { createEditor, createTile } from "./editor.js";
import { NAME, fromFields, toHash } from "./link.js";
import { createPatch } from "./patch.js";
import { convolutionPrompts } from "./prompts.js";
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
  const [samples, gallery] = [model.get("_samples"), model.get("_gallery")];
  const start = startState((name) => model.get(name));
  const linked = published(host) && !start.compact;
  const store = createStore(model, start, (options) => drawing.schedule(options));
  const parts = assemble(store, { start, linked, gallery, samples });
  const drawing = createDrawing(model, store, parts, signal);
  host.append(parts.node);

  acceptDrops(parts.node, store);
  pull(model, store, signal);
  if (linked) followAddress(parts.node, NAME, (fields) => store.update(fromFields(fields, samples, gallery)), signal);
  await store.load();
  drawing.start();
  return () => leaving.abort();
}

/** Draws the state, tells the traits, and says what a reader who listens must know. */
function createDrawing(model, store, parts, signal) {
  const result = resultOf();
  const speaker = createSpeaker(parts.status);
  let told = store.state;
  let pending = {};

  function paint(theme) {
    told = push(model, store.state, told);
    store.view = result(store.state);
    if (theme) for (const part of parts.drawn) part.draw(store.state, store.view, theme);
    speaker.follow(store.state, store.view, pending);
    pending = {};
  }
  const screen = createScreen(parts.node, paint, signal);
  const schedule = (options) => {
    pending = { ...pending, ...options };
    screen.schedule();
  };
  signal.addEventListener("abort", () => {
    speaker.stop();
    parts.stop();
  });
  return { schedule, start: screen.start };
}

function assemble(store, { start, linked, samples, gallery }) {
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
  const footer = createFooter(() => store.reset(start), linked ? toHash : null);
  const node = frame(
    "Convolution demo",
    convolutionPrompts(store, samples, gallery).node,
    controls.node,
    formula.node,
    stage.node,
    footer.node,
    status,
  );
  node.classList.add("cv-demo");
  return { node, status, drawn: [controls, formula, stage, footer], stop: transport.stop };
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
