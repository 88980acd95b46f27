from odoo.addons.edu_catalog.tests.common import CatalogCommon
from odoo.fields import Command


class EnrollmentCommon(CatalogCommon):
    """The cast of the enrolment tests, on top of the catalogue's.

    ========= ============================================ =====================================
    who       is                                           pays
    ========= ============================================ =====================================
    an        student at north, in charge: counsellor      mother (guardian with portal access)
    binh      student at north, in charge: manager         himself
    chi       student at south                             herself
    ========= ============================================ =====================================

    ``package``: 9,999,999 VND, 60 hours, in three instalments (40 %, 30 %, 30 %), free of tax.
    ``class_n`` has 3 seats and is open, as is ``class_s``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.package = cls._make_package(price=9_999_999, payment_term_id=cls.term.id)
        (cls.class_n | cls.class_s).action_open()

    @classmethod
    def _make_cast(cls):
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.company.currency_id = cls._currency("VND")  # the generic chart brings its own
        cls.users = {**cls.users, "cashier": cls._make_user("cashier")}
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "Three",
                "company_id": cls.company.id,
                "line_ids": [Command.clear()]
                + [
                    Command.create({"value": "percent", "value_amount": rate, "nb_days": days})
                    for rate, days in ((40, 0), (30, 30), (30, 60))
                ],
            }
        )
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )
        cls.mother = cls.env["res.partner"].create({"name": "Trần Thị Mẹ", "email": "me@example.com"})
        cls.an, cls.binh, cls.chi = cls.env["edu.student"].create(
            [
                {
                    "name": name,
                    "campus_id": campus.id,
                    "user_id": cls.users[user].id,
                    "birthdate": "2012-05-17",
                }
                for name, campus, user in (
                    ("Trần Minh An", cls.north, "counsellor"),
                    ("Lê Văn Bình", cls.north, "manager"),
                    ("Phạm Chi", cls.south, "stranger"),
                )
            ]
        )
        cls.an.guardian_ids = [
            Command.create({"partner_id": cls.mother.id, "relation": "mother", "is_payer": True})
        ]

    @classmethod
    def _make_user(cls, role, login=None):
        if role != "cashier":
            return super()._make_user(role, login)
        user = super()._make_user("teacher", "cashier")
        user.group_ids = [
            Command.set(
                [cls.env.ref("base.group_user").id, cls.env.ref("edu_enrollment.group_edu_cashier").id]
            )
        ]
        return user

    @classmethod
    def _make_package(cls, **values):
        package = cls.env["edu.package"].create(
            {
                "name": "IELTS complete",
                "program_ids": [Command.set(cls.program.ids)],
                "campus_id": cls.north.id,
                **values,
            }
        )
        package.tax_ids = False
        return package

    @classmethod
    def _enroll(cls, students=None, confirm=True, **values):
        """Enrolments of the students (default: an) in ``class_n`` with ``package``, confirmed unless told."""
        enrollments = cls.env["edu.enrollment"].create(
            [
                {
                    "student_id": student.id,
                    "package_id": cls.package.id,
                    "class_id": cls.class_n.id,
                    "campus_id": cls.north.id,
                    "user_id": student.user_id.id,
                    **values,
                }
                for student in (students or cls.an)
            ]
        )
        if confirm:
            enrollments.action_confirm()
        return enrollments

    def _collect(self, enrollment, amount, user="cashier", **values):
        """The dialog in which somebody has collected so much."""
        wizard = (
            self.env["edu.enrollment.collect"]
            .with_user(self.users[user])
            .create({"enrollment_id": enrollment.id, "amount": amount, **values})
        )
        wizard.action_apply()
        return wizard

    def _ask_refund(self, enrollment, amount, user="counsellor"):
        """A draft of a refund."""
        return (
            self.env["edu.refund"]
            .with_user(self.users[user])
            .create({"enrollment_id": enrollment.id, "amount": amount, "reason": "Moves to Đà Nẵng"})
        )

    def _refund(self, enrollment, amount, user="manager"):
        """A refund that somebody asked for and approved, and that the cashier paid."""
        refund = self._ask_refund(enrollment, amount, user)
        refund.action_approve()
        refund.with_user(self.users["cashier"]).action_pay()
        return refund

    def _deliver(self, enrollment, hours, **values):
        return self.env["edu.ledger.entry"]._deliver(
            [{"enrollment_id": enrollment.id, "date": "2026-03-02", "hours": hours, **values}]
        )
