from . import edu_revenue_recognize
