from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .edu_enrollment import SEAT_STATES

# On the list; each student has at most one such entry per class.
ACTIVE_STATES = ("waiting", "offered")
# These two never change: another class or student needs another entry.
PLACE_FIELDS = ("class_id", "student_id")


class EduWaitlist(models.Model):
    """Somebody's place on the waiting list of a full class (E23).

    An entry and its enrolment go together: the enrolment is *waiting* as long as the entry is waiting or offered.
    """

    _name = "edu.waitlist"
    _description = "Waiting List Entry"
    _inherit = ["edu.workflow.mixin"]
    _order = "class_id, position, id"
    _rec_names_search = ["student_id.partner_id.complete_name", "class_id.code", "class_id.name"]

    _workflow = {
        "waiting": (),
        "offered": ("waiting",),
        "enrolled": ("waiting", "offered"),
        "expired": ("offered",),
        "left": ("waiting", "offered"),
    }

    class_id = fields.Many2one(
        "edu.class", required=True, index=True, ondelete="restrict", domain="[('is_full', '=', True)]"
    )
    student_id = fields.Many2one("edu.student", required=True, index=True, ondelete="restrict")
    position = fields.Integer(
        aggregator=None, help="1 is the next one to be offered a seat; 0: no longer on the list."
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("offered", "Seat Offered"),
            ("enrolled", "Enrolled"),
            ("expired", "Expired"),
            ("left", "Left"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        copy=False,
        index=True,
    )
    offer_expires = fields.Datetime(
        readonly=True, copy=False, help="Until then the offered seat is held; afterwards the next one has it."
    )
    enrollment_id = fields.Many2one(
        "edu.enrollment", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    package_id = fields.Many2one(
        "edu.package",
        compute="_compute_package_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('program_ids', 'in', program_id)]",
        help="What is bought when the seat is accepted.",
    )
    program_id = fields.Many2one(related="class_id.program_id")
    partner_id = fields.Many2one(
        "res.partner", string="Payer", compute="_compute_partner_id", compute_sudo=True
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Person in Charge")
    campus_id = fields.Many2one(related="class_id.campus_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="class_id.company_id", store=True, index=True, precompute=True)

    _one_active = models.UniqueIndex(
        "(class_id, student_id) WHERE state IN ('waiting', 'offered')",
        "This student is on the waiting list of this class already.",
    )
    _position_idx = models.Index("(class_id, position) WHERE state IN ('waiting', 'offered')")
    _offer_has_an_end = models.Constraint(
        "CHECK (state <> 'offered' OR offer_expires IS NOT NULL)", "An offered seat is held until a moment."
    )

    @api.depends("enrollment_id.package_id")
    def _compute_package_id(self):
        for entry in self:
            entry.package_id = entry.enrollment_id.package_id or entry.package_id

    @api.depends("enrollment_id.partner_id", "student_id")
    def _compute_partner_id(self):
        for entry in self:
            entry.partner_id = entry.enrollment_id.partner_id or (
                entry.student_id._payer() if entry.student_id else False
            )

    @api.depends("class_id", "student_id")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = f"{entry.class_id.display_name} · {entry.student_id.display_name}"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        """Join at the end of the list. Where a seat happens to be free, it is offered at once.

        :raise UserError: the student is in the class, or on its list, already
        """
        vals_list = [dict(vals) for vals in vals_list]
        # Over the API any id can be sent: tell nothing about students that the user may not see.
        students = {vals["student_id"] for vals in vals_list if vals.get("student_id")}
        self.env["edu.student"].browse(students).check_access("read")
        classes = self.env["edu.class"].browse(
            {vals["class_id"] for vals in vals_list if vals.get("class_id")}
        )
        classes._lock()
        last = dict(
            self.sudo()._read_group(
                [("class_id", "in", classes.ids), ("state", "in", ACTIVE_STATES)],
                ["class_id"],
                ["position:max"],
            )
        )
        last = {class_.id: position for class_, position in last.items()}
        for vals in vals_list:
            last[vals.get("class_id")] = vals["position"] = last.get(vals.get("class_id"), 0) + 1
        self._check_not_there(vals_list)
        entries = super().create(vals_list)
        entries._start_waiting()
        entries.sudo().class_id._offer_free_seats()
        return entries

    def write(self, vals):
        if not self.env.su:
            self._check_place_stays(vals)
        if "position" in vals and not (
            self.env.su or self.env.user.has_group("edu_catalog.group_edu_academic")
        ):
            raise AccessError(
                self.env._("The order of the waiting list is kept by academic staff. Ask one of them.")
            )
        result = super().write(vals)
        if vals.get("package_id"):
            # Create the enrolment now, by staff: the seat may be accepted on the portal, where nobody may create one.
            self.filtered(lambda entry: entry.state in ACTIVE_STATES)._start_waiting()
        return result

    def web_resequence(self, specification, field_name="sequence", offset=0):
        """Dragged on the screen, perhaps between the lists of several classes: each is 1, 2, 3 … again."""
        super().web_resequence(specification, field_name, offset)
        # sudo: the new order was written with the user's rights; closing gaps does not change it.
        self.sudo()._close_gaps()
        return self.web_read(specification)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        for entry in self:
            if entry.state in ACTIVE_STATES:
                raise UserError(
                    self.env._("%s is still on the waiting list. Take it off first.", entry.display_name)
                )

    @api.model
    def _derived_fields(self):
        """Set by what happens: a draft of somebody else's, typed here, would wait or be confirmed (E23)."""
        return super()._derived_fields() | {"state", "offer_expires", "enrollment_id"}

    def _check_place_stays(self, vals):
        """Nobody takes a place on one list along to another (E23)."""
        for entry in self:
            if any(name in vals and entry[name].id != vals[name] for name in PLACE_FIELDS):
                raise UserError(
                    self.env._(
                        "%s: the class and the student of a place on the waiting list stay."
                        " Leave the list, and join the other one.",
                        entry.display_name,
                    )
                )

    @api.model
    def _check_not_there(self, vals_list):
        pairs = {(vals.get("class_id"), vals.get("student_id")) for vals in vals_list}
        domain = [
            ("class_id", "in", [pair[0] for pair in pairs]),
            ("student_id", "in", [pair[1] for pair in pairs]),
        ]
        there_sudo = [
            *self.sudo().search([*domain, ("state", "in", ACTIVE_STATES)]),
            *self.env["edu.enrollment"].sudo().search([*domain, ("state", "in", ("confirmed", "suspended"))]),
        ]
        for record_sudo in there_sudo:
            if (record_sudo.class_id.id, record_sudo.student_id.id) in pairs:
                raise UserError(
                    self.env._(
                        "%(student)s is in class %(class)s, or on its waiting list, already.",
                        student=record_sudo.student_id.display_name,
                        **{"class": record_sudo.class_id.display_name},
                    )
                )

    # ------------------------------------------------------------------ actions
    def action_accept(self):
        """Take the offered seat: confirms the enrolment with all that belongs to it (E9, E23).

        Entries that are enrolled already are passed over, so that accepting twice is accepting once.

        :raise UserError: no seat was offered, the offer is over, or no package was chosen
        """
        self.check_access("write")
        # Whoever accepts may have the seat taken. Nothing that was read before these two lines is used after them.
        self.sudo().enrollment_id._wait_for_turn(self.class_id)
        todo = self._lock().filtered(lambda entry: entry.state != "enrolled")
        now = fields.Datetime.now()
        for entry in todo:
            if entry.state != "offered":
                raise UserError(
                    self.env._(
                        "No seat is offered to %s at the moment. Wait for an offer, or join the list again.",
                        entry.student_id.display_name,
                    )
                )
            if entry.offer_expires <= now:
                raise UserError(
                    self.env._(
                        "The offer to %s is over; the seat goes to the next one. Join the list again.",
                        entry.student_id.display_name,
                    )
                )
        todo._draft_enrollments()
        for entry in todo:
            if not entry.enrollment_id:
                raise UserError(
                    self.env._(
                        "Choose the package that %s buys before the seat is taken.",
                        entry.student_id.display_name,
                    )
                )
        # Confirming ends the entry, see _follow.
        return todo.enrollment_id.action_confirm()

    def action_leave(self):
        """Leave the list; a held seat goes to the next one, the enrolment is a draft again (E23)."""
        self.check_access("write")
        self._lock().filtered(lambda entry: entry.state in ACTIVE_STATES).sudo()._end("left")
        return True

    # ------------------------------------------------------------------ business
    def _start_waiting(self):
        """The enrolments of these entries wait as long as the entries do."""
        self._draft_enrollments()
        # sudo: creating the entry was checked; its enrolment waits as a consequence.
        drafts_sudo = self.sudo().enrollment_id.filtered(lambda item: item.state == "draft")
        if drafts_sudo:
            drafts_sudo.write({"state": "waiting"})

    def _offer_url(self):
        """Address where the offer is answered; empty where there is no such page (E23)."""
        self.ensure_one()
        return ""

    def _draft_enrollments(self):
        """Entries without an enrolment get one as soon as it is known what is bought."""
        bare = self.filtered(lambda entry: not entry.enrollment_id and entry.package_id)
        if not bare:
            return
        enrollments = self.env["edu.enrollment"].create(
            [
                {
                    "student_id": entry.student_id.id,
                    "package_id": entry.package_id.id,
                    "class_id": entry.class_id.id,
                    "campus_id": entry.campus_id.id,
                    "date_expected": max(
                        entry.class_id.date_start or entry.campus_id._today(), entry.campus_id._today()
                    ),
                }
                for entry in bare
            ]
        )
        # sudo: users may not type the link between entry and enrolment.
        for entry_sudo, enrollment in zip(bare.sudo(), enrollments, strict=True):
            entry_sudo.enrollment_id = enrollment

    def _offer(self):
        """Hold a seat for these entries and say so by mail, once: entry, seat and mail are one transaction."""
        now = fields.Datetime.now()
        for company, entries in self.grouped("company_id").items():
            hours = (company or self.env.company).edu_waitlist_hours
            entries.write({"state": "offered", "offer_expires": now + timedelta(hours=hours)})
        self.env.ref("edu_enrollment.mail_template_waitlist_offer").send_mail_batch(self.ids)

    def _end(self, state):
        """Take entries off the list, close the gap and offer what they held to the next ones.

        :param str state: ``expired``, ``left`` or ``enrolled``
        """
        if not self:
            return
        self.write({"state": state, "position": 0})
        self._close_gaps()
        waiting = self.enrollment_id.filtered(lambda enrollment: enrollment.state == "waiting")
        if waiting:
            waiting.write({"state": "draft"})
        self.class_id._offer_free_seats()

    def _close_gaps(self):
        """Number the lists of these classes 1, 2, 3 … again."""
        entries = self.search([("class_id", "in", self.class_id.ids), ("state", "in", ACTIVE_STATES)])
        for listed in entries.grouped("class_id").values():
            for position, entry in enumerate(
                listed.sorted(lambda entry: (entry.position, entry.id)), start=1
            ):
                if entry.position != position:
                    entry.position = position

    @api.model
    def _cron_offer(self):
        """End offers that are over, and offer what is free. Finds nothing to do when run again."""
        self.search([("state", "=", "offered"), ("offer_expires", "<=", fields.Datetime.now())])._end(
            "expired"
        )
        self.env["edu.class"].search([("waitlist_count", ">", 0)])._offer_free_seats()

    @api.model
    def _follow(self, enrollments):
        """Keep the rule: an enrolment waits exactly as long as it has an entry that is waiting or offered.

        :param enrollments: ``edu.enrollment`` of which state or class changed
        """
        enrollments_sudo, entries_sudo = enrollments.sudo(), self.sudo()
        listed_sudo = entries_sudo.search(
            [("enrollment_id", "in", enrollments.ids), ("state", "in", ACTIVE_STATES)]
        )
        listed_sudo._follow_enrollments()
        still_sudo = listed_sudo.filtered(lambda entry: entry.state in ACTIVE_STATES).enrollment_id
        new_sudo = enrollments_sudo.filtered(lambda item: item.state == "waiting") - still_sudo
        without_class_sudo = new_sudo.filtered(lambda item: not item.class_id)
        if without_class_sudo:
            without_class_sudo.write({"state": "draft"})
        joining_sudo = new_sudo - without_class_sudo
        if joining_sudo:
            entries_sudo.create(
                [
                    {
                        "class_id": enrollment_sudo.class_id.id,
                        "student_id": enrollment_sudo.student_id.id,
                        "enrollment_id": enrollment_sudo.id,
                    }
                    for enrollment_sudo in joining_sudo
                ]
            )

    def _follow_enrollments(self):
        """Bring entries in line with what became of their enrolments."""
        seated = self.filtered(
            lambda entry: (
                entry.enrollment_id.state in SEAT_STATES and entry.enrollment_id.class_id == entry.class_id
            )
        )
        gone = self.filtered(
            lambda entry: (
                entry.enrollment_id
                and entry not in seated
                and (entry.enrollment_id.state != "waiting" or entry.enrollment_id.class_id != entry.class_id)
            )
        )
        seated._end("enrolled")
        if gone:
            gone.write({"state": "left", "position": 0})
            gone._close_gaps()
            gone.class_id._offer_free_seats()

    @api.model
    def _check_student_stays(self, enrollments, student_id):
        """A place on the list is its student's (E23).

        :param int student_id: who is to be the student of the enrolments
        :raise UserError: somebody waits in the name of another one
        """
        for enrollment in enrollments:
            if enrollment.state == "waiting" and enrollment.student_id.id != student_id:
                raise UserError(
                    self.env._(
                        "%(enrollment)s waits for a seat in the name of %(student)s."
                        " Leave the waiting list, and make an enrolment for the other student.",
                        enrollment=enrollment.display_name,
                        student=enrollment.student_id.display_name,
                    )
                )

    @api.model
    def _check_can_join(self, enrollments):
        """Lists are for full classes (E23).

        :raise UserError: no class is chosen, or it has a seat left
        """
        for enrollment in enrollments:
            if not enrollment.class_id:
                raise UserError(
                    self.env._("%s: choose the class whose list is to be joined.", enrollment.display_name)
                )
            if not enrollment.class_id.is_full:
                raise UserError(
                    self.env._(
                        "%(enrollment)s: class %(class)s has a seat left. Confirm the enrolment instead.",
                        enrollment=enrollment.display_name,
                        **{"class": enrollment.class_id.display_name},
                    )
                )


class EduEnrollment(models.Model):
    """The place of an enrolment on the waiting list (E23)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    class_is_full = fields.Boolean(related="class_id.is_full")
    waitlist_ids = fields.One2many("edu.waitlist", "enrollment_id", string="Waiting List Entries")
