from . import demo, models
from . import wizard
