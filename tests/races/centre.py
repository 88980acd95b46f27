"""A small centre that is committed to the arena, for the races about seats and invoices."""

import itertools

from odoo.fields import Command

_numbers = itertools.count(1)


def open_class(env, seats, students):
    """A class with so many seats and a draft enrolment for each of so many students.

    :return: (id of the class, ids of the enrolments)
    """
    number = next(_numbers)
    company = env["res.company"].search([("name", "=", "Race Centre")])
    if not company:
        company = env["res.company"].create({"name": "Race Centre", "currency_id": env.ref("base.VND").id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.account_sale_tax_id = False
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
    course = env["edu.class"].create(
        {
            "code": f"RACE{number}",
            "name": "Race",
            "program_id": program.id,
            "campus_id": campus.id,
            "capacity": seats,
        }
    )
    course.action_open()
    people = env["edu.student"].create(
        [{"name": f"Runner {index}", "campus_id": campus.id} for index in range(students)]
    )
    enrollments = env["edu.enrollment"].create(
        [
            {
                "student_id": person.id,
                "package_id": package.id,
                "class_id": course.id,
                "campus_id": campus.id,
            }
            for person in people
        ]
    )
    return course.id, enrollments.ids
