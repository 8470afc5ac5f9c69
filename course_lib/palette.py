"""The book's colors: Okabe and Ito's palette, which color-blind readers can tell apart.

There is one variant for light pages and one for dark ones. Every color stands out from its page's `surface` by at
least 3 : 1 (WCAG 1.4.11, graphics), and `text`, `muted`, `blue` and `vermillion` by at least 4.5 : 1 (WCAG 1.4.3,
text); `tests/test_palette.py` measures it. Plots, figures and demos all take their colors from here.

Source: M. Okabe and K. Ito, "Color Universal Design", 2008. Colors too pale for a white page are darkened, and
colors too dark for a dark page lightened, hue kept.
"""

LIGHT = {
    "blue": "#0072b2",
    "orange": "#c07800",
    "green": "#008a64",
    "vermillion": "#b94f00",
    "sky": "#2b8fce",
    "purple": "#b8568c",
    "yellow": "#a08900",
    "text": "#1d2530",
    "muted": "#5a6472",
    "line": "#767f8c",
    "surface": "#ffffff",
}
DARK = {
    "blue": "#5aaae6",
    "orange": "#e69f00",
    "green": "#2fbf94",
    "vermillion": "#f5854a",
    "sky": "#9bd3f7",
    "purple": "#dd95bd",
    "yellow": "#f0e442",
    "text": "#e6eaf0",
    "muted": "#a9b3c1",
    "line": "#8a94a3",
    "surface": "#14181e",
}


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two colors `#rrggbb`, between 1 (equal) and 21 (black on white)."""
    low, high = sorted(_luminance(color) for color in (first, second))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def css(light_selector: str, dark_selector: str) -> str:
    """Return the palette as CSS custom properties `--course-NAME`, one rule per theme."""
    rules = []
    for selector, theme in ((light_selector, LIGHT), (dark_selector, DARK)):
        lines = "".join(f"  --course-{name}: {color};\n" for name, color in theme.items())
        rules.append(f"{selector} {{\n{lines}}}\n")
    return "".join(rules)
