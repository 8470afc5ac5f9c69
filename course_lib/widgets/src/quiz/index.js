// Check-yourself questions. What the reader answers stays on the page: nothing is saved or sent.
import { el, frame } from "../shared/dom.js";
import { questionView } from "./question.js";

function render({ model, el: root }) {
  const questions = model.get("questions");
  const tally = el("p", { class: "cd-note quiz-tally" });
  let solved = 0;

  function count() {
    tally.textContent = solved === questions.length ? "✓ All solved." : `${solved} of ${questions.length} solved`;
  }
  const views = questions.map((question, i) => questionView(question, questions.length > 1 ? i + 1 : null, () => {
    solved += 1;
    count();
  }));
  count();
  root.append(frame("Check yourself", ...views, questions.length > 1 ? tally : null));
}

export default { render };
