"""The quizzes of a page, checked against the questions that the page carries."""

import re

import pytest
from playwright.sync_api import expect

PATH = "02-convolution/convolution.html"
QUESTIONS = """() => {
  const json = (kind) => [...document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${kind}+json"]`)]
    .map((script) => JSON.parse(script.textContent));
  const states = Object.assign({}, ...json("state").map(({ state }) => state));
  return json("view").flatMap(({ model_id }) => states[model_id].state.questions ?? []);
}"""


@pytest.fixture
def page(open_page):
    return open_page(PATH)


def plain(text: str) -> str:
    """A text as it is shown, without its markup."""
    return re.sub(r"`([^`]+)`|(?<![\w*])\*([^*]+)\*(?![\w*])|</?su[bp]>", r"\1\2", text)


def questions(page, kind: str) -> list:
    """The questions of a kind as (form, what it was made from); a page without any cannot test it."""
    found = page.evaluate(QUESTIONS)
    of_kind = {
        "one": lambda question: "choices" in question and not question["several"],
        "several": lambda question: question.get("several", False),
        "number": lambda question: "answer" in question,
    }[kind]
    forms = page.locator("form.quiz-question")
    expect(forms).to_have_count(len(found))
    chosen = [(forms.nth(i), question) for i, question in enumerate(found) if of_kind(question)]
    assert chosen, f"{PATH} has no question of the kind {kind!r}"
    return chosen


def options(form):
    return form.get_by_role("radio").or_(form.get_by_role("checkbox"))


def check(form):
    form.get_by_role("button", name="Check").click()


def feedback(form):
    return form.get_by_role("status")


def right_places(question: dict) -> list[int]:
    return [i for i, choice in enumerate(question["choices"]) if choice["right"]]


def test_every_choice_is_explained_when_checked(page):
    for form, question in questions(page, "one"):
        for i, choice in enumerate(question["choices"]):
            options(form).nth(i).check()
            expect(feedback(form)).to_have_text("")
            check(form)
            expect(feedback(form)).to_contain_text("Right." if choice["right"] else "Not quite.")
            expect(feedback(form)).to_contain_text(plain(choice["why"]))


def test_arrow_keys_choose_without_checking_and_enter_checks(page):
    form, _ = questions(page, "one")[0]
    options(form).first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(options(form).nth(1)).to_be_checked()
    expect(feedback(form)).to_have_text("")
    page.keyboard.press("Enter")
    expect(feedback(form)).not_to_have_text("")
    expect(options(form).nth(1)).to_be_focused()


def test_checking_without_an_answer_asks_for_one(page):
    for kind, request in (
        ("one", "Pick an answer"),
        ("several", "Tick at least one"),
        ("number", "Write a number"),
    ):
        form, _ = questions(page, kind)[0]
        check(form)
        expect(feedback(form)).to_contain_text(request)


def test_several_choices_are_right_only_all_together(page):
    for form, question in questions(page, "several"):
        places = right_places(question)
        for i in places[:-1]:
            options(form).nth(i).check()
        check(form)
        expect(feedback(form)).to_contain_text("1 more to find")
        wrong = next(i for i in range(len(question["choices"])) if i not in places)
        options(form).nth(wrong).check()
        check(form)
        expect(feedback(form)).to_contain_text(plain(question["choices"][wrong]["why"]))
        options(form).nth(wrong).uncheck()
        options(form).nth(places[-1]).check()
        check(form)
        expect(feedback(form)).to_contain_text("Right.")


def test_known_wrong_numbers_are_explained_and_others_told_their_direction(page):
    for form, question in questions(page, "number"):
        field = form.get_by_label("Your answer")
        for value, why in question["wrong"]:
            field.fill(str(value))
            check(form)
            expect(feedback(form)).to_contain_text("Not quite.")
            expect(feedback(form)).to_contain_text(plain(why))
        field.fill("1e30")
        field.press("Enter")
        expect(feedback(form)).to_contain_text("too large")
        field.fill("many")
        check(form)
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill(f"{question['answer']:,}")
        check(form)
        expect(feedback(form)).to_contain_text("Right.")


def test_all_explanations_are_offered_only_after_the_right_answer(page):
    form, question = questions(page, "one")[0]
    more = form.get_by_role("button", name="Show all explanations")
    expect(more).to_be_hidden()
    options(form).nth(right_places(question)[0]).check()
    check(form)
    more.click()
    expect(more).to_have_attribute("aria-expanded", "true")
    for choice in question["choices"]:
        expect(form.get_by_text(plain(choice["why"])).last).to_be_visible()


def test_a_hint_opens_on_demand(page):
    hinted = [
        pair for kind in ("one", "several", "number") for pair in questions(page, kind) if pair[1]["hint"]
    ]
    assert hinted, f"{PATH} has no question with a hint"
    form, question = hinted[0]
    expect(form.get_by_text(plain(question["hint"]))).to_be_hidden()
    form.get_by_role("button", name="Hint").press("Enter")
    expect(form.get_by_text(plain(question["hint"]))).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 375])
def test_answered_quizzes_are_accessible_and_fit(open_page, axe, dark, width):
    page = open_page(PATH, dark=dark, width=width)
    for form, question in questions(page, "one"):
        options(form).nth(right_places(question)[0]).check()
        check(form)
        form.get_by_role("button", name="Show all explanations").click()
    for form, _ in questions(page, "several"):
        options(form).first.check()
        check(form)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
