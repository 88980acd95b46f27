from . import test_calendar, test_enroll, test_enquiry, test_lifecycle, test_rights, test_status
