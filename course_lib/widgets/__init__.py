"""The book's demos: widgets that carry their front end, alive on a page, in JupyterLab and from a file."""

from course_lib.widgets.activations import ActivationsDemo
from course_lib.widgets.batchnorm import BatchNormDemo
from course_lib.widgets.calculator import ShapeCalculator
from course_lib.widgets.clipping import ClippingDemo
from course_lib.widgets.convolution import ConvolutionDemo
from course_lib.widgets.critical import CriticalPointsDemo
from course_lib.widgets.flow import GradientFlowDemo
from course_lib.widgets.initialization import InitializationDemo
from course_lib.widgets.landscape import LandscapeDemo
from course_lib.widgets.normaxes import NormAxesDemo
from course_lib.widgets.quiz import NumberQuestion, Question, Quiz, Right, Wrong
from course_lib.widgets.race import OptimizerRace

__all__ = [
    "ActivationsDemo",
    "BatchNormDemo",
    "ClippingDemo",
    "ConvolutionDemo",
    "CriticalPointsDemo",
    "GradientFlowDemo",
    "InitializationDemo",
    "LandscapeDemo",
    "NormAxesDemo",
    "NumberQuestion",
    "OptimizerRace",
    "Question",
    "Quiz",
    "Right",
    "ShapeCalculator",
    "Wrong",
]
