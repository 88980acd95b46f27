from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EduEnrollmentTransfer(models.TransientModel):
    """Changes class, student or package of a sold enrolment, or moves its money to another one (E16, E17)."""

    _name = "edu.enrollment.transfer"
    _inherit = ["edu.dialog.mixin"]
    _description = "Transfer an Enrolment"
    _check_company_auto = True

    enrollment_id = fields.Many2one("edu.enrollment", string="Enrolment", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="enrollment_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="enrollment_id.currency_id", related_sudo=False)
    student_id = fields.Many2one(related="enrollment_id.student_id", related_sudo=False, string="Student Now")
    program_ids = fields.Many2many(related="enrollment_id.package_id.program_ids", related_sudo=False)
    hours_left = fields.Float(related="enrollment_id.hours_left", related_sudo=False)
    target = fields.Selection(
        [
            ("class", "Another class"),
            ("student", "Another student"),
            ("package", "Another package"),
            ("enrollment", "Another enrolment"),
        ],
        required=True,
        default="class",
        help="Another class: hours and money stay. Another student: somebody else goes on with the hours left."
        " Another package: what was not delivered pays for it. Another enrolment: of the student, a relative or"
        " a friend; the money moves there.",
    )
    target_class_id = fields.Many2one(
        "edu.class",
        string="New Class",
        compute="_compute_target_class_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('state', 'in', ('open', 'running')), ('company_id', '=', company_id),"
        " ('program_id', 'in', target_program_ids)]",
    )
    target_student_id = fields.Many2one("edu.student", string="New Student")
    target_package_id = fields.Many2one("edu.package", string="New Package", check_company=True)
    target_program_ids = fields.Many2many("edu.program", compute="_compute_target_program_ids")
    target_enrollment_id = fields.Many2one(
        "edu.enrollment",
        string="Receiving Enrolment",
        check_company=True,
        domain="[('id', '!=', enrollment_id), ('company_id', '=', company_id), ('currency_id', '=', currency_id),"
        " ('state', 'in', ('draft', 'waiting', 'confirmed', 'suspended'))]",
    )
    amount_available = fields.Monetary(
        related="enrollment_id.amount_refundable",
        related_sudo=False,
        string="Available",
        help="Collected minus delivered, and minus refunds to be paid.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        string="Amount to Move",
        help="The fee included.",
    )
    fee = fields.Monetary(help="Kept by the centre.")
    amount_arriving = fields.Monetary(compute="_compute_amount_arriving")
    keep_source = fields.Boolean(
        string="Go On with the Rest",
        help="The enrolment goes on with the hours that the rest of the money pays for. Otherwise it is cancelled.",
    )
    confirm_target = fields.Boolean(
        string="Confirm at Once",
        default=True,
        help="Take the seat and write the invoice now. Otherwise the new enrolment stays a draft.",
    )
    date = fields.Date(
        required=True,
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Char()

    _amounts_positive = models.Constraint(
        "CHECK (amount >= 0 AND fee >= 0 AND fee <= amount)",
        "A fee lies between nothing and the amount that is moved. Correct the two.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("target", "target_package_id", "enrollment_id")
    def _compute_target_program_ids(self):
        for wizard in self:
            package = (
                wizard.target_package_id if wizard.target == "package" else wizard.enrollment_id.package_id
            )
            wizard.target_program_ids = package.program_ids

    @api.depends("target", "target_package_id")
    def _compute_target_class_id(self):
        """Another student takes over the seat in the same class, unless another class is chosen."""
        for wizard in self:
            if wizard.target == "student":
                wizard.target_class_id = wizard.target_class_id or wizard.enrollment_id.class_id
            elif wizard.target_class_id.program_id not in wizard.target_program_ids:
                wizard.target_class_id = False

    @api.depends("enrollment_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.enrollment_id.campus_id._today()

    @api.depends("target", "enrollment_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = 0.0 if wizard.target == "class" else wizard.amount_available

    @api.depends("amount", "fee")
    def _compute_amount_arriving(self):
        for wizard in self:
            wizard.amount_arriving = wizard.amount - wizard.fee

    # ------------------------------------------------------------------ actions
    def action_apply(self):
        """Carry out the change, once per dialog, however often and from wherever it is called (E16, E17).

        :return: action that opens the enrolment that goes on
        :raise AccessError: money would go to another payer, and the user manages no campus
        :raise UserError: more than is available, no seat, a locked period …; nothing is written then
        """
        self.ensure_one()
        self.check_access("write")
        source, target = self.enrollment_id, self.target_enrollment_id
        (source | target).check_access("write")
        # Over the API any id can be sent: nobody moves to a class, student or package that the user may not read.
        for chosen in (self.target_class_id, self.target_student_id, self.target_package_id):
            chosen.check_access("read")
        return source._transfer(self)._open_form()

    def _is_class_change(self):
        """Whether the enrolment goes on in another class of its campus: neither hours nor money move then."""
        return self.target == "class" and self.target_class_id.campus_id == self.enrollment_id.campus_id

    # ------------------------------------------------------------------ checks
    def _check_choice(self):
        """Everything that must be true before anything is written.

        :raise UserError: naming the enrolment, the rule and the way out
        """
        needed = f"target_{self.target}_id"
        if not self[needed]:
            raise UserError(
                self.env._("Choose the field “%s” first.", self._fields[needed]._description_string(self.env))
            )
        source, currency = self.enrollment_id, self.currency_id
        if self.target == "class" and self.target_class_id == source.class_id:
            raise UserError(
                self.env._("%s is in this class already. Choose another one.", source.display_name)
            )
        if self.target == "student" and self.target_student_id == source.student_id:
            raise UserError(
                self.env._("%s is this student's already. Choose somebody else.", source.display_name)
            )
        if self.target == "enrollment":
            self._check_receiver()
        if self._is_class_change():
            if self.amount or self.fee:
                raise UserError(
                    self.env._("A change of class moves no money. Leave the amount and the fee empty.")
                )
        elif currency.compare_amounts(self.amount, source.amount_refundable) > 0:
            raise UserError(
                self.env._(
                    "%(enrollment)s: at most %(limit)s can move: what was collected, minus what was delivered"
                    " and what refunds take. Lower the amount.",
                    enrollment=source.display_name,
                    limit=currency.format(source.amount_refundable),
                )
            )
        self._check_payer()

    def _check_receiver(self):
        source, target, currency = self.enrollment_id, self.target_enrollment_id, self.currency_id
        if target == source:
            raise UserError(
                self.env._("%s cannot receive its own money. Choose another one.", source.display_name)
            )
        if target.company_id != source.company_id or target.currency_id != currency:
            raise UserError(
                self.env._(
                    "%(giver)s and %(receiver)s are not of one company and currency, so no money moves between"
                    " them. Refund it here, and collect it there.",
                    giver=source.display_name,
                    receiver=target.display_name,
                )
            )
        if target.state in ("completed", "cancelled"):
            raise UserError(
                self.env._("%s has ended and needs no money. Choose another one.", target.display_name)
            )
        if currency.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: no money to move. Type an amount; at most what is available.", source.display_name
                )
            )
        is_open = target.state in ("draft", "waiting")
        still_open = target.amount_total - target.amount_paid if is_open else target.amount_due
        if currency.compare_amounts(self.amount_arriving, still_open) > 0:
            raise UserError(
                self.env._(
                    "%(receiver)s has only %(open)s to be paid, and %(arriving)s would arrive. Move less.",
                    receiver=target.display_name,
                    open=currency.format(max(still_open, 0.0)),
                    arriving=currency.format(self.amount_arriving),
                )
            )

    def _check_payer(self):
        """Only a campus manager moves money from one payer to another (E16).

        :raise AccessError: the payers differ and the user is no campus manager
        """
        payer = self.enrollment_id.partner_id
        if self.target == "enrollment":
            receiver = self.target_enrollment_id.partner_id
        elif self.target == "student":
            receiver = self.target_student_id._payer()
        else:
            receiver = payer
        if (
            self.amount
            and receiver.commercial_partner_id != payer.commercial_partner_id
            and not self.env.su
            and not self.env.user.has_group("edu_catalog.group_edu_manager")
        ):
            raise AccessError(
                self.env._(
                    "The money of %(payer)s would go to %(receiver)s. Only a campus manager may do that: ask yours.",
                    payer=payer.display_name,
                    receiver=receiver.display_name,
                )
            )
