"""The money (E9, E19): confirming 1 to 100 enrolments at once, recognising 10,000 ledger lines."""

from datetime import date

from odoo.fields import Command

PACKAGES = 4
LINES = 10_000


def centre(env, enrollments):
    """A company that defers its revenue, and so many draft enrolments in an open class."""
    company = env["res.company"].create({"name": "Bench Centre", "currency_id": env.ref("base.VND").id})
    env.user.company_ids |= company
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    company.account_sale_tax_id = False
    env = env(context={**env.context, "allowed_company_ids": company.ids, "tracking_disable": True})
    account = env["account.account"].create(
        {
            "code": "338700",
            "name": "Deferred",
            "account_type": "liability_current",
            "company_ids": company.ids,
        }
    )
    company.write({"edu_defer_revenue": True, "edu_deferred_account_id": account.id})
    campus = env["edu.campus"].create({"name": "Bench Money", "code": "BM", "company_id": company.id})
    program = env["edu.program"].create(
        {"code": "BENCHM", "name": "Bench", "hours": 100, "company_id": company.id}
    )
    program.action_submit()
    program.action_publish()
    packages = env["edu.package"].create(
        [
            {
                "name": f"Bench {number}",
                "price": 9_999_999,
                "campus_id": campus.id,
                "program_ids": [Command.set(program.ids)],
            }
            for number in range(PACKAGES)
        ]
    )
    packages.tax_ids = False
    course = env["edu.class"].create(
        {
            "code": "BENCHM",
            "name": "Bench",
            "program_id": program.id,
            "campus_id": campus.id,
            "seats_limited": False,
            "state": "open",
        }
    )
    students = env["edu.student"].create(
        [{"name": f"Payer {number}", "campus_id": campus.id} for number in range(enrollments)]
    )
    return env["edu.enrollment"].create(
        [
            {
                "student_id": student.id,
                "package_id": packages[number % PACKAGES].id,
                "class_id": course.id,
                "campus_id": campus.id,
            }
            for number, student in enumerate(students)
        ]
    )


def bench(lab):
    enrollments = centre(lab.env, 100)
    env = enrollments.env

    # --- confirm
    base = None
    for count in (1, 10, 100):
        work = lab.measure(lambda env, count=count: enrollments[:count].action_confirm())
        each = work.queries / count
        base = base or each
        lab.show(f"confirm {count}: queries per enrolment", each, None if count == 1 else base)
    enrollments.action_confirm()

    # --- recognise 10,000 lines, against the plainest SQL that writes the same rows
    ledger = env["edu.ledger.entry"]
    ledger._deliver(
        [
            {"enrollment_id": enrollments.ids[number % 100], "date": date(2026, 3, 2), "hours": 0.5}
            for number in range(LINES)
        ]
    )
    env.cr.execute("ANALYZE edu_ledger_entry")
    company = enrollments.company_id

    def recognize(_env):
        moves = ledger._recognize(company, date(2026, 3, 31))
        assert len(moves.line_ids) == PACKAGES + 1, moves.line_ids
        assert len(moves.edu_ledger_ids) == LINES

    def plain(env):
        template = enrollments.invoice_ids[0]
        env.cr.execute(
            """
            WITH earned AS (
                SELECT enrollment.package_id, enrollment.deferred_account_id, -SUM(entry.amount) AS amount
                  FROM edu_ledger_entry AS entry
                  JOIN edu_enrollment AS enrollment ON enrollment.id = entry.enrollment_id
                 WHERE entry.kind = 'delivery' AND entry.move_id IS NULL AND entry.company_id = %(company)s
              GROUP BY 1, 2
            ), line AS (
                INSERT INTO account_move_line (move_id, company_id, account_id, currency_id, display_type,
                                               name, amount_currency, balance)
                SELECT %(move)s, %(company)s, deferred_account_id, %(currency)s, 'product', 'Bench', v, v
                  FROM earned CROSS JOIN LATERAL (VALUES (amount), (-amount)) AS side (v)
            )
            UPDATE edu_ledger_entry SET move_id = %(move)s
             WHERE kind = 'delivery' AND move_id IS NULL AND company_id = %(company)s
            """,
            {"company": company.id, "move": template.id, "currency": company.currency_id.id},
        )
        assert env.cr.rowcount == LINES

    ours, sql = lab.measure(recognize), lab.measure(plain)
    lab.show(f"recognise {LINES:,} lines: queries", ours.queries)
    lab.show(f"recognise {LINES:,} lines: queries per line", ours.queries / LINES, bar=0.03)
    lab.show(f"recognise {LINES:,} lines: time against plain SQL", ours.seconds / sql.seconds)
