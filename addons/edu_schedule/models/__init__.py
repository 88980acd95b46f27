from . import (
    edu_booking_mixin,
    edu_grading_scheme,
    edu_grading_scheme_line,
    edu_grading_scheme_band,
    edu_program,
    edu_class,
    edu_timetable_slot,
    edu_session,
    edu_absence_reason,
    edu_assessment,
    edu_teacher,
    edu_room,
)
