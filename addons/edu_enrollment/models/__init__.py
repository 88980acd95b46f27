from . import (
    account_move,
    account_move_line,
    edu_campus,
    edu_class,
    edu_enrollment,
    edu_guardian,
    edu_ledger_entry,
    edu_package,
    edu_student,
    ir_sequence,
    res_partner,
)
