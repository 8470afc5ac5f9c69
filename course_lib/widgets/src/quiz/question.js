// One question: the answer's controls, what comes back when it is checked, and in the end all explanations.
import { button, el, uid } from "../shared/dom.js";
import { inline } from "../shared/inline.js";
import { judgeChoices, judgeNumber, readNumber } from "./judge.js";

const sign = (right) => el("span", { "aria-hidden": "true" }, right ? "✓ " : "✗ ");
const verdict = (right) => el("strong", {}, sign(right), right ? "Right." : "Not quite.");
const written = (number) => number.toLocaleString("en-US", { maximumSignificantDigits: 15 });

/** A choice with its explanation; the sign's word is there for those who do not see it. */
function reason({ right, text, why }) {
  const word = el("span", { class: "cd-hidden" }, right ? "Right: " : "Wrong: ");
  return el("p", { class: right ? "quiz-right" : "quiz-wrong" },
    el("strong", {}, sign(right), word, inline(text)), " ", inline(why));
}

/** Choices, of which one or several may be picked. `check()` returns null as long as none is. */
function choicesPart(question, changed) {
  const name = uid("choice");
  const inputs = question.choices.map(() =>
    el("input", { type: question.several ? "checkbox" : "radio", name, onchange: changed }));
  const node = el("div", { class: "quiz-choices" },
    question.choices.map(({ text }, i) => el("label", {}, inputs[i], el("span", {}, inline(text)))));

  function check() {
    const places = inputs.flatMap((input, i) => (input.checked ? [i] : []));
    if (!places.length) return null;
    const { right, given, missing } = judgeChoices(question, places);
    const reasons = question.several
      ? given.map(reason)
      : [el("p", {}, inline(given[0].why))];
    const almost = missing > 0 && given.every((choice) => choice.right);
    return { right, nodes: almost ? [...reasons, el("p", {}, `So far all right, ${missing} more to find.`)] : reasons };
  }

  const all = () => question.choices.map(reason);
  return { node, check, all, missing: question.several ? "Tick at least one choice first." : "Pick an answer first." };
}

/** A number to type. `check()` returns null as long as there is none. */
function numberPart(question, changed) {
  const id = uid("number");
  const input = el("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", oninput: changed });
  const node = el("div", { class: "quiz-number" }, el("label", { for: id }, "Your answer"), input,
    question.unit ? el("span", {}, inline(question.unit)) : null);

  function check() {
    const value = readNumber(input.value);
    input.setAttribute("aria-invalid", String(value === null));
    if (value === null) return null;
    const { right, why } = judgeNumber(question, value);
    return { right, nodes: [el("p", {}, inline(why))] };
  }

  const all = () => [
    reason({ right: true, text: written(question.answer), why: question.why }),
    ...question.wrong.map(([value, why]) => reason({ right: false, text: written(value), why })),
  ];
  return { node, check, all, missing: "Write a number first, such as 1200 or 0.5." };
}

/** A button that shows and hides `box`. */
function opener(text, box) {
  const control = button(text, () => {
    box.hidden = !box.hidden;
    control.setAttribute("aria-expanded", String(!box.hidden));
  }, { "aria-expanded": "false", "aria-controls": box.id });
  return control;
}

/** Builds a question; `solved()` is called when its answer is right for the first time. */
export function questionView(question, place, solved) {
  const feedback = el("div", { role: "status", class: "quiz-feedback" });
  const part = (question.choices ? choicesPart : numberPart)(question, clear);
  const hint = el("p", { id: uid("hint"), class: "cd-note", hidden: true }, inline(question.hint ?? ""));
  const all = el("div", { id: uid("all"), class: "quiz-all", hidden: true });
  const more = opener("Show all explanations", all);
  more.hidden = true;

  function clear() {
    feedback.replaceChildren();
    feedback.className = "quiz-feedback";
  }

  function check(event) {
    event.preventDefault();
    clear();
    const result = part.check();
    if (!result) {
      feedback.append(part.missing);
      return;
    }
    feedback.classList.add(result.right ? "quiz-right" : "quiz-wrong");
    feedback.append(verdict(result.right), ...result.nodes);
    if (!result.right || !more.hidden) return;
    more.hidden = false;
    all.replaceChildren(...part.all());
    solved();
  }

  const legend = el("legend", {}, place ? `${place}. ` : "", inline(question.text));
  const several = question.several ? el("p", { class: "cd-note quiz-several" }, "Tick all that are right.") : null;
  const submit = el("button", { type: "submit", class: "cd-primary" }, "Check");
  return el("form", { class: "quiz-question", novalidate: true, onsubmit: check },
    el("fieldset", {}, legend, several, part.node),
    el("div", { class: "quiz-actions" }, submit, question.hint ? opener("Hint", hint) : null, more),
    hint, feedback, all);
}
