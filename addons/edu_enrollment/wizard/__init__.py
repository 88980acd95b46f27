from . import (
    edu_class_enroll,
    edu_class_promote,
    edu_revenue_recognize,
)
