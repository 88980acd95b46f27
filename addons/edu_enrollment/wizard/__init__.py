from . import (
    account_payment_register,
    edu_certificate_revoke,
    edu_class_enroll,
    edu_class_promote,
    edu_enrollment_collect,
    edu_finance_report_wizard,
    edu_revenue_recognize,
)
