"""The money (E5, E9, E19, E22): confirming 1 to 100 enrolments with two promotions each at once, listing 80 of
them, recognising 10,000 ledger lines, and the finance report over all of it."""

from datetime import date

from lxml import etree

from odoo.fields import Command

PACKAGES = 4
LINES = 10_000
# The same figures as those of the pivot, by somebody who knows the tables.
BY_HAND = """
    SELECT campus_id, SUM(invoiced), SUM(collected), SUM(due), SUM(overdue), SUM(marketing), SUM(center),
           SUM(delivered), SUM(deferred)
      FROM (
        SELECT e.campus_id, SUM(m.amount_total_signed) AS invoiced, NULL::numeric AS collected,
               NULL::numeric AS due, NULL::numeric AS overdue, NULL::numeric AS marketing,
               NULL::numeric AS center, NULL::numeric AS delivered, NULL::numeric AS deferred
          FROM account_move m JOIN edu_enrollment e ON e.id = m.enrollment_id
         WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
      GROUP BY 1
     UNION ALL
        SELECT e.campus_id, NULL, SUM(p.amount_company_currency_signed), NULL, NULL, NULL, NULL, NULL, NULL
          FROM account_payment p JOIN edu_enrollment e ON e.id = p.enrollment_id
      GROUP BY 1
     UNION ALL
        SELECT e.campus_id, NULL, NULL, SUM(l.amount_residual),
               SUM(l.amount_residual) FILTER (WHERE l.date_maturity < CURRENT_DATE), NULL, NULL, NULL, NULL
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
          JOIN edu_enrollment e ON e.id = m.enrollment_id
         WHERE l.parent_state = 'posted' AND l.amount_residual <> 0 AND a.account_type = 'asset_receivable'
      GROUP BY 1
     UNION ALL
        SELECT e.campus_id, NULL, NULL, NULL, NULL,
               SUM(round((e.promotion_amount - l.amount) * p.marketing_rate / 100)
                   + round(l.amount * q.marketing_rate / 100)),
               SUM(e.discount_amount + e.promotion_amount
                   - round((e.promotion_amount - l.amount) * p.marketing_rate / 100)
                   - round(l.amount * q.marketing_rate / 100)), NULL, NULL
          FROM edu_enrollment e
          JOIN edu_promotion p ON p.id = e.promotion_id
          JOIN edu_enrollment_promotion l ON l.enrollment_id = e.id
          JOIN edu_promotion q ON q.id = l.promotion_id
         WHERE e.date_confirmed IS NOT NULL
      GROUP BY 1
     UNION ALL
        SELECT e.campus_id, NULL, NULL, NULL, NULL, NULL, NULL,
               SUM(-x.amount) FILTER (WHERE x.kind IN ('delivery', 'expiry')), SUM(x.amount)
          FROM edu_ledger_entry x JOIN edu_enrollment e ON e.id = x.enrollment_id
      GROUP BY 1
      ) AS f
  GROUP BY campus_id
"""
MEASURES = ("invoiced", "collected", "due", "overdue", "discounts_marketing", "discounts_center")
MEASURES += ("delivered", "deferred")


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
    class_ = env["edu.class"].create(
        {
            "code": "BENCHM",
            "name": "Bench",
            "program_id": program.id,
            "campus_id": campus.id,
            "seats_limited": False,
            "state": "open",
        }
    )
    promotions = env["edu.promotion"].create(
        [
            {
                "name": f"Bench {rate} %",
                "date_start": date(2020, 1, 1),
                "date_end": date(2999, 1, 1),
                "discount_rate": rate,
                "marketing_rate": 30,
                "campus_id": campus.id,
                "is_combinable": True,
            }
            for rate in (10, 5)
        ]
    )
    students = env["edu.student"].create(
        [{"name": f"Payer {number}", "campus_id": campus.id} for number in range(enrollments)]
    )
    return env["edu.enrollment"].create(
        [
            {
                "student_id": student.id,
                "package_id": packages[number % PACKAGES].id,
                "class_id": class_.id,
                "campus_id": campus.id,
                "promotion_id": promotions[0].id,
                "promotion_line_ids": [Command.create({"promotion_id": promotions[1].id})],
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

    # --- the list of 80 needs the queries of the list of 8
    arch = etree.fromstring(enrollments.get_views([(False, "list")])["views"]["list"]["arch"])
    columns = {node.get("name"): {} for node in arch.iter("field")}
    few, many = (
        lab.measure(lambda env, rows=rows: env["edu.enrollment"].web_search_read([], columns, limit=rows))
        for rows in (8, 80)
    )
    lab.show("list of 80 enrolments: queries", many.queries, few.queries)

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

    # --- the finance report over all that, against SQL that knows what it looks for
    measures = [f"{name}:sum" for name in MEASURES]
    pivot = lab.measure(lambda env: env["edu.finance.report"]._read_group([], ["campus_id"], measures))
    by_hand = lab.measure(lambda env: env.cr.execute(BY_HAND))
    lab.show("finance report: time against hand-written SQL", pivot.seconds / by_hand.seconds, bar=3)
