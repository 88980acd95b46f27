from . import (
    edu_portal_mixin,
    edu_program,
    edu_class,
    edu_student,
    edu_guardian,
    edu_enrollment,
    edu_ledger_entry,
    edu_session,
    edu_attendance,
    edu_assessment,
    edu_grade,
    res_partner,
)
