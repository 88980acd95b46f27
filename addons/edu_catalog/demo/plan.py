"""The forty classes of the demonstration centre, placed so that no teacher and no room is wanted twice.

Everything is counted in weeks from the current one; who teaches what where and when does not depend on today.
"""

from datetime import timedelta
from typing import NamedTuple

from .catalogue import PROGRAMS, ROOMS, TEACHERS

# Lessons of a week: weekdays (Monday = 0), first hour. Two of them never overlap.
PATTERNS = {
    "evening-246": ((0, 2, 4), 17.75),
    "evening-357": ((1, 3, 5), 17.75),
    "late-246": ((0, 2, 4), 19.5),
    "late-357": ((1, 3, 5), 19.5),
    "weekend-8": ((5, 6), 8.0),
    "weekend-10": ((5, 6), 10.25),
    "weekend-14": ((5, 6), 14.0),
}
EVENING = ("evening-246", "evening-357", "late-246", "late-357")
WEEKEND = ("weekend-8", "weekend-10", "weekend-14")
# Holidays make a class longer; two classes keep that many weeks apart.
SLACK = 3

# state, program, campus, first week, students ("full": as many as there are seats), and once the teacher:
# whoever logs in as "teacher" is to have lessons on every day of the week
ROWS = (
    ("done", "EN-A1", "HN", -19, 12),
    ("done", "EN-A1", "HCM", -18, 11),
    ("done", "EN-A2", "HN", -18, 9),
    ("done", "EN-KID", "HN", -19, 12),
    ("done", "EN-KID", "DN", -17, 10),
    ("done", "TOEIC", "DN", -17, 11),
    ("done", "IELTS", "HN", -20, 10),
    ("done", "CODE", "HCM", -16, 12),
    ("done", "OFFICE", "HCM", -15, 13),
    ("running", "EN-A1", "HN", -7, 14),
    ("running", "EN-A2", "HN", -5, 12),
    ("running", "EN-KID", "HN", -8, 13, 0),
    ("running", "EN-B1", "HN", -4, 9),
    ("running", "IELTS", "HN", -9, "full"),
    ("running", "HSK3", "HN", -6, 8),
    ("running", "CODE", "HN", -5, 11),
    ("running", "EN-A1", "DN", -6, 12),
    ("running", "EN-KID", "DN", -3, 11),
    ("running", "TOEIC", "DN", -7, 10),
    ("running", "JA-N5", "DN", -8, 9),
    ("running", "CODE", "DN", -6, 8),
    ("running", "EN-A2", "HCM", -3, 13),
    ("running", "EN-B1", "HCM", -7, 10),
    ("running", "EN-KID", "HCM", -5, 14),
    ("running", "IELTS", "HCM", -2, 12),
    ("running", "HSK3", "HCM", -9, 9),
    ("running", "OFFICE", "HCM", -4, 12),
    ("open", "EN-A1", "HN", 2, 7),
    ("open", "TOEIC", "HN", 1, 6),
    ("open", "IELTS", "HN", 4, 4),
    ("open", "EN-A1", "DN", 3, 5),
    ("open", "OFFICE", "DN", 2, 3),
    ("open", "EN-A1", "HCM", 1, 8),
    ("open", "JA-N5", "HCM", 3, 4),
    ("open", "CODE", "HCM", 5, 5),
    ("draft", "EN-B1", "HN", 9, 0),
    ("draft", "HSK3", "HN", 10, 0),
    ("draft", "EN-A2", "DN", 8, 0),
    ("draft", "EN-KID", "HCM", 9, 0),
    ("cancelled", "HSK3", "DN", 1, 0),
)


class PlannedClass(NamedTuple):
    """A class; ``week`` counts from the current one, ``teacher`` and ``room`` are places in tables."""

    code: str
    state: str
    program: str
    campus: str
    week: int
    pattern: str
    teacher: int | None
    room: int
    students: int
    capacity: int

    @property
    def weekdays(self):
        return PATTERNS[self.pattern][0]

    @property
    def hour_from(self):
        return PATTERNS[self.pattern][1]

    @property
    def hour_to(self):
        return self.hour_from + PROGRAMS[self.program][5]

    def lessons(self, today, off):
        """The days of the class's lessons.

        :param date today: a day of the current week
        :param off: set of dates without lessons
        :return: list of dates, as many as the program has sessions
        """
        days = []
        day = today - timedelta(days=today.weekday()) + timedelta(weeks=self.week)
        while len(days) < PROGRAMS[self.program][4]:
            if day.weekday() in self.weekdays and day not in off:
                days.append(day)
            day += timedelta(days=1)
        return days


def planned_classes():
    """The classes, each with the first pattern, teacher and room that are free.

    :return: list of :class:`PlannedClass`
    """
    busy = {}  # (what, pattern) → [(first week, last week)]
    load = [0] * len(TEACHERS)
    numbers = {}
    result = []
    for state, program, campus, week, students, *wanted in ROWS:
        _name, _category, subjects, _months, sessions, length, *_rest = PROGRAMS[program]
        patterns = WEEKEND if length > 1.5 else EVENING
        weeks = -(-sessions // len(PATTERNS[patterns[0]][0])) + SLACK

        def free(what, pattern, week=week, weeks=weeks):
            return all(week > last or week + weeks < first for first, last in busy.get((what, pattern), ()))

        teachers = wanted or sorted(
            (position for position, teacher in enumerate(TEACHERS)
             if campus in teacher[2] and not set(subjects[:2]).isdisjoint(teacher[1])),
            key=lambda position: (-len(set(subjects).intersection(TEACHERS[position][1])), load[position]),
        )  # fmt: skip
        rooms = [
            position
            for position, room in enumerate(ROOMS)
            if room[0] == campus and (2 in room[4]) == program.startswith(("CODE", "OFFICE", "AI"))
        ]
        # The classes of one campus are spread over the week: each begins to look at another place.
        turn = len(result) % len(patterns)
        pattern, teacher, room = next(
            (
                (pattern, teacher, room)
                for pattern in patterns[turn:] + patterns[:turn]
                for teacher in teachers
                if free(("teacher", teacher), pattern)
                for room in rooms
                if free(("room", room), pattern)
            ),
            (patterns[turn], None, rooms[0]),
        )
        for what in (("teacher", teacher), ("room", room)):
            busy.setdefault((what, pattern), []).append((week, week + weeks))
        if teacher is not None:
            load[teacher] += 1
        numbers[program, campus] = number = numbers.get((program, campus), 0) + 1
        capacity = ROOMS[room][3]
        result.append(
            PlannedClass(
                code=f"{program}-{campus}{number:02d}",
                state=state,
                program=program,
                campus=campus,
                week=week,
                pattern=pattern,
                teacher=teacher,
                room=room,
                students=capacity if students == "full" else students,
                capacity=capacity,
            )
        )
    return result
