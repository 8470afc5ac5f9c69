import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

PATH = "02-convolution/convolution.html"
FIRST_ROW = ["−5", "−4", "0", "8"]
EVERY_ROW = "−5 −4 0 8; −10 −2 2 3; 0 −2 −4 −7; −3 −2 −3 −16"


@pytest.fixture
def demo(open_page):
    return demo_on(open_page(PATH))


def demo_on(page):
    """The first demo of a page."""
    return page.get_by_role("region", name="Convolution demo").first


def picture(demo, name: str):
    return demo.get_by_role("img", name=re.compile(f"^{name}, "))


def board(demo, name: str):
    return demo.get_by_role("application", name=re.compile(f"^{name} "))


def result(demo):
    return demo.locator(".cv-result")


def click_cell(demo, name: str, row: int, column: int, rows: int):
    """Click a cell, counted from 0, of a picture that is `rows` cells high."""
    canvas = picture(demo, name)
    box = canvas.bounding_box()
    side, margin = (box["height"] - 6) / rows, 3
    canvas.click(position={"x": margin + (column + 0.5) * side, "y": margin + (row + 0.5) * side})


def colors(canvas) -> int:
    """How many different colors a picture holds."""
    return canvas.evaluate(
        """canvas => new Set(new Uint32Array(
          canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )


def pixels(demo, name: str) -> bytes:
    """What a picture shows, to see whether it changes."""
    return picture(demo, name).evaluate("canvas => canvas.toDataURL()")


def png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()


def test_the_worked_example_is_stepped_through_by_mouse(demo):
    for place, value in enumerate(FIRST_ROW):
        if place:
            demo.get_by_role("button", name="Next").click()
        expect(result(demo)).to_have_text(value)
    expect(demo.get_by_role("status").last).to_have_text("Row 1, column 4: 8")
    expect(demo).to_contain_text("2·1 + 7·0 + 4·(−1) = −2")


def test_the_products_of_the_first_sum_are_shown(demo):
    terms = demo.get_by_role("group", name="Products")
    for line in ("3·1 + 0·0 + 1·(−1) = 2", "1·1 + 5·0 + 8·(−1) = −7", "2·1 + 7·0 + 2·(−1) = 0"):
        expect(terms).to_contain_text(line)
    expect(demo).to_contain_text("2 − 7 + 0 = −5")


def test_the_worked_example_is_stepped_through_by_keyboard(demo):
    board(demo, "Output").focus()
    for key, value in (
        ("ArrowRight", "−4"),
        ("ArrowDown", "−2"),
        ("End", "−16"),
        ("Home", "−5"),
        ("ArrowUp", "−5"),
    ):
        demo.page.keyboard.press(key)
        expect(result(demo)).to_have_text(value)
    expect(board(demo, "Output")).to_be_focused()


def test_an_output_not_yet_computed_is_blank_and_a_whole_one_is_not(demo):
    expect(picture(demo, "Output")).to_have_accessible_name(re.compile("Rows: −5 blank blank blank; blank"))
    demo.get_by_label("Whole output").check()
    expect(picture(demo, "Output")).to_have_accessible_name(re.compile(f"Rows: {EVERY_ROW}"))


def test_a_click_on_a_cell_moves_the_window_there(demo):
    click_cell(demo, "Output", 3, 3, rows=4)
    expect(result(demo)).to_have_text("−16")
    click_cell(demo, "Input", 1, 1, rows=6)
    expect(result(demo)).to_have_text("−5")


def test_play_runs_to_the_end_and_can_be_stopped(demo):
    demo.get_by_role("button", name="Play").click()
    demo.get_by_role("button", name="Pause").click()
    expect(demo.get_by_role("button", name="Play")).to_be_visible()
    board(demo, "Output").press("End")
    board(demo, "Output").press("ArrowLeft")
    demo.get_by_role("button", name="Play").click()
    expect(result(demo)).to_have_text("−16")
    expect(demo.get_by_role("button", name="Play")).to_be_visible()


def test_a_button_at_its_end_keeps_the_focus(demo):
    board(demo, "Output").press("End")
    following = demo.get_by_role("button", name="Next")
    following.focus()
    following.press("Enter")
    expect(following).to_be_focused()
    expect(following).to_be_disabled()
    expect(result(demo)).to_have_text("−16")


def test_the_output_moves_with_a_weight_typed_or_slid(demo):
    demo.get_by_label("row 2, column 2", exact=True).fill("2")
    expect(result(demo)).to_have_text("5")
    slider = demo.get_by_role("slider", name="Weight in row 2, column 2")
    slider.focus()
    demo.page.keyboard.press("ArrowRight")
    expect(result(demo)).to_have_text("10")
    expect(demo.get_by_label("Kernel", exact=True)).to_have_value("")


def test_stride_padding_and_dilation_change_size_and_formula(demo):
    demo.get_by_role("button", name="same").click()
    demo.get_by_label("Stride").press("ArrowRight")
    expect(demo).to_contain_text("⌊(6 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3")
    expect(board(demo, "Output")).to_have_accessible_name("Output 3 × 3")
    demo.get_by_label("Dilation").press("ArrowRight")
    expect(demo).to_contain_text("⌊(6 + 2·1 − 2·(3 − 1) − 1) / 2⌋ + 1 = 2")


def test_an_impossible_combination_is_said(demo):
    demo.get_by_label("Dilation").press("End")
    expect(demo).to_contain_text(
        "The window covers 9 × 9 values, but the input has only 6 × 6: there is no output."
    )
    expect(demo.get_by_role("button", name="Next")).to_be_disabled()
    demo.get_by_label("Dilation").press("Home")
    expect(result(demo)).to_have_text("−5")


def test_fractions_stay_whole_numbers_and_a_divisor(demo):
    demo.get_by_label("Kernel", exact=True).select_option("Box blur")
    expect(demo.get_by_label("Divide by")).to_have_value("9")
    expect(demo).to_contain_text("(4 + 14 + 11) / 9 = 3.222")


def test_a_photograph_is_filtered_live_under_the_mouse(demo):
    demo.get_by_label("Picture", exact=True).select_option("china")
    expect(board(demo, "Output")).to_have_accessible_name("Output 254 × 254")
    place = demo.locator(".cv-calculation .cv-title")
    expect(place).to_have_text("Output row 128, column 128")
    picture(demo, "Output").hover(position={"x": 10, "y": 10})
    expect(place).to_have_text(re.compile("Output row [1-9], column [1-9]$"))
    demo.get_by_label("Picture", exact=True).hover()
    expect(place).to_have_text("Output row 128, column 128")


def test_color_is_three_kernels_added_up(demo):
    demo.get_by_label("Picture", exact=True).select_option("flower")
    demo.get_by_label("In color: three channels").check()
    expect(demo).to_contain_text("3 × 9 weights + 1 bias = 28 parameters")
    for name in ("Red", "Green", "Blue"):
        expect(demo.get_by_role("group", name=f"{name} channel")).to_be_visible()
        assert colors(demo.get_by_role("img", name=f"Result of the {name.lower()} channel")) > 50
    demo.get_by_label("Green", exact=True).check()
    demo.get_by_label("row 2, column 2", exact=True).fill("7")
    expect(demo.get_by_role("img", name="Green kernel: 1 0 −1; 1 7 −1; 1 0 −1")).to_be_visible()
    expect(demo.get_by_role("img", name="Red kernel: 1 0 −1; 1 0 −1; 1 0 −1")).to_be_visible()
    demo.get_by_label("Bias").fill("100")
    expect(demo.locator(".cv-total")).to_contain_text(" + 100 = ")
    line = demo.locator(".cv-total").inner_text().replace("−", "-")
    *parts, total = map(float, re.findall(r"-?\d+", line.replace("- ", "-")))
    assert sum(parts) == total
    assert parts[-1] == 100


def test_a_file_of_the_readers_own_is_filtered(demo):
    demo.get_by_label("Picture", exact=True).select_option("Open a file")
    expect(demo).to_contain_text("No picture yet")
    file = {"name": "sky.png", "mimeType": "image/png", "buffer": png(600, 300, (10, 20, 30))}
    demo.get_by_label("Your picture").set_input_files(file)
    expect(board(demo, "Input")).to_have_accessible_name("Input 128 × 256")
    expect(demo).to_contain_text("18·1 + 18·0 + 18·(−1)")


def test_a_file_dropped_on_the_demo_is_filtered(demo):
    demo.evaluate(
        """(demo, bytes) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], "sky.png", { type: "image/png" }));
          demo.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        list(png(40, 30, (10, 20, 30))),
    )
    expect(board(demo, "Input")).to_have_accessible_name("Input 30 × 40")
    expect(demo.get_by_label("Picture", exact=True)).to_have_value("file")


def test_a_file_that_is_no_picture_is_refused_in_plain_words(demo):
    demo.get_by_label("Picture", exact=True).select_option("Open a file")
    file = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    demo.get_by_label("Your picture").set_input_files(file)
    expect(demo).to_contain_text("“notes.txt” could not be read as a picture.")


def test_a_drawing_is_made_by_mouse(demo):
    demo.get_by_label("Picture", exact=True).select_option("Draw one")
    demo.get_by_role("button", name="Clear the drawing").click()
    expect(picture(demo, "Input")).to_have_accessible_name(re.compile(r"Rows: 0( 0|; 0)+\.$"))
    click_cell(demo, "Input", 1, 0, rows=12)
    expect(picture(demo, "Input")).to_have_accessible_name(re.compile(r"; 10 0 0 0"))
    expect(demo.get_by_role("status").last).to_have_text("Row 2, column 1: 10")


def test_a_drawing_is_made_by_keyboard(demo):
    demo.get_by_label("Picture", exact=True).select_option("Draw one")
    demo.get_by_role("button", name="Clear the drawing").click()
    demo.get_by_label("Pen").select_option("half (5)")
    board(demo, "Input").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Space"):
        demo.page.keyboard.press(key)
    expect(demo.get_by_role("status").last).to_have_text("Row 2, column 3: 5")
    expect(picture(demo, "Input")).to_have_accessible_name(
        re.compile("Rows: 0 0 0 0 0 0 0 0 0 0 0 0; 0 0 5 0")
    )
    board(demo, "Output").press("Home")
    expect(result(demo)).to_have_text("−5")


def test_tasks_set_the_demo_up_and_reset_brings_the_start_back(demo):
    demo.get_by_role("button", name="Another").click()
    demo.get_by_role("button", name="Set it up").click()
    expect(demo.get_by_label("Picture", exact=True)).to_have_value("half-bright")
    demo.get_by_label("Whole output").check()
    expect(picture(demo, "Output")).to_have_accessible_name(re.compile("Rows: 0 30 30 0; 0 30 30 0"))
    demo.get_by_role("button", name="Turn by 90°").click()
    expect(picture(demo, "Output")).to_have_accessible_name(re.compile("Rows: 0 0 0 0; 0 0 0 0"))
    demo.get_by_role("button", name="Reset").click()
    expect(demo.get_by_label("Picture", exact=True)).to_have_value("matrix-6x6")
    expect(result(demo)).to_have_text("−5")


def test_a_link_brings_a_set_up_back(open_page):
    page = open_page(PATH)
    first = demo_on(page)
    first.get_by_label("Picture", exact=True).select_option("digit-3")
    first.get_by_label("Stride").press("ArrowRight")
    link = first.get_by_role("link", name="Link to this set-up")
    expect(link).to_have_attribute("href", re.compile("image=digit-3.*stride=2"))
    again = demo_on(open_page(PATH + link.get_attribute("href")))
    expect(again.get_by_label("Picture", exact=True)).to_have_value("digit-3")
    expect(again.get_by_label("Stride")).to_have_value("2")


def test_the_pictures_follow_the_theme_of_the_page(open_page):
    page = open_page(PATH)
    demo = demo_on(page)
    demo.get_by_label("Whole output").check()
    expect(picture(demo, "Output")).to_have_accessible_name(re.compile(EVERY_ROW))
    light = pixels(demo, "Output")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[picture(demo, "Output").element_handle(), light],
    )


@pytest.mark.parametrize(("width", "dark"), [(375, True), (1280, False)], ids=["dark phone", "light desktop"])
@pytest.mark.parametrize("setup", ["", "china", "flower in color", "file", "drawing", "impossible"])
def test_nothing_is_inaccessible_nor_wider_than_the_screen(open_page, axe, setup, width, dark):
    page = open_page(PATH, dark=dark, width=width)
    demo = demo_on(page)
    if setup == "impossible":
        demo.get_by_label("Dilation").press("End")
    elif setup:
        demo.get_by_label("Picture", exact=True).select_option(setup.split()[0])
    if "color" in setup:
        demo.get_by_label("In color: three channels").check()
        demo.get_by_label("Kernel", exact=True).select_option("gaussian-7")
        expect(demo.get_by_role("group", name="Blue channel")).to_be_visible()
    page.wait_for_function(
        "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []


def test_every_control_is_reached_by_tab_and_shows_it(demo):
    page = demo.page
    wanted = demo.locator("select, input, button, a, [tabindex]").filter(visible=True)
    reachable = wanted.evaluate_all(
        "nodes => nodes.filter(node => !node.disabled && !(node.type === 'radio' && !node.checked)).length"
    )
    demo.get_by_role("button", name="Set it up").focus()
    for _ in range(reachable - 1):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
    expect(demo.get_by_role("link", name="Link to this set-up")).to_be_focused()


def test_controls_are_large_enough_to_hit(demo):
    small = demo.locator("select, input:not([type=radio], [type=checkbox]), button, label.cd-toggle").filter(
        visible=True
    )
    sizes = small.evaluate_all(
        "nodes => nodes.map(node => [node.getBoundingClientRect().width, node.getBoundingClientRect().height])"
    )
    assert min(map(min, sizes)) >= 24
