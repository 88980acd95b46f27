"""A small centre that is committed to the arena, and what its people do there, for the races about seats and money."""

import contextlib
import itertools
from datetime import date

import odoo.sql_db
from odoo.fields import Command

_numbers = itertools.count(1)


def race_company(env):
    """The company of the races; made with its books when there is none yet."""
    company = env["res.company"].search([("name", "=", "Race Centre")])
    if not company:
        company = env["res.company"].create({"name": "Race Centre", "currency_id": env.ref("base.VND").id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.account_sale_tax_id = False
    return company


def open_class(env, seats, students):
    """A class with so many seats and a draft enrolment for each of so many students.

    :return: (id of the class, ids of the enrolments)
    """
    number = next(_numbers)
    company = race_company(env)
    env.user.company_ids |= company
    env = env(context={**env.context, "allowed_company_ids": company.ids, "tracking_disable": True})
    campus = env["edu.campus"].create(
        {"name": f"Race {number}", "code": f"R{number}", "company_id": company.id}
    )
    program = env["edu.program"].create(
        {"code": f"RACE{number}", "name": "Race", "hours": 30, "company_id": company.id}
    )
    program.action_submit()
    program.action_publish()
    package = env["edu.package"].create(
        {
            "name": f"Race {number}",
            "price": 900,
            "campus_id": campus.id,
            "program_ids": [Command.set(program.ids)],
        }
    )
    class_ = env["edu.class"].create(
        {
            "code": f"RACE{number}",
            "name": "Race",
            "program_id": program.id,
            "campus_id": campus.id,
            "capacity": seats,
        }
    )
    class_.action_open()
    people = env["edu.student"].create(
        [{"name": f"Runner {index}", "campus_id": campus.id} for index in range(students)]
    )
    enrollments = env["edu.enrollment"].create(
        [
            {
                "student_id": person.id,
                "package_id": package.id,
                "class_id": class_.id,
                "campus_id": campus.id,
            }
            for person in people
        ]
    )
    return class_.id, enrollments.ids


def promote(env, limit, students):
    """So many drafts that all have one promotion, and no class: they meet at the promotion and nowhere else.

    :return: (id of the promotion, ids of the enrolments)
    """
    _class_id, ids = open_class(env, seats=students, students=students)
    enrollments = env["edu.enrollment"].browse(ids)
    enrollments.package_id.kind = "hours"
    promotion = env["edu.promotion"].create(
        {
            "name": "Race",
            "date_end": "2099-12-31",
            "discount_rate": 10,
            "marketing_rate": 50,
            "campus_id": enrollments.campus_id.id,
            "usage_limit": limit,
        }
    )
    enrollments.write({"class_id": False, "promotion_id": promotion.id})
    return promotion.id, ids


def in_company(env, model, ids):
    """Records as their company sees them."""
    records = env[model].browse(ids)
    company = (records if "company_id" in records._fields else records.enrollment_id).company_id
    return records.with_context(allowed_company_ids=company.ids, tracking_disable=True)


def call(model, record_id, method):
    """A job that presses a button of a record."""

    def job(env):
        getattr(in_company(env, model, record_id), method)()

    return job


def confirm(enrollment_id):
    return call("edu.enrollment", enrollment_id, "action_confirm")


def plan_lessons(env):
    """id of a class with a weekly lesson for which four sessions are to be made"""
    class_id, _enrollments = open_class(env, seats=5, students=0)
    env["edu.class"].browse(class_id).write(
        {
            "date_start": date(2031, 1, 6),
            "date_end": date(2031, 2, 2),
            "slot_ids": [Command.create({"weekday": "0", "hour_from": 9, "hour_to": 11})],
        }
    )
    return class_id


def paid_enrollment(env, amount=900):
    """id of a confirmed enrolment of 900 of which so much was collected"""
    _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
    enrollment = in_company(env, "edu.enrollment", enrollment_id)
    enrollment.action_confirm()
    dialog(enrollment, amount).action_apply()
    return enrollment_id


def dialog(enrollment, amount):
    return enrollment.env["edu.enrollment.collect"].create({"enrollment_id": enrollment.id, "amount": amount})


def transfer(env, enrollment_id, **values):
    """The dialog that changes a sold enrolment, or moves its money."""
    enrollment = in_company(env, "edu.enrollment", enrollment_id)
    return enrollment.env["edu.enrollment.transfer"].create({"enrollment_id": enrollment_id, **values})


def payers(env, receivers):
    """An enrolment whose 900 were collected, and so many others of which nothing was.

    :return: (id of the one, ids of the others)
    """
    _class_id, ids = open_class(env, seats=receivers, students=receivers)
    in_company(env, "edu.enrollment", ids).action_confirm()
    return paid_enrollment(env), ids


def moved(arena, giver_id, receiver_ids):
    """(state of the one that gives, what is left with it, what arrived at the others, times it was moved)"""
    with arena.env() as env:
        giver, receivers = env["edu.enrollment"].browse(giver_id), env["edu.enrollment"].browse(receiver_ids)
        changes = env["edu.enrollment.change"].search_count(
            [("enrollment_id", "=", giver_id), ("kind", "=", "enrollment")]
        )
        return giver.state, giver.amount_paid, sorted(receivers.mapped("amount_paid")), changes


def ask(env, enrollment_id, amount):
    """A draft refund."""
    enrollment = in_company(env, "edu.enrollment", enrollment_id)
    return enrollment.env["edu.refund"].create(
        {"enrollment_id": enrollment_id, "amount": amount, "reason": "Race"}
    )


def taught(arena):
    """An enrolment of 900 with deferred revenue, a third of its 30 hours delivered in ten lessons.

    :return: (id of the company, ids of the deliveries)
    """
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        company = enrollment.company_id
        env = env(context={"allowed_company_ids": company.ids, "tracking_disable": True})
        account = company.edu_deferred_account_id or env["account.account"].create(
            {
                "code": "338700",
                "name": "Deferred",
                "account_type": "liability_current",
                "company_ids": company.ids,
            }
        )
        company.write({"edu_defer_revenue": True, "edu_deferred_account_id": account.id})
        enrollment.with_env(env).action_confirm()
        company.edu_defer_revenue = False
        # What other tests left is posted first: whoever posts takes all that there is.
        wizard_for(env, company.id).action_apply()
        entries = env["edu.ledger.entry"]._deliver(
            [{"enrollment_id": enrollment_id, "date": date(2026, 3, day), "hours": 1} for day in range(1, 11)]
        )
        return company.id, entries.ids


def wizard_for(env, company_id):
    """The dialog that posts the revenue of the hours of :func:`taught`."""
    wizard = env["edu.revenue.recognize"].with_context(allowed_company_ids=[company_id])
    return wizard.create({"date_to": date(2026, 3, 31)})


def recognize(company_id):
    """A job that posts it."""

    def job(env):
        return wizard_for(env, company_id).action_apply()["type"]

    return job


def earned(arena, company_id):
    """All revenue of miscellaneous entries: also of those that no delivery names."""
    with arena.env() as env:
        lines = env["account.move.line"].search(
            [
                ("company_id", "=", company_id),
                ("move_id.move_type", "=", "entry"),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "in", ("income", "income_other")),
            ]
        )
        return -sum(lines.mapped("balance"))


def money_of(arena, enrollment_id):
    """(received, refunded, open credit, approved)"""
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        return (
            enrollment.amount_received,
            enrollment.amount_refunded,
            enrollment.amount_credit,
            enrollment.amount_refund_approved,
        )


def sales_of(arena, model, record_id):
    """(enrolments that hold a seat, invoices) of a class or a promotion"""
    with arena.env() as env:
        enrollments = env[model].browse(record_id).enrollment_ids
        return len(enrollments.filtered(lambda one: one.state == "confirmed")), len(enrollments.invoice_ids)


@contextlib.contextmanager
def without_constraint(arena, table, name, mend):
    """The database does not check a constraint; afterwards it does again.

    :param str mend: statement that takes back what the constraint does not allow
    """
    with contextlib.closing(odoo.sql_db.db_connect(arena.name).cursor()) as cr:
        cr.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        [definition] = cr.fetchone()
        cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cr.commit()
    try:
        yield
    finally:
        with contextlib.closing(odoo.sql_db.db_connect(arena.name).cursor()) as cr:
            cr.execute(mend)
            cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            cr.commit()
