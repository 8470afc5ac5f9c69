"""The quiz: all kinds of questions on a page of our own, then the questions that the book's pages carry."""

import re

import pytest
from playwright.sync_api import expect

from course_lib.widgets import NumberQuestion, Question, Quiz, Right, Wrong

ONE, SEVERAL, NUMBER = range(3)
QUESTIONS = (
    Question(
        "What does padding 2 leave of 32 pixels under a 5×5 kernel?",
        Right("32", "Two zeros on *each* side make up for it."),
        Wrong("28", "That is without padding."),
        Wrong("30", "That is half of the padding."),
    ),
    Question(
        "What changes the number of parameters of `Conv2d`?",
        Right("the kernel size", "Each kernel has k·k weights."),
        Wrong("the stride", "It decides where the kernel stands."),
        Right("the number of maps", "Each map has a filter of C<sub>in</sub> kernels."),
        hint="Where are weights shared?",
        shuffle=False,
    ),
    NumberQuestion(
        "How many parameters?", 15_200, "(5·5·3 + 1)·200", wrong={15_000: "No bias."}, unit="parameters"
    ),
)
# The questions that a page carries, in their order.
FIND = """() => {
  const json = (kind) => [...document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${kind}+json"]`)]
    .map((script) => JSON.parse(script.textContent));
  const states = Object.assign({}, ...json("state").map(({ state }) => state));
  return json("view").flatMap(({ model_id }) => states[model_id].state.questions ?? []);
}"""


@pytest.fixture
def open_quiz(open_demo):
    """Open the questions above on a page that holds nothing else."""
    return lambda **screen: open_demo(Quiz(*QUESTIONS), **screen).page


@pytest.fixture
def forms(open_quiz):
    return forms_of(open_quiz())


def forms_of(page) -> list:
    forms = page.locator("form.quiz-question")
    expect(forms).to_have_count(len(page.evaluate(FIND)))
    return forms.all()


def plain(text: str) -> str:
    """A text as it is shown, without its markup."""
    return re.sub(r"`([^`]+)`|(?<![\w*])\*([^*]+)\*(?![\w*])|</?su[bp]>", r"\1\2", text)


def option(form, text: str):
    return form.get_by_label(text, exact=True)


def check(form):
    form.get_by_role("button", name="Check").click()


def feedback(form):
    return form.get_by_role("status")


def test_a_wrong_choice_is_explained_and_the_reader_may_try_again(forms):
    form = forms[ONE]
    option(form, "28").check()
    expect(feedback(form)).to_have_text("")
    check(form)
    expect(feedback(form)).to_have_text("✗ Not quite.That is without padding.")
    option(form, "32").check()
    expect(feedback(form)).to_have_text("")
    check(form)
    expect(feedback(form)).to_have_text("✓ Right.Two zeros on each side make up for it.")


def test_arrow_keys_choose_without_checking_and_enter_checks(forms):
    form, keyboard = forms[ONE], forms[ONE].page.keyboard
    radios = form.get_by_role("radio")
    radios.first.focus()
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    expect(radios.nth(1)).to_be_checked()
    expect(feedback(form)).to_have_text("")
    keyboard.press("Enter")
    expect(feedback(form)).not_to_have_text("")
    expect(radios.nth(1)).to_be_focused()


def test_checking_without_an_answer_asks_for_one(forms):
    requests = ("Pick an answer first.", "Tick at least one choice first.", "Write a number first")
    for form, request in zip(forms, requests, strict=True):
        check(form)
        expect(feedback(form)).to_contain_text(request)


def test_several_choices_are_right_only_all_together(forms):
    form = forms[SEVERAL]
    option(form, "the kernel size").check()
    check(form)
    expect(feedback(form)).to_contain_text("Not quite.")
    expect(feedback(form)).to_contain_text("So far all right, 1 more to find.")
    option(form, "the stride").check()
    check(form)
    expect(feedback(form)).to_contain_text("Wrong: the stride It decides where the kernel stands.")
    expect(feedback(form)).not_to_contain_text("more to find")
    option(form, "the stride").uncheck()
    option(form, "the number of maps").check()
    check(form)
    expect(feedback(form)).to_contain_text("Right.")


def test_numbers_are_judged_as_people_write_them(forms):
    form = forms[NUMBER]
    field = form.get_by_label("Your answer")
    answers = {
        "15,000": "No bias.",
        "15 201": "too large",
        "1.5e4": "No bias.",
        "−7": "too small",
        "1.52e4": "Right.",
    }
    for answer, verdict in answers.items():
        field.fill(answer)
        field.press("Enter")
        expect(feedback(form)).to_contain_text(verdict)
        expect(field).to_have_attribute("aria-invalid", "false")
    field.fill("many")
    check(form)
    expect(field).to_have_attribute("aria-invalid", "true")


def test_all_explanations_are_offered_only_after_the_right_answer(forms):
    form = forms[SEVERAL]
    more = form.get_by_role("button", name="Show all explanations")
    expect(more).to_be_hidden()
    option(form, "the kernel size").check()
    option(form, "the number of maps").check()
    check(form)
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(form.get_by_text("It decides where the kernel stands.")).to_be_visible()


def test_a_hint_opens_on_demand(forms):
    form = forms[SEVERAL]
    expect(form.get_by_text("Where are weights shared?")).to_be_hidden()
    form.get_by_role("button", name="Hint").press("Enter")
    expect(form.get_by_text("Where are weights shared?")).to_be_visible()
    expect(forms[ONE].get_by_role("button", name="Hint")).to_have_count(0)


def test_solved_questions_are_counted_once(forms):
    demo = forms[ONE].page.get_by_role("region", name="Check yourself")
    expect(demo).to_contain_text("0 of 3 solved")
    option(forms[ONE], "32").check()
    check(forms[ONE])
    check(forms[ONE])
    expect(demo).to_contain_text("1 of 3 solved")
    option(forms[SEVERAL], "the kernel size").check()
    option(forms[SEVERAL], "the number of maps").check()
    check(forms[SEVERAL])
    forms[NUMBER].get_by_label("Your answer").fill("15200")
    check(forms[NUMBER])
    expect(demo).to_contain_text("All solved.")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 375])
def test_an_answered_quiz_is_accessible_and_fits(open_quiz, axe, dark, width):
    page = open_quiz(dark=dark, width=width)
    one, several, number = forms_of(page)
    option(one, "28").check()
    option(several, "the kernel size").check()
    option(several, "the number of maps").check()
    number.get_by_label("Your answer").fill("many")
    several.get_by_role("button", name="Hint").click()
    for form in (one, several, number):
        check(form)
    several.get_by_role("button", name="Show all explanations").click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_every_answer_foreseen_in_the_book_is_explained(open_page, built):
    pages = [path for path in sorted(built.rglob("*.html")) if "widgets.quiz.Quiz" in path.read_text("utf-8")]
    assert pages
    for path in pages:
        page = open_page(path.relative_to(built).as_posix())
        for form, question in zip(forms_of(page), page.evaluate(FIND), strict=True):
            for right, why in foreseen(form, question):
                check(form)
                expect(feedback(form)).to_contain_text("Right." if right else "Not quite.")
                expect(feedback(form)).to_contain_text(plain(why))


def foreseen(form, question: dict):
    """Give each answer that a question foresees, one after the other, and say what must come back."""
    if "choices" in question:
        for i, choice in enumerate(question["choices"]):
            inputs = form.get_by_role("checkbox" if question["several"] else "radio")
            inputs.nth(i).check()
            yield choice["right"] and not question["several"], choice["why"]
            if question["several"]:
                inputs.nth(i).uncheck()
    else:
        for value, why in [*question["wrong"], (question["answer"], question["why"])]:
            form.get_by_label("Your answer").fill(str(value))
            yield value == question["answer"], why
