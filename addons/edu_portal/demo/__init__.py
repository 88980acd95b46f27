from . import edu_demo
