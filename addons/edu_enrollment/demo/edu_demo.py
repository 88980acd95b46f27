from datetime import timedelta

from odoo import api, models
from odoo.addons.edu_catalog.demo import catalogue
from odoo.addons.edu_catalog.demo.plan import planned_classes
from odoo.fields import Command
from odoo.tools.date_utils import end_of

from .crowd import Crowd

CASHIER = {"cashier": ("Hoàng Thị Mai", ("HN", "DN", "HCM"), "edu_enrollment.group_edu_cashier")}
# From this price on a package is paid in so many instalments.
INSTALMENTS = {3: 5_000_000, 2: 3_500_000}
# How customers pay: the share of those who pay everything at the beginning; of the others' instalments, the
# share of those paid once due, and of those paid ahead of their day.
PAID_AT_ONCE, PAID_WHEN_DUE, PAID_AHEAD = 0.35, 0.93, 0.04
# Brothers and sisters: so many per cent, by a promotion of the centre.
SIBLINGS = 5.0
# Classes that are over, and whose students got a certificate.
CERTIFIED = 2


class EduDemo(models.AbstractModel):
    _inherit = "edu.demo"

    @api.model
    def _load_enrollment(self):
        """The books, the students with their families, and their enrolments with invoices and payments."""
        if not self.env.ref("edu_catalog.demo_company", raise_if_not_found=False):
            return
        if self.env.ref("edu_enrollment.demo_user_cashier", raise_if_not_found=False):
            return
        loader = self._demo_env()
        loader._load_books()
        loader._load_promotions()
        crowd = Crowd(self._demo_random("crowd"), self._demo_today())
        students = loader._load_students(crowd)
        begun = [place for place in crowd.places if place.class_ and place.class_.state != "open"]
        enrollments = loader._load_enrollments(begun, students)
        # The newest stand first in lists: those are to be a mixture.
        loader._load_drafts(crowd, students)
        enrollments |= loader._load_enrollments(
            [place for place in crowd.places if place not in begun], students
        )
        loader._load_payments(enrollments)
        loader._load_refunds(enrollments)
        loader._load_interruptions(enrollments)
        loader._load_changes(enrollments)
        loader._load_certificates()

    def _load_books(self):
        """The chart of accounts, cash desk and bank, deferral, the cashier, and how packages are paid."""
        company = self.env.company
        vietnamese = self.env["ir.module.module"]._get("l10n_vn").state == "installed"
        # Odoo's own way in, try_loading, warns while modules are being installed.
        self.env["account.chart.template"]._load(
            "vn" if vietnamese else "generic_coa", company, install_demo=False
        )
        company.currency_id = self.env.ref("base.VND")
        journals = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "in", ("bank", "cash"))]
        )
        if "cash" not in journals.mapped("type"):  # not every chart brings a till
            journals += journals.create({"name": "Cash", "type": "cash", "company_id": company.id})
        # The centre does not import bank statements: money received is in the till or at the bank at once.
        for journal in journals:
            journal.inbound_payment_method_line_ids.payment_account_id = journal.default_account_id
            journal.outbound_payment_method_line_ids.payment_account_id = journal.default_account_id
        company.write(
            {
                "edu_defer_revenue": True,
                "edu_deferred_account_id": self._load_deferred_account(vietnamese).id,
                "edu_recognition_journal_id": self.env["account.journal"]
                .search([("company_id", "=", company.id), ("type", "=", "general")], limit=1)
                .id,
            }
        )
        cashier = self._load_staff(CASHIER, "edu_enrollment")
        cashier.campus_ids = [Command.set([self._demo(f"campus_{code}").id for code in catalogue.CAMPUSES])]
        packages = self.env["edu.package"].search([("company_id", "=", company.id)])
        packages.tax_ids = [Command.clear()]  # teaching is exempt from VAT
        for package in packages:
            count = next((count for count, price in INSTALMENTS.items() if package.price >= price), 1)
            if count > 1:
                package.payment_term_id = self.env.ref(
                    f"edu_enrollment.account_payment_term_{count}_instalments"
                )

    def _load_deferred_account(self, vietnamese):
        """Where tuition waits until it is earned: 33871 of the Vietnamese chart."""
        if vietnamese:
            return self.env["account.chart.template"].ref("chart33871")
        return self.env["account.account"].create(
            {
                "code": "213000",
                "name": "Unearned Tuition",
                "account_type": "liability_current",
                "company_ids": [Command.set(self.env.company.ids)],
            }
        )

    def _load_students(self, crowd):
        """The students and their guardians.

        :return: dict :class:`Person` → ``edu.student``
        """
        common = {
            "country_id": self.env.ref("base.vn").id,
            "company_id": self.env.company.id,
            "tz": self.env.context["tz"],
            "lang": self.env.context["lang"],
        }
        students = dict(
            zip(
                crowd.persons,
                self.env["edu.student"].create(
                    [
                        {
                            **common,
                            **person.contact,
                            "gender": person.gender,
                            "birthdate": person.birthdate,
                            "campus_id": self._demo(f"campus_{person.campus}").id,
                            "user_id": self._demo(f"user_{catalogue.COUNSELLORS[person.campus]}").id,
                        }
                        for person in crowd.persons
                    ]
                ),
                strict=True,
            )
        )
        guardians = list(dict.fromkeys(guardian for person in crowd.persons for guardian in person.guardians))
        partners = self.env["res.partner"].create([{**common, **guardian.contact} for guardian in guardians])
        partner_of = dict(zip(guardians, partners, strict=True))
        self.env["edu.guardian"].create(
            [
                {
                    "student_id": student.id,
                    "partner_id": partner_of[guardian].id,
                    "relation": guardian.relation,
                    "is_payer": guardian.is_payer,
                }
                for person, student in students.items()
                for guardian in person.guardians
            ]
        )
        named = {person.key: student for person, student in students.items() if person.key}
        named |= {guardian.key: partner for guardian, partner in partner_of.items() if guardian.key}
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"edu_enrollment.demo_{key}", "record": record, "noupdate": True}
                for key, record in named.items()
            ]
        )
        return students

    def _load_enrollments(self, places, students):
        """Enrolments with their invoices, each confirmed on a day before its class began.

        Those of yesterday and before are put on their day by the same step that confirming takes.

        :return: ``edu.enrollment``, in the order of their confirmation
        """
        random, today = self._demo_random(f"enrollments {len(places)}"), self._demo_today()
        Enrollment = self.env["edu.enrollment"]
        fresh, vals_list = [], []
        for number, place in enumerate(places):
            vals = self._prepare_enrollment(place, students)
            latest = min(vals["date_expected"], today)
            confirmed = latest - timedelta(days=random.randint(0, 24 if place.class_ else 70))
            vals |= self._prepare_promotions(place, confirmed, number)
            if confirmed == today:
                fresh.append(vals)
            else:
                vals_list.append({**vals, "state": "confirmed", "date_confirmed": confirmed})
        enrollments = Enrollment.create(sorted(vals_list, key=lambda vals: vals["date_confirmed"]))
        enrollments._create_invoices()
        confirmed_today = Enrollment.create(fresh)
        confirmed_today.action_confirm()
        return enrollments | confirmed_today

    def _prepare_enrollment(self, place, students):
        class_ = self._demo(f"class_{place.class_.code}") if place.class_ else self.env["edu.class"]
        student = students[place.person]
        return {
            "student_id": student.id,
            "package_id": self._demo(f"package_{place.package}").id,
            "class_id": class_.id,
            "campus_id": student.campus_id.id,
            "date_expected": class_.date_start or self._demo_today(),
            "discount_rate": place.discount,
            "user_id": student.user_id.id,
            "user_enrolling_id": student.user_id.id,
            "user_approaching_id": student.user_id.id,
        }

    def _prepare_promotions(self, place, confirmed, number):
        """Brothers and sisters come at a price of their own; at the start of term every second one pays less."""
        happy, siblings = (self._demo(f"promotion_{key}", "edu_enrollment") for key in ("happy", "siblings"))
        family = place.discount == SIBLINGS and place.person.guardians and confirmed >= siblings.date_start
        promotions = self.env["edu.promotion"]
        if number % 2 and confirmed >= happy.date_start and (family or not place.discount):
            promotions |= happy
        if family:
            promotions |= siblings
        if not promotions:
            return {}
        return {
            "discount_rate": 0.0,
            "promotion_id": promotions[0].id,
            "promotion_line_ids": [
                Command.create({"promotion_id": promotion.id}) for promotion in promotions[1:]
            ],
        }

    def _load_payments(self, enrollments):
        """Payments of most instalments that are due, and of a few that are not; the rest is overdue."""
        random, today = self._demo_random("payments"), self._demo_today()
        bank, cash = (
            self.env["account.journal"].search(
                [("company_id", "=", self.env.company.id), ("type", "=", kind)], limit=1
            )
            for kind in ("bank", "cash")
        )

        def receivable(moves):
            return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

        paid, vals_list = [], []
        for invoice in enrollments.invoice_ids.sorted(lambda move: (move.invoice_date, move.id)):
            instalments = receivable(invoice).sorted("date_maturity")
            parts = [instalments] if random.random() < PAID_AT_ONCE else list(instalments)
            for part in parts:
                due = part[0].date_maturity
                if random.random() > (PAID_WHEN_DUE if due <= today else PAID_AHEAD):
                    # Whoever has not paid one instalment does not pay the next.
                    break
                paid.append(part)
                day = min(due + timedelta(days=random.randint(-2, 5)), today)
                vals_list.append(
                    {
                        "payment_type": "inbound",
                        "partner_type": "customer",
                        "partner_id": invoice.partner_id.id,
                        "amount": sum(part.mapped("amount_residual_currency")),
                        "currency_id": invoice.currency_id.id,
                        "date": max(invoice.invoice_date, day),
                        "journal_id": random.choice((bank, bank, cash)).id,
                        "memo": invoice.name,
                        "enrollment_id": invoice.enrollment_id.id,
                    }
                )
        payments = self.env["account.payment"].create(vals_list)
        payments.action_post()
        self.env["account.move.line"]._reconcile_plan(
            [part | receivable(payment.move_id) for part, payment in zip(paid, payments, strict=True)]
        )

    def _load_refunds(self, enrollments):
        """Somebody left and got the money back; somebody else asks for a part of it."""
        paid = enrollments.filtered(
            lambda enrollment: enrollment.state == "confirmed" and not enrollment.amount_due
        )
        gone = paid.filtered(lambda enrollment: not enrollment.class_id)[:1]
        asking = paid.filtered(lambda enrollment: enrollment.class_id.state == "open")[:1]
        gone.action_cancel()
        refund, _asked = self.env["edu.refund"].create(
            [
                {
                    "enrollment_id": gone.id,
                    "amount": gone.amount_refundable,
                    "reason": "Gia đình chuyển nhà vào Cần Thơ",
                    "user_id": gone.user_id.id,
                },
                {
                    "enrollment_id": asking.id,
                    "amount": 500_000,
                    "reason": "Học phí chuyển khoản thừa vì quên mã ưu đãi",
                    "user_id": asking.user_id.id,
                },
            ]
        )
        refund.action_approve()
        refund.action_pay()

    def _load_certificates(self):
        """For who finished the first classes; one had to be printed anew."""
        finished = self.env["edu.class"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "done")],
            order="date_end, id",
            limit=CERTIFIED,
        )
        certificates = self.env["edu.certificate"].create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "date_issue": class_.date_end + timedelta(days=1),
                    "content": class_.program_id.name,
                    "user_id": enrollment.user_id.id,
                }
                for class_ in finished
                for enrollment in class_.enrollment_ids
                if enrollment.state == "completed"
            ]
        )
        certificates.action_issue()
        wrong = certificates[:1]
        wrong.action_revoke("Ngày sinh in sai, đã cấp lại")
        wrong.copy({"enrollment_id": wrong.enrollment_id.id, "date_issue": self._demo_today()}).action_issue()

    def _load_recognition(self):
        """An entry for each month that is over: what its lessons earned (E19). Called once rolls are taken."""
        Ledger, company = self.env["edu.ledger.entry"], self.env.company
        [(first,)] = Ledger._read_group(
            [("company_id", "=", company.id), ("kind", "=", "delivery")], [], ["date:min"]
        )
        month, today = end_of(first, "month"), self._demo_today()
        while month < today.replace(day=1):
            Ledger._recognize(company, month)
            month = end_of(month + timedelta(days=1), "month")

    def _load_promotions(self):
        """Two that run everywhere and may be combined, one for companies, one that is over."""
        today = self._demo_today()
        campuses = {code: self._demo(f"campus_{code}") for code in catalogue.CAMPUSES}
        home = campuses["HN"]
        for key, code, name, kind, first, last, rate, marketing, limit, elsewhere in (
            ("happy", "HAPPY10", "Ưu đãi khai giảng", False, -20, 70, 10, 60, 0, True),
            ("siblings", "ANHEM5", "Anh chị em cùng học", False, -300, 300, SIBLINGS, 0, 0, True),
            ("company", "DOITAC15", "Doanh nghiệp đối tác", "organisation", -60, 300, 15, 100, 30, True),
            ("teachers_day", "NHAGIAO20", "Tri ân Nhà giáo Việt Nam", "new", -90, -60, 20, 50, 10, False),
        ):
            promotion = self.env["edu.promotion"].create(
                {
                    "code": code,
                    "name": name,
                    "customer_kind": kind,
                    "date_start": today + timedelta(days=first),
                    "date_end": today + timedelta(days=last),
                    "discount_rate": rate,
                    "marketing_rate": marketing,
                    "center_rate": 100 - marketing,
                    "usage_limit": limit,
                    "is_combinable": key in ("happy", "siblings"),
                    "campus_id": home.id,
                    "other_campus_ids": [
                        Command.set(
                            [campus.id for campus in campuses.values() if elsewhere and campus != home]
                        )
                    ],
                    "user_id": home.manager_id.id or self.env.user.id,
                }
            )
            self.env["ir.model.data"]._update_xmlids(
                [{"xml_id": f"edu_enrollment.demo_promotion_{key}", "record": promotion, "noupdate": True}]
            )

    def _load_drafts(self, crowd, students):
        """Talks under way: drafts, the waiting list of a full class, and some who changed their minds."""
        today = self._demo_today()
        finished = [
            place.person
            for place in crowd.places
            if place.class_ and place.class_.state == "done"
            and sum(other.person is place.person for other in crowd.places) == 1
        ]  # fmt: skip
        wanted = {}
        for class_ in planned_classes():
            if class_.state == "open" or (class_.state == "running" and class_.students == class_.capacity):
                wanted.setdefault(class_.campus, []).append(class_)
        vals_list, states = [], []
        for position, person in enumerate(finished[::2][:20]):
            options = wanted[person.campus]
            full = [class_ for class_ in options if class_.students == class_.capacity]
            class_ = full[0] if full and position % 3 == 0 else options[position % len(options)]
            student = students[person]
            record = self._demo(f"class_{class_.code}")
            states.append("waiting" if class_ in full else "cancelled" if position % 3 == 1 else "draft")
            vals_list.append(
                {
                    "student_id": student.id,
                    "package_id": self._demo(f"package_{class_.program}").id,
                    "class_id": record.id,
                    "campus_id": student.campus_id.id,
                    "date_expected": max(record.date_start, today),
                    "user_id": student.user_id.id,
                    "user_enrolling_id": student.user_id.id,
                    "user_approaching_id": student.user_id.id,
                    "promotion_code": "HAPPY10" if states[-1] == "draft" and position % 2 else False,
                }
            )
        enrollments = self.env["edu.enrollment"].create(vals_list)
        by_state = {
            state: enrollments.browse(
                [record.id for record, its in zip(enrollments, states, strict=True) if its == state]
            )
            for state in set(states)
        }
        by_state["waiting"].write({"state": "waiting"})
        by_state["cancelled"].action_confirm()
        by_state["cancelled"].action_cancel()
        cash = self.env["account.journal"].search(
            [("company_id", "=", self.env.company.id), ("type", "=", "cash")], limit=1
        )
        for enrollment in by_state["draft"][:3]:
            enrollment._register_payment(1_000_000, cash, today, is_deposit=True)

    def _load_interruptions(self, enrollments):
        """Classes that are over, and students who pause."""
        enrollments.filtered(lambda enrollment: enrollment.class_id.state == "done").action_complete()
        running = enrollments.filtered(lambda enrollment: enrollment.class_id.state == "running")
        named = [self._demo(key, "edu_enrollment").id for key in ("student", "child_1", "child_2")]
        pausing = running.filtered(lambda enrollment: enrollment.student_id.id not in named)
        pausing = pausing[:: len(pausing) // 4][:4]
        today = self._demo_today()
        pausing.action_suspend(today - timedelta(weeks=2), today + timedelta(weeks=3), "Thi học kỳ ở trường")
        pausing.student_id.state = "suspended"
        done = enrollments.student_id.filtered(
            lambda student: all(enrollment.state == "completed" for enrollment in student.enrollment_ids)
        )
        done.state = "graduated"

    def _load_changes(self, enrollments):
        """Somebody changes the class, somebody gives the course to a friend; a pause lies ahead."""
        named = [self._demo(key, "edu_enrollment").id for key in ("student", "child_1", "child_2")]
        learning = enrollments.filtered(
            lambda enrollment: (
                enrollment.state == "confirmed"
                and enrollment.class_id.state in ("open", "running")
                # Nobody is to be offered a seat, by mail, when the centre is loaded.
                and not enrollment.class_id.waitlist_count
                and enrollment.student_id.id not in named
                and not enrollment.refund_ids
            )
        )
        others = self.env["edu.class"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "open"), ("is_full", "=", False)]
        )
        Transfer = self.env["edu.enrollment.transfer"]
        for enrollment in learning:
            class_ = others.filtered(
                lambda class_, enrollment=enrollment: (
                    class_ != enrollment.class_id
                    and class_.campus_id == enrollment.campus_id
                    and class_.program_id in enrollment.package_id.program_ids
                )
            )[:1]
            if class_:
                Transfer.create(
                    {
                        "enrollment_id": enrollment.id,
                        "target_class_id": class_.id,
                        "reason": "Trùng lịch học thêm ở trường",
                    }
                ).action_apply()
                break
        giver = learning.filtered(
            lambda enrollment: (
                enrollment.class_id.state == "open" and enrollment.amount_paid and not enrollment.change_ids
            )
        )[:1]
        friend = enrollments.student_id.filtered(
            lambda student: (
                student.campus_id == giver.campus_id
                and student.state == "graduated"
                and giver.class_id not in student.enrollment_ids.class_id
            )
        )[:1]
        Transfer.create(
            {
                "enrollment_id": giver.id,
                "target": "student",
                "target_student_id": friend.id,
                "reason": "Nhượng lại khóa học cho bạn",
            }
        ).action_apply()
        today = self._demo_today()
        ahead = learning.filtered(lambda enrollment: enrollment.class_id.state == "running")[:1]
        ahead.action_suspend(today + timedelta(days=5), today + timedelta(days=19), "Về quê ăn cưới")
