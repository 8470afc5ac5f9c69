// What a screen reader hears: the sum after a step at once; what a change of settings led to only when it has settled.
import { number } from "./format.js";

const SETTLED = 900;

export function createSpeaker(status) {
  let timer = null;
  let last = null;
  const say = (text) => {
    status.textContent = text;
  };
  const stop = () => clearTimeout(timer);

  function follow(state, view, { speak, pen }) {
    if (pen) return say(penText(state));
    if (speak && view?.position)
      return say(`Row ${view.position.row + 1}, column ${view.position.column + 1}: ${number(view.value)}`);
    if (!view) return;
    const changed = last && view.output !== last.output;
    last = view;
    if (!changed || state.playing) return;
    stop();
    timer = setTimeout(() => say(outputText(view)), SETTLED);
  }
  return { follow, stop };
}

const penText = ({ picture, penRow, penColumn }) => {
  const { width, data } = picture.planes[0];
  return `Row ${penRow + 1}, column ${penColumn + 1}: ${number(data[penRow * width + penColumn])}`;
};

function outputText({ output, low, high }) {
  if (!output) return "The window does not fit: no output.";
  return `Output ${output.sum.height} by ${output.sum.width}, values from ${number(low)} to ${number(high)}.`;
}
