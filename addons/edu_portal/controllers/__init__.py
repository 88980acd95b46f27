from . import courses, learning
