// One question: the answer's controls, what comes back when it is checked, and in the end all explanations.
import { button, el, uid } from "../shared/dom.js";
import { inline } from "../shared/inline.js";
import { judgeChoices, judgeNumber, readNumber } from "./judge.js";

const VERDICT = { true: ["✓", "Right."], false: ["✗", "Not quite."] };

function verdict(right) {
  const [sign, word] = VERDICT[right];
  return el("strong", {}, el("span", { "aria-hidden": "true" }, `${sign} `), word);
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
      ? given.map((choice) => reason(VERDICT[choice.right][0], choice.right, choice.text, choice.why))
      : [el("p", {}, inline(given[0].why))];
    const almost = missing && given.every((choice) => choice.right);
    return { right, nodes: [...reasons, almost ? el("p", {}, `So far all right, ${missing} more to find.`) : null] };
  }

  const all = () => question.choices.map(({ right, text, why }) => reason(VERDICT[right][0], right, text, why));
  return { node, check, all, missing: question.several ? "Tick at least one choice first." : "Pick an answer first." };
}

/** A number to type. `check()` returns null as long as there is none. */
function numberPart(question, changed) {
  const input = el("input", { id: uid("number"), type: "text", inputmode: "decimal", autocomplete: "off", oninput: changed });
  const node = el("div", { class: "quiz-number" }, el("label", { for: input.id }, "Your answer"), input,
    question.unit ? el("span", {}, inline(question.unit)) : null);

  function check() {
    const value = readNumber(input.value);
    input.setAttribute("aria-invalid", String(value === null));
    if (value === null) return null;
    const { right, why } = judgeNumber(question, value);
    return { right, nodes: [el("p", {}, inline(why))] };
  }

  const all = () => [
    reason("✓", true, question.answer.toLocaleString("en-US", { maximumSignificantDigits: 15 }), question.why),
    ...question.wrong.map(([value, why]) => reason("✗", false, value.toLocaleString("en-US", { maximumSignificantDigits: 15 }), why)),
  ];
  return { node, check, all, missing: "Write a number first, such as 1200 or 0.5." };
}

function reason(sign, right, text, why) {
  return el("p", { class: right ? "quiz-right" : "quiz-wrong" },
    el("strong", {}, el("span", { "aria-hidden": "true" }, `${sign} `), el("span", { class: "cd-hidden" }, right ? "Right: " : "Wrong: "), inline(text)),
    " ", inline(why));
}

/** Builds a question; `solved()` is called when its answer is right for the first time. */
export function questionView(question, place, solved) {
  const feedback = el("div", { role: "status", class: "quiz-feedback" });
  const part = (question.choices ? choicesPart : numberPart)(question, clear);
  const all = el("div", { id: uid("all"), class: "quiz-all", hidden: true });
  const more = button("Show all explanations", () => toggle(more, all), { "aria-expanded": "false", "aria-controls": all.id, hidden: true });
  const hint = question.hint ? hintPart(question.hint) : [];
  const legend = el("legend", {}, place ? `${place}. ` : "", inline(question.text));

  function clear() {
    feedback.replaceChildren();
    feedback.className = "quiz-feedback";
  }

  function check() {
    const result = part.check();
    clear();
    if (!result) {
      feedback.append(part.missing);
      return;
    }
    feedback.classList.add(result.right ? "quiz-right" : "quiz-wrong");
    feedback.append(verdict(result.right), ...result.nodes.filter(Boolean));
    if (!result.right || !more.hidden) return;
    more.hidden = false;
    all.replaceChildren(...part.all());
    solved();
  }

  return el("form", { class: "quiz-question", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    check();
  } },
    el("fieldset", {}, legend, question.several ? el("p", { class: "cd-note quiz-several" }, "Tick all that are right.") : null, part.node),
    el("div", { class: "quiz-actions" }, el("button", { type: "submit", class: "cd-primary" }, "Check"), hint[0], more),
    hint[1], feedback, all);
}

function hintPart(text) {
  const box = el("p", { id: uid("hint"), class: "cd-note", hidden: true }, inline(text));
  const show = button("Hint", () => toggle(show, box), { "aria-expanded": "false", "aria-controls": box.id });
  return [show, box];
}

function toggle(control, box) {
  box.hidden = !box.hidden;
  control.setAttribute("aria-expanded", String(!box.hidden));
}
