from . import (
    edu_dialog_mixin,  # the others inherit from it
    account_move_reversal,
    account_payment_register,
    edu_certificate_revoke,
    edu_class_enroll,
    edu_class_promote,
    edu_enrollment_cancel,
    edu_enrollment_collect,
    edu_enrollment_suspend,
    edu_enrollment_transfer,
    edu_finance_report_wizard,
    edu_revenue_recognize,
)
