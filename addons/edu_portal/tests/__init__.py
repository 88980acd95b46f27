from . import (
    test_courses,
    test_demo,
    test_enquiry,
    test_invite,
    test_learning,
    test_rights,
    test_story,
    test_tour,
)
