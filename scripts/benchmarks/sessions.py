"""The timetable and the roll (S1, S2, S7): many at once, one among many, 10,000 lines of attendance."""

from datetime import date, datetime

from odoo.fields import Command

COLUMNS = (
    "class_id, campus_id, company_id, teacher_id, room_id, start, stop, hours, kind, state,"
    " slot_id, slot_date"
)


def centre(env, classes):
    """So many classes, each with a teacher and a room of its own and three lessons in each of ten weeks."""
    company = env.company
    campus = env["edu.campus"].create(
        {"name": "Bench", "code": "BENCH", "company_id": company.id, "tz": "UTC"}
    )
    program = env["edu.program"].create(
        {"code": "BENCH", "name": "Bench", "hours": 60, "company_id": company.id}
    )
    program.action_submit()
    program.action_publish()
    env["edu.package"].create(
        {"name": "Bench", "price": 0, "campus_id": campus.id, "program_ids": [Command.set(program.ids)]}
    )
    teachers = env["edu.teacher"].create([{"name": f"Teacher {number}"} for number in range(classes)])
    rooms = env["edu.room"].create(
        [{"name": f"Room {number}", "campus_id": campus.id} for number in range(classes)]
    )
    return env["edu.class"].create(
        [
            {
                "code": f"BENCH{number}",
                "name": "Bench",
                "program_id": program.id,
                "campus_id": campus.id,
                "teacher_id": teachers[number].id,
                "room_id": rooms[number].id,
                "date_start": date(2030, 1, 7),
                "date_end": date(2030, 3, 17),
                "session_count": 0,
                "seats_limited": False,
                "state": "open",
                "slot_ids": [
                    Command.create({"weekday": weekday, "hour_from": 9, "hour_to": 11})
                    for weekday in ("0", "2", "4")
                ],
            }
            for number in range(classes)
        ]
    )


def fill(env, classes, count):
    """Sessions of earlier years, straight into the table, until there are ``count``."""
    env.cr.execute("SELECT count(*) FROM edu_session")
    there = env.cr.fetchone()[0]
    env.cr.execute(
        """
        INSERT INTO edu_session (class_id, campus_id, company_id, teacher_id, room_id, start, stop, hours,
        kind, state) SELECT c.id, c.campus_id, c.company_id, c.teacher_id, c.room_id, t.start, t.start +
               interval '1 hour', 1, 'lesson', 'held'
        FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS number FROM edu_class WHERE id = ANY(%s)) AS c
        JOIN LATERAL (
            SELECT timestamp '2029-12-01' - (interval '2 hour' * (%s + n)) AS start
            FROM generate_series(1, %s) AS n WHERE n %% %s = c.number
        ) AS t ON TRUE
        """,
        [classes.ids, there, count - there, len(classes)],
    )
    env.cr.execute("ANALYZE edu_session")


def bench(lab):
    env = lab.env
    classes = centre(env, 20)

    # --- 600 sessions, against the same rows from a table without any question asked
    ours = lab.measure(lambda env: classes.with_env(env).action_generate_sessions())
    lab.measure(lambda env: classes.with_env(env).action_generate_sessions(), keep=True)
    env.cr.execute(f"CREATE TEMPORARY TABLE bench AS SELECT {COLUMNS} FROM edu_session")
    env.cr.execute("SELECT count(*) FROM bench")
    made = env.cr.fetchone()[0]
    assert made == 600, f"{made} sessions"
    classes.session_ids.unlink()
    plain = lab.measure(
        lambda env: env.cr.execute(f"INSERT INTO edu_session ({COLUMNS}) SELECT {COLUMNS} FROM bench")
    )
    lab.show("generate 600 sessions: queries per session", ours.queries / made, bar=1)
    lab.show("generate 600 sessions: time against INSERT … SELECT", ours.seconds / plain.seconds, bar=12)

    # --- one session among many
    values = {"class_id": classes[0].id, "start": datetime(2030, 6, 3, 9), "stop": datetime(2030, 6, 3, 11)}
    base = None
    for count in (600, 12_000, 100_000):
        fill(env, classes, count)
        one = lab.measure(lambda env: env["edu.session"].create(dict(values)), repeat=40)
        base = base or one
        bar = None if one is base else 1.3
        lab.show(f"create one session among {count:,}: time against 600", one.seconds / base.seconds, bar)
    lab.show("create one session: queries", one.queries)

    # --- 10,000 lines of attendance: 20 classes × 50 students × 10 sessions
    package = env["edu.package"].search([("program_ids", "in", classes.program_id.ids)])
    students = env["edu.student"].create(
        [{"name": f"Student {number}", "campus_id": classes[0].campus_id.id} for number in range(1000)]
    )
    env["edu.enrollment"].create_historic(
        [
            {
                "student_id": student.id,
                "package_id": package.id,
                "class_id": classes[number % 20].id,
                "campus_id": student.campus_id.id,
                "state": "confirmed",
            }
            for number, student in enumerate(students)
        ]
    )
    env.cr.execute("SELECT count(*) FROM mail_message")
    messages = env.cr.fetchone()[0]
    slots = [
        {
            **values,
            "class_id": class_.id,
            "start": datetime(2031, 1, day, 9),
            "stop": datetime(2031, 1, day, 11),
        }
        for class_ in classes
        for day in range(1, 11)
    ]
    planned = lab.measure(lambda env: env["edu.session"].create([dict(slot) for slot in slots]), keep=True)
    lines = env["edu.attendance"].search([("class_id", "in", classes.ids)])
    assert len(lines) == 10_000, f"{len(lines)} lines"
    taken = lab.measure(lambda env: lines.with_env(env).write({"status": "present"}), keep=True)
    env.cr.execute("SELECT count(*) FROM mail_message")
    lab.show("10,000 lines of attendance planned: queries per line", planned.queries / 10_000, bar=0.03)
    lab.show(
        "10,000 lines of attendance taken and booked: queries per line", taken.queries / 10_000, bar=0.03
    )
    lab.show("10,000 lines of attendance: messages in chatter", env.cr.fetchone()[0] - messages, bar=0)
    lab.show(
        "10,000 lines of attendance: lines per second (thousands)", 10 / (planned.seconds + taken.seconds)
    )
