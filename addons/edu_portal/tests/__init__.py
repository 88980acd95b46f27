from . import (
    test_certificates,
    test_contract,
    test_courses,
    test_demo,
    test_enquiry,
    test_invite,
    test_learning,
    test_offers,
    test_rights,
    test_story,
    test_tools,
    test_tour,
)
