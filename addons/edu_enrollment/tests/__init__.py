from . import (
    test_discount,
    test_enrollment,
    test_finance_report,
    test_import,
    test_invoicing,
    test_ledger,
    test_money_tools,
    test_recognition,
    test_rights,
    test_roster,
    test_student,
    test_waitlist,
)
