from datetime import date, datetime

from odoo.addons.edu_enrollment.tests.common import EnrollmentCommon
from odoo.fields import Command


class ScheduleCommon(EnrollmentCommon):
    """The cast of the timetable tests, on top of the enrolments'.

    ========= ======================== =========== ======================== ==========================
    class     weekly                   room        teacher                  students
    ========= ======================== =========== ======================== ==========================
    class_n   Mon, Thu 18:00–20:00     room_n      Nguyễn Thị Lan           whom a test enrols
    class_b   none yet                 room_b      Hoàng Văn Bảo (no user)  whom a test enrols
    ========= ======================== =========== ======================== ==========================

    Both at north (UTC+7), from Monday 2 March 2026 to Sunday 29 March 2026: eight lessons of ``class_n``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room_b = cls.env["edu.room"].create({"name": "Room B", "campus_id": cls.north.id, "capacity": 10})
        cls.teacher.tz = cls.north.tz
        cls.bao = cls.env["edu.teacher"].create(
            {"name": "Hoàng Văn Bảo", "campus_ids": [Command.set(cls.north.ids)]}
        )
        cls.class_n.write({"date_start": date(2026, 3, 2), "date_end": date(2026, 3, 29), "capacity": 30})
        cls.class_n.slot_ids = [
            Command.create({"weekday": weekday, "hour_from": 18, "hour_to": 20}) for weekday in ("0", "3")
        ]
        cls.class_b = cls.env["edu.class"].create(
            {
                "code": "T-B1",
                "name": "Beginners",
                "program_id": cls.program.id,
                "campus_id": cls.north.id,
                "teacher_id": cls.bao.id,
                "room_id": cls.room_b.id,
                "date_start": date(2026, 3, 2),
                "date_end": date(2026, 3, 29),
                "capacity": 30,
            }
        )
        cls.class_b.action_open()

    @classmethod
    def _session(cls, for_class=None, day=2, hour=18, hours=2, **values):
        """A session on a day of March 2026, at a local hour of the campus (UTC+7)."""
        start = datetime(2026, 3, day, hour - 7)
        return cls.env["edu.session"].create(
            {
                "class_id": (for_class or cls.class_n).id,
                "start": start,
                "stop": start.replace(hour=start.hour + hours),
                **values,
            }
        )

    @classmethod
    def _students(cls, count):
        return cls.env["edu.student"].create(
            [{"name": f"Student {number}", "campus_id": cls.north.id} for number in range(count)]
        )

    @classmethod
    def _historic(cls, students, **values):
        """Confirmed enrolments without invoices, in one batch."""
        return cls.env["edu.enrollment"].create_historic(
            [
                {
                    "student_id": student.id,
                    "package_id": cls.package.id,
                    "class_id": cls.class_n.id,
                    "campus_id": cls.north.id,
                    "state": "confirmed",
                    **values,
                }
                for student in students
            ]
        )
