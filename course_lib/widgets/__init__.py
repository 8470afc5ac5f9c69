"""The book's demos: widgets that carry their front end, alive on a page, in JupyterLab and from a file."""

from course_lib.widgets.calculator import ShapeCalculator
from course_lib.widgets.convolution import ConvolutionDemo
from course_lib.widgets.quiz import NumberQuestion, Question, Quiz, Right, Wrong

__all__ = ["ConvolutionDemo", "NumberQuestion", "Question", "Quiz", "Right", "ShapeCalculator", "Wrong"]
