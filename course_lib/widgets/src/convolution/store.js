// Holds the state, applies changes to it and fetches the picture it names.
import { decode, decodeFile, drawing, firstDrawing, painted } from "./images.js";
import { update } from "./state.js";

/** `changed(options)` is called after every change; `options.speak` asks for the sum to be read out. */
export function createStore(model, start, changed) {
  const store = { state: start, view: null };
  const own = {};
  let ticket = 0;

  store.update = (change, options = {}) => {
    const patch = typeof change === "function" ? change(store.state) : change;
    const { image } = store.state;
    store.state = update(store.state, patch);
    if (store.state.image !== image && !patch.picture) store.load();
    changed(options);
  };

  /** Shows a picture once it is read, unless another has been asked for meanwhile. */
  async function show(reading) {
    const mine = ++ticket;
    try {
      const picture = await reading;
      if (mine === ticket) store.update({ picture, failure: null, ...(picture && { image: picture.name }) });
    } catch (error) {
      if (mine === ticket) store.update({ failure: error.message });
    }
  }

  function read(image) {
    if (image === "drawing") return own.drawing ?? firstDrawing();
    if (image === "file") return own.file ?? null;
    return decode(image, image === "array" ? model.get("_array") : model.get("_samples")[image]);
  }

  store.load = () => show(read(store.state.image));
  store.open = (file) => show(decodeFile(file).then(keepFile));
  function keepFile(picture) {
    own.file = picture;
    store.update({ mode: "sweep" });
    return picture;
  }
  store.reset = (start) => {
    own.drawing = undefined;
    store.update(start);
    store.load();
  };
  addPen(store, own);
  return store;
}

/** Drawing: what the reader draws is kept in `own`, to be there when another picture was looked at meanwhile. */
function addPen(store, own) {
  store.paint = (row, column) => {
    const { picture, pen } = store.state;
    const { height, width } = picture.planes[0];
    if (row < 0 || row >= height || column < 0 || column >= width) return;
    own.drawing = painted(picture, row, column, pen);
    store.update({ picture: own.drawing, penRow: row, penColumn: column }, { pen: true });
  };
  store.clear = () => {
    own.drawing = drawing();
    store.update({ picture: own.drawing });
  };
}
