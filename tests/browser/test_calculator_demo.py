import re

import pytest
from playwright.sync_api import expect

PATH = "02-convolution/shapes.html"


@pytest.fixture
def demo(open_page):
    return open_page(PATH).get_by_role("region", name="Shape calculator")


def layer(demo, place: int):
    """The button of the layer at a place of the table, counted from 1."""
    return demo.get_by_role("button", name=re.compile(rf"^{place} "))


def row(button):
    return button.locator("xpath=ancestor::tr")


def editor(button):
    return row(button).locator("xpath=following-sibling::tr[1]")


def announced(demo, text: str):
    """The live region that says a text."""
    return demo.get_by_role("status").filter(has_text=text)


def total(demo, name: str):
    return (
        demo.locator("dl")
        .last.locator("div")
        .filter(has=demo.page.get_by_text(name, exact=True))
        .locator("strong")
    )


def test_the_page_starts_with_the_small_vgg(demo):
    expect(total(demo, "Parameters")).to_have_text("2,169,066")
    expect(layer(demo, 22)).to_have_accessible_name("22 Dense 10 units")


def test_the_layer_of_200_maps_shows_its_known_costs(demo):
    demo.get_by_label("Network").select_option("one layer of 200 maps")
    cells = row(layer(demo, 1)).get_by_role("cell")
    expect(cells.filter(visible=True)).to_have_text(["200×150×100", "15,200", "225 M", "12 MB", "5×5"])
    expect(total(demo, "Training")).to_have_text("1.2 GB")
    demo.get_by_label("Numbers").select_option("float16")
    expect(total(demo, "Training")).to_have_text("600 MB")


def test_a_layer_opens_and_changes_by_keyboard_alone(demo):
    button = layer(demo, 1)
    keyboard = demo.page.keyboard
    button.focus()
    keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    keyboard.press("Tab")
    expect(editor(button).get_by_label("Maps out")).to_be_focused()
    keyboard.press("ControlOrMeta+a")
    keyboard.type("16")
    expect(row(button)).to_contain_text("16×32×32")
    expect(editor(button)).to_contain_text("(3·3·3)·16 = 432")
    expect(announced(demo, "16×32×32, 432 parameters")).to_have_count(1)
    button.focus()
    keyboard.press("Space")
    expect(button).to_have_attribute("aria-expanded", "false")


def test_arrow_keys_step_a_number(demo):
    button = layer(demo, 1)
    button.click()
    editor(button).get_by_label("Kernel size").focus()
    demo.page.keyboard.press("ArrowUp")
    expect(button).to_contain_text("4×4")


def test_moving_keeps_the_focus_and_is_announced(demo):
    button = layer(demo, 2)
    button.click()
    editor(button).get_by_role("button", name="Move down").focus()
    demo.page.keyboard.press("Enter")
    expect(layer(demo, 2)).to_have_accessible_name("2 ReLU")
    expect(layer(demo, 3)).to_have_accessible_name("3 Batch norm")
    expect(editor(layer(demo, 3)).get_by_role("button", name="Move down")).to_be_focused()
    expect(announced(demo, "Batch norm is now layer 3 of 22.")).to_have_count(1)


def test_the_first_layer_cannot_move_up_nor_the_last_down(demo):
    first, last = layer(demo, 1), layer(demo, 22)
    first.click()
    expect(editor(first).get_by_role("button", name="Move up")).to_be_disabled()
    last.click()
    expect(editor(last).get_by_role("button", name="Move down")).to_be_disabled()


def test_removing_hands_the_focus_to_the_next_layer(demo):
    button = layer(demo, 1)
    button.click()
    editor(button).get_by_role("button", name="Remove").press("Enter")
    expect(layer(demo, 1)).to_have_accessible_name("1 Batch norm")
    expect(layer(demo, 1)).to_be_focused()
    expect(announced(demo, "Convolution removed, 21 layers left.")).to_have_count(1)


def test_a_network_can_be_emptied_and_built_anew(demo):
    demo.get_by_label("Network").select_option("Conv2d(3, 10, 5)")
    button = layer(demo, 1)
    button.click()
    editor(button).get_by_role("button", name="Remove").click()
    add = demo.get_by_role("button", name="Add at the end")
    expect(add).to_be_focused()
    add.click()
    expect(editor(layer(demo, 1)).get_by_label("Maps out")).to_be_focused()
    expect(total(demo, "Parameters")).to_have_text("896")


def test_a_new_layer_goes_behind_the_open_one(demo):
    layer(demo, 2).click()
    demo.get_by_label("New layer").select_option("pool")
    demo.get_by_role("button", name="Add after layer 2").click()
    expect(layer(demo, 3)).to_have_accessible_name("3 Max pooling 2×2")
    expect(layer(demo, 3)).to_have_attribute("aria-expanded", "true")


def test_an_impossible_layer_is_explained_and_the_table_goes_up_to_it(demo):
    button = layer(demo, 9)
    button.click()
    editor(button).get_by_label("Kernel size").fill("20")
    editor(button).get_by_label("Padding").select_option("0")
    expect(row(button)).to_contain_text("A 20×20 kernel does not fit in an input of 16×16")
    expect(row(layer(demo, 7))).to_contain_text("32×16×16")
    expect(row(layer(demo, 17)).get_by_role("cell").first).to_have_text("–")
    expect(demo).to_contain_text("The totals end before layer 9")
    expect(announced(demo, "does not fit")).to_have_count(1)


def test_an_empty_field_is_marked_and_explained(demo):
    button = layer(demo, 1)
    button.click()
    field = editor(button).get_by_label("Stride")
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(row(button)).to_contain_text("The stride must be a whole number, 1 or more.")
    demo.get_by_label("Height").fill("")
    expect(demo).to_contain_text("The input's channels, height and width must be whole numbers")


def test_start_again_brings_the_preset_back(demo):
    demo.get_by_label("Channels").fill("1")
    expect(total(demo, "Parameters")).to_have_text("2,168,490")
    demo.get_by_role("button", name="Start again").click()
    expect(total(demo, "Parameters")).to_have_text("2,169,066")
    expect(demo.get_by_label("Channels")).to_have_value("3")


def test_the_code_follows_the_table(demo):
    demo.get_by_label("Network").select_option("Conv2d(3, 10, 5)")
    demo.get_by_text("This network as code").click()
    expect(demo.get_by_label("PyTorch", exact=True)).to_have_value(re.compile(r"nn\.Conv2d\(3, 10, 5\),"))
    expect(demo.get_by_label("Keras", exact=True)).to_have_value(re.compile(r"layers\.Conv2D\(10, 5\),"))
    demo.get_by_role("button", name="Copy the Keras code").click()
    expect(announced(demo, "Keras code")).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_open_calculator_is_accessible_and_fits(open_page, axe, dark, width):
    page = open_page(PATH, dark=dark, width=width)
    demo = page.get_by_role("region", name="Shape calculator")
    button = layer(demo, 1)
    button.click()
    demo.get_by_text("This network as code").click()
    editor(button).get_by_label("Groups").fill("2")
    expect(row(button)).to_contain_text("groups must divide")
    page.evaluate(
        "scrollTo(0, 0)"
    )  # where the theme's floating button to the top, which covers fields, is gone
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
