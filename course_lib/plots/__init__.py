"""The book's figures: drawn by matplotlib, shown so that they follow the page's colors and shrink to a phone.

Every function returns a `Picture`, which Jupyter and the book show as HTML with its text alternative. Inside, a line
plot is an SVG whose colors are the custom properties of `course_lib.palette` (so it turns dark with the page) and
whose words are text in the page's font; a photograph or a feature map is an image with crisp pixels.
"""

from course_lib.plots.frame import Picture, show, style
from course_lib.plots.functions import contours, lines
from course_lib.plots.pictures import filters, images, matrices
from course_lib.plots.runs import accuracy_and_cost, confusion_matrix, learning_curves

__all__ = [
    "Picture",
    "accuracy_and_cost",
    "confusion_matrix",
    "contours",
    "filters",
    "images",
    "learning_curves",
    "lines",
    "matrices",
    "show",
    "style",
]
