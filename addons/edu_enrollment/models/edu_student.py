from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .edu_enrollment import MONEY_GROUPS


class EduStudent(models.Model):
    """A person who studies (E1). Name, phone, e-mail, address and picture are those of the contact."""

    _name = "edu.student"
    _description = "Student"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.coded.mixin"]
    _inherits = {"res.partner": "partner_id"}
    _order = "student_number desc"
    _rec_names_search = ["partner_id.complete_name", "student_number", "partner_id.phone", "partner_id.email"]
    _mail_post_access = "read"

    # How an import recognises a student. A row with nothing but a name is always added.
    _import_keys = (
        ("student_number",),
        ("partner_id",),
        ("name", "birthdate"),
        ("name", "phone"),
        ("name", "email"),
    )
    _code_field = "student_number"
    _code_pattern = r" \((?P<code>[^()]+)\)$"

    partner_id = fields.Many2one(
        "res.partner", string="Personal Contact", required=True, index=True, ondelete="restrict"
    )
    student_number = fields.Char(readonly=True, copy=False, index="trigram")
    student_active = fields.Boolean(related="partner_id.active", string="Contact Active")
    birthdate = fields.Date()
    age = fields.Integer(compute="_compute_age")
    gender = fields.Selection([("female", "Female"), ("male", "Male"), ("other", "Other")])
    state = fields.Selection(
        [
            ("learning", "Learning"),
            ("suspended", "Suspended"),
            ("cancelled", "Cancelled"),
            ("graduated", "Graduated"),
        ],
        string="Study State",
        required=True,
        default="learning",
        index=True,
        tracking=True,
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    student_company_id = fields.Many2one(
        related="campus_id.company_id", store=True, index=True, string="Company of the Campus"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    guardian_ids = fields.One2many("edu.guardian", "student_id")
    enrollment_ids = fields.One2many("edu.enrollment", "student_id", string="Enrolments")
    enrollment_count = fields.Integer(compute="_compute_enrollment_figures")
    hours_left = fields.Float(compute="_compute_enrollment_figures", digits=(8, 2))
    currency_id = fields.Many2one(related="student_company_id.currency_id")
    amount_due = fields.Monetary(
        compute="_compute_amount_due",
        groups=MONEY_GROUPS,
        help="Open instalments, in the currency of the campus's company.",
    )
    note = fields.Html()
    student_properties = fields.Properties(definition="campus_id.student_properties_definition", copy=True)

    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "This contact is a student already. Open that student instead of making a second one."
    )
    _number_uniq = models.UniqueIndex(
        "(student_number) WHERE student_number IS NOT NULL", "Another student has this number already."
    )

    @api.depends("name", "student_number")
    def _compute_display_name(self):
        for student in self:
            student.display_name = (
                f"{student.name} ({student.student_number})" if student.student_number else student.name
            )

    @api.depends("birthdate")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for student in self:
            born = student.birthdate
            student.age = (
                today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else 0
            )

    @api.depends("enrollment_ids.hours_left")
    def _compute_enrollment_figures(self):
        figures = {
            student: (count, hours)
            for student, count, hours in self.env["edu.enrollment"]._read_group(
                [("student_id", "in", self.ids)], ["student_id"], ["__count", "hours_left:sum"]
            )
        }
        for student in self:
            student.enrollment_count, student.hours_left = figures.get(student, (0, 0.0))

    @api.depends("enrollment_ids.amount_due")
    def _compute_amount_due(self):
        self.amount_due = 0.0
        for student, currency, due in self.env["edu.enrollment"]._read_group(
            [("student_id", "in", self.ids)], ["student_id", "currency_id"], ["amount_due:sum"]
        ):
            student.amount_due += currency._convert(due, student.currency_id, student.student_company_id)

    @api.constrains("partner_id")
    def _check_is_person(self):
        for student in self:
            if student.partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "%s is an organisation: it is a customer whose contacts study."
                        " Make the person who learns a student, and the organisation the payer.",
                        student.partner_id.name,
                    )
                )

    @api.constrains("birthdate")
    def _check_birthdate(self):
        today = fields.Date.context_today(self)
        for student in self:
            if student.birthdate and not (
                today.year - 120 <= student.birthdate.year and student.birthdate <= today
            ):
                raise ValidationError(
                    self.env._(
                        "%(student)s cannot have been born on %(date)s. Correct the birthday.",
                        student=student.name,
                        date=student.birthdate,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        unnumbered = [vals for vals in vals_list if not vals.get("student_number")]
        numbers = self.env["ir.sequence"]._next_batch_by_code("edu.student", len(unnumbered))
        for vals, number in zip(unnumbered, numbers, strict=True):
            vals["student_number"] = number
        return super().create(vals_list)

    def write(self, vals):
        if "partner_id" in vals and not self.env.su:
            self._check_contact_stays(vals["partner_id"])
        if "student_number" in vals and not self.env.su:
            self._check_number_stays(vals["student_number"])
        return super().write(vals)

    def _check_number_stays(self, number):
        """A number that stands on papers is given once; other systems' numbers come with the new student (E1)."""
        for student in self:
            if student.student_number != number:
                raise AccessError(
                    self.env._(
                        "%s keeps the student number, which stands on papers. Leave it out.",
                        student.display_name,
                    )
                )

    def _check_contact_stays(self, partner_id):
        """Whoever bought, learns and is certified does not become somebody else (E1).

        Odoo's merging of contacts goes on: it does not write through here.

        :raise UserError: a student with an enrolment that came about
        """
        moved = self.filtered(lambda student: student.partner_id.id != partner_id)
        # sudo: enrolments that the user may not see count as well.
        for student_sudo in moved.sudo():
            if any(student_sudo.enrollment_ids.mapped("date_confirmed")):
                raise UserError(
                    self.env._(
                        "%s has been enrolled and stays this person. Correct the name and address of the"
                        " contact, or merge it with the other contact.",
                        student_sudo.display_name,
                    )
                )

    def _check_studies(self, enrollment):
        """Who left is not sold anything (E1, E9).

        :raise UserError: naming the enrolment and the way out
        """
        if self.state == "cancelled":
            raise UserError(
                self.env._(
                    "%s: the student no longer studies here. Set the student back to learning first.",
                    enrollment.display_name,
                )
            )

    def _check_company_is(self, company):
        """Students are enrolled by the company of their campus (E2).

        :param company: ``res.company`` of an enrolment
        :raise ValidationError: with the way out
        """
        theirs = self.student_company_id
        if theirs != company:
            raise ValidationError(
                self.env._(
                    "%(student)s studies at %(theirs)s, the enrolment belongs to %(ours)s."
                    " Choose a campus of %(theirs)s, or give the student a campus of %(ours)s first.",
                    student=self.display_name,
                    theirs=theirs.name,
                    ours=company.name,
                )
            )

    def _check_open_to_user(self):
        """Whoever is in charge of an enrolment sees its student: nobody enrols whom they may not see (X1, M20).

        Call it on ids that came from anywhere.

        :raise AccessError: one of them is open to the user neither by itself nor by an enrolment
        """
        if self.env.su:
            return
        closed = self - self._filtered_access("read")
        if closed - self.env["edu.enrollment"].search([("student_id", "in", closed.ids)]).student_id:
            raise AccessError(
                self.env._(
                    "This student is in the care of somebody else, and you may not enrol them."
                    " Ask the person in charge to enrol, or to hand the student over to you."
                )
            )

    @api.model
    def _get_or_create(self, partners, values=None):
        """The students that these contacts are; contacts that are none yet become one (E1).

        :param partners: ``res.partner`` recordset
        :param dict values: values of students that have to be made (campus, person in charge …)
        :return: ``edu.student`` in the order of ``partners``
        """
        students = {
            student.partner_id: student for student in self.search([("partner_id", "in", partners.ids)])
        }
        missing = partners.filtered(lambda partner: partner not in students)
        created = self.create([{**(values or {}), "partner_id": partner.id} for partner in missing])
        students |= dict(zip(missing, created, strict=True))
        return self.concat(*(students[partner] for partner in partners))

    def _payer(self):
        """Who pays for this student: the guardian who does, else the student (E1, E10).

        :return: ``res.partner``
        """
        self.ensure_one()
        return self.guardian_ids.filtered("is_payer").partner_id[:1] or self.partner_id

    def action_view_enrollments(self):
        """Open the enrolments of the student."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {
            "domain": [("student_id", "=", self.id)],
            "context": {"default_student_id": self.id, "default_campus_id": self.campus_id.id},
        }

    def action_view_ledger(self):
        """Open the hours ledger of the student (E18)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_ledger_entry_action")
        return action | {"domain": [("student_id", "=", self.id)]}

    # ------------------------------------------------------------------ statement of account
    def action_print_statement(self):
        """Download the statements of account as PDF."""
        self._check_statement()
        return self.env.ref("edu_enrollment.edu_student_report_statement").report_action(self)

    def _check_statement(self):
        """Refuse whoever may see students, but no invoices (teachers)."""
        self.check_access("read")
        if not self.env["account.move"].has_access("read"):
            raise AccessError(
                self.env._(
                    "Statements of account are for those who see invoices: counsellors,"
                    " academic staff and cashiers."
                )
            )

    def _statements(self):
        """The accounts of the students, as accounting has them: nothing is added up that is not posted there.

        Receivable lines of the enrolments' entries (invoices, credit notes, transfers, payments, also those that
        nothing was set off against yet) stand with their whole amount; what settles them from elsewhere (a payment
        for several children) with the part applied here.
        So the balance is the sum of what those lines have open, in each currency.

        :return: dict ``edu.student`` → list of dicts, one per currency: ``currency``, ``lines`` (dicts date, name,
            label, kind, debit, credit, balance; by date), ``debit``, ``credit``, ``balance``, ``enrollments``
        """
        self._check_statement()
        # sudo: only entries of enrolments that the user may see.
        enrollments = self.env["edu.enrollment"].search([("student_id", "in", self.ids)], order="id")
        items_sudo = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    "|",
                    ("move_id.enrollment_id", "in", enrollments.ids),
                    ("move_id.origin_payment_id.enrollment_id", "in", enrollments.ids),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ]
            )
        )
        accounts = {}
        for (student, currency), items in items_sudo.grouped(
            lambda item: (self._statement_enrollment(item.move_id).student_id, item.currency_id)
        ).items():
            items = self._statement_own(items)
            lines = self._statement_documents(items) + self._statement_settlements(items)
            accounts.setdefault(student.id, []).append(self._statement_account(currency, lines, items))
        return {
            student: sorted(accounts.get(student.id, []), key=lambda account: account["currency"].name)
            for student in self
        }

    def _statement_enrollment(self, move):
        return move.enrollment_id or move.origin_payment_id.enrollment_id

    def _statement_own(self, items):
        """Without what an entry that moved money here took from somebody else: it is on the account of the other."""
        return items.filtered(
            lambda item: (
                item.move_id.move_type != "entry"
                or item.move_id.origin_payment_id
                or item.balance < 0
                or not item.reconciled
                or item.matched_credit_ids.credit_move_id & items
            )
        )

    def _statement_kind(self, move):
        if move.origin_payment_id.payment_type == "outbound":
            return self.env._("Refund")
        return self.env._("Payment") if move.origin_payment_id or move.statement_line_id else None

    def _statement_documents(self, items):
        kinds = dict(self.env["account.move"]._fields["move_type"]._description_selection(self.env))
        result = []
        for move, lines in items.grouped("move_id").items():
            payment = move.origin_payment_id
            result.append(
                {
                    "date": move.invoice_date or move.date,
                    "order": (move.id, 0),
                    "name": move.name,
                    "kind": self._statement_kind(move) or kinds[move.move_type],
                    "label": payment.memo
                    or (move.move_type == "entry" and move.ref)
                    or self._statement_enrollment(move).name,
                    "amount": sum(lines.mapped("amount_currency")),
                }
            )
        return result

    def _statement_settlements(self, items):
        """What entries of others settled of these items: one line per entry."""
        applied = {}
        for partials, side, other in (
            (items.matched_credit_ids, "debit", "credit"),
            (items.matched_debit_ids, "credit", "debit"),
        ):
            for partial in partials:
                counterpart = partial[f"{other}_move_id"]
                if counterpart in items:
                    continue
                sign = -1 if side == "debit" else 1
                move = counterpart.move_id
                applied[move] = applied.get(move, 0.0) + sign * partial[f"{side}_amount_currency"]
        return [
            {
                "date": move.date,
                "order": (move.id, 1),
                "name": move.origin_payment_id.name or move.name,
                "kind": self._statement_kind(move) or self.env._("Settlement"),
                "label": move.origin_payment_id.memo or move.ref,
                "amount": amount,
            }
            for move, amount in applied.items()
        ]

    def _statement_account(self, currency, lines, items):
        """Running balance of the lines of one currency."""
        balance = 0.0
        enrollments = items.move_id.enrollment_id | items.move_id.origin_payment_id.enrollment_id
        lines.sort(key=lambda line: (line["date"] or fields.Date.today(), line["order"]))
        for line in lines:
            amount = currency.round(line["amount"])
            balance = currency.round(balance + amount)
            line |= {"debit": max(amount, 0.0), "credit": max(-amount, 0.0), "balance": balance}
        return {
            "currency": currency,
            "lines": lines,
            "debit": currency.round(sum(line["debit"] for line in lines)),
            "credit": currency.round(sum(line["credit"] for line in lines)),
            "balance": balance,
            "enrollments": ", ".join(enrollments.sorted("id").mapped("name")),
        }
