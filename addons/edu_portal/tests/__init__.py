from . import (
    test_courses,
    test_enquiry,
    test_invite,
    test_learning,
    test_rights,
    test_tour,
)
