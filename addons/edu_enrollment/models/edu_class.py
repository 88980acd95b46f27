from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.dates import share_of_days
from .edu_enrollment import SEAT_STATES
from .edu_waitlist import ACTIVE_STATES


class EduClass(models.Model):
    """The students of a class: their seats (E24), the waiting list (E23) and the roster (E25)."""

    _inherit = "edu.class"

    enrollment_ids = fields.One2many("edu.enrollment", "class_id", string="Enrolments")
    # Derived from the enrolments and stored in the column that the constraint of edu_catalog holds: a sale
    # writes this row, so that two sales at once cannot both count the same last seat as free (E24).
    seats_taken = fields.Integer(compute="_compute_seats_taken", store=True)
    waitlist_ids = fields.One2many("edu.waitlist", "class_id", string="Waiting List")
    # Stored on purpose: joining the list writes the row of the class, as cancelling does. When both happen at
    # once, one of them is retried, so that no seat stays free while somebody waits for it.
    waitlist_count = fields.Integer(compute="_compute_waitlist_count", store=True, string="Waiting")
    seats_offered = fields.Integer(
        compute="_compute_waitlist_count", store=True, help="Seats held for people of the waiting list."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("enrollment_ids.state", "enrollment_ids.class_id", "seats_offered")
    def _compute_seats_taken(self):
        """Sold seats, and offered ones: counted here, an offered seat is held by the same constraint that holds
        sold seats, and nobody who passes by can buy it while the offer stands (E23, E24)."""
        sold = dict(
            self.env["edu.enrollment"]._read_group(
                [("class_id", "in", self.ids), ("state", "in", SEAT_STATES)], ["class_id"], ["__count"]
            )
        )
        for record in self:
            record.seats_taken = sold.get(record._origin, 0) + record.seats_offered

    @api.depends("waitlist_ids.state", "waitlist_ids.class_id")
    def _compute_waitlist_count(self):
        counts = {
            (class_.id, state): count
            for class_, state, count in self.env["edu.waitlist"]._read_group(
                [("class_id", "in", self.ids), ("state", "in", ACTIVE_STATES)],
                ["class_id", "state"],
                ["__count"],
            )
        }
        for record in self:
            record.waitlist_count = counts.get((record._origin.id, "waiting"), 0)
            record.seats_offered = counts.get((record._origin.id, "offered"), 0)

    # ------------------------------------------------------------------ checks
    @api.constrains("program_id", "campus_id")
    def _check_enrollments_fit(self):
        """Who is in the class bought its program, at its campus: it cannot become another one under them (E2)."""
        self.sudo().enrollment_ids.filtered(
            lambda enrollment: enrollment.state != "cancelled"
        )._check_class_id()

    def _check_fits(self, package, campus):
        """Whether a package that is sold at a campus covers this class (E2).

        :param package: ``edu.package``
        :param campus: ``edu.campus`` of the enrolment
        :raise ValidationError: naming what does not fit, and the way out
        """
        self.ensure_one()
        programs = package.program_ids
        if programs and self.program_id not in programs:
            raise ValidationError(
                self.env._(
                    "The package %(package)s does not cover the program of class %(class)s."
                    " Choose a class of: %(programs)s.",
                    package=package.name,
                    programs=", ".join(programs.mapped("name")),
                    **{"class": self.display_name},
                )
            )
        if self.campus_id != campus:
            raise ValidationError(
                self.env._(
                    "Class %(class)s is held at %(theirs)s, the enrolment belongs to %(ours)s."
                    " Choose a class of that campus, or change the campus of the enrolment.",
                    theirs=self.campus_id.name,
                    ours=campus.name,
                    **{"class": self.display_name},
                )
            )

    def _check_open_for(self, enrollment):
        """Seats are sold while the class is open or running (C5, E9).

        :raise UserError: naming the enrolment and the way out
        """
        for record in self:
            if record.state not in ("open", "running"):
                raise UserError(
                    self.env._(
                        "%(enrollment)s: class %(class)s is not open for enrolment. Open it, or choose another one.",
                        enrollment=enrollment.display_name,
                        **{"class": record.display_name},
                    )
                )

    def _check_no_students(self):
        """What happens to the students, and to their money, is not decided by the way (C5, E25).

        :raise UserError: there are students in a class that is about to be cancelled
        """
        counts = (
            self.env["edu.enrollment"]
            .sudo()
            ._read_group(
                [("class_id", "in", self.ids), ("state", "in", ("confirmed", "suspended"))],
                ["class_id"],
                ["__count"],
            )
        )
        for class_sudo, count in counts:
            raise UserError(
                self.env._(
                    "%(class)s cannot be cancelled: it has %(count)s students. Transfer them to another class,"
                    " or remove them on the roster, first.",
                    count=count,
                    **{"class": class_sudo.display_name},
                )
            )

    def _check_seats(self):
        """Say in words what the database is about to refuse (E24).

        :raise UserError: a class has more students than seats
        """
        for record in self:
            if record.seats_limited and record.seats_taken > record.capacity:
                raise UserError(
                    self.env._(
                        "%(class)s is full: all of its %(seats)s seats are taken."
                        " Choose another class, or join the waiting list.",
                        seats=record.capacity,
                        **{"class": record.display_name},
                    )
                )

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        if vals.get("state") == "cancelled":
            self._check_no_students()
        result = super().write(vals)
        if not {"capacity", "seats_limited", "state"}.isdisjoint(vals):
            # sudo: the write was checked; offering the freed seats follows from it.
            records_sudo = self.sudo()
            if vals.get("state") in ("done", "cancelled"):
                records_sudo.waitlist_ids.filtered(lambda entry: entry.state in ACTIVE_STATES)._end("left")
            records_sudo._offer_free_seats()
        return result

    # ------------------------------------------------------------------ seats
    def _share_given(self):
        """How much of each class is over by today, in days: of who joins mid-course so much is left out (E17).

        :return: dict class id → share, 0 (not begun) to 1 (over); classes without both dates are not begun
        """
        return {
            record.id: share_of_days(record.date_start, record.date_end, record.campus_id._today())
            for record in self
        }

    def _offer_free_seats(self):
        """Offer free seats to the next ones on the waiting list (E23). Every verb that may free a seat calls this."""
        todo = self.filtered(
            lambda record: (
                record.waitlist_count
                and record.state in ("open", "running")
                and (not record.seats_limited or record.seats_available)
            )
        )
        if not todo:
            return
        todo._lock()
        waiting = self.env["edu.waitlist"].search(
            [("class_id", "in", todo.ids), ("state", "=", "waiting")], order="position, id"
        )
        offers = waiting.browse()
        for record, entries in waiting.grouped("class_id").items():
            offers |= entries[: record.seats_available] if record.seats_limited else entries
        if offers:
            offers._offer()

    # ------------------------------------------------------------------ roster
    def _enroll_students(self, students, package, waitlist=False, values=None):
        """Enrol students in this class and confirm them (E25). Nobody is enrolled twice.

        :param students: ``edu.student`` recordset; the first ones have the free seats
        :param package: ``edu.package`` that all of them buy
        :param bool waitlist: whether those without a seat join the waiting list
        :param dict values: student id → values of the enrolment
        :return: list of (student, outcome, reason): outcome is ``enrolled``, ``waiting``, ``there`` or ``refused``
        """
        self.ensure_one()
        Enrollment = self.env["edu.enrollment"]
        Enrollment.check_access("create")
        self._lock()
        # sudo: enrolments of colleagues count as well, or somebody would be enrolled twice.
        there_sudo = (
            Enrollment.sudo()
            .search(
                [
                    ("class_id", "=", self.id),
                    ("student_id", "in", students.ids),
                    ("state", "in", (*SEAT_STATES, "waiting")),
                ]
            )
            .student_id
        )
        results = [(student, "there", "") for student in students if student.id in there_sudo.ids]
        todo = students.filtered(lambda student: student.id not in there_sudo.ids)
        gone = todo.filtered(lambda student: student.state == "cancelled")
        results += [(student, "refused", self.env._("No longer studies here.")) for student in gone]
        todo -= gone
        seats = self.seats_available if self.seats_limited else len(todo)
        today = self.campus_id._today()
        base = {
            "package_id": package.id,
            "class_id": self.id,
            "campus_id": self.campus_id.id,
            "date_expected": max(self.date_start or today, today),
        }
        vals_by_student = {
            student: {**base, **(values or {}).get(student.id, {}), "student_id": student.id}
            for student in todo
        }
        if todo[:seats]:
            results += self._enroll_batch(todo[:seats], vals_by_student)
        rest = todo[seats:]
        if waitlist:
            Enrollment.create([vals_by_student[student] for student in rest]).action_join_waitlist()
            results += [(student, "waiting", "") for student in rest]
        else:
            results += [(student, "refused", self.env._("No seat is left in the class.")) for student in rest]
        return results

    def _enroll_batch(self, students, vals_by_student):
        """All at once; when somebody is refused, one by one, to tell who and why."""
        try:
            with self.env.cr.savepoint():
                self.env["edu.enrollment"].create(
                    [vals_by_student[student] for student in students]
                ).action_confirm()
            return [(student, "enrolled", "") for student in students]
        except UserError as error:
            if len(students) == 1:
                return [(students, "refused", str(error))]
            return [result for student in students for result in self._enroll_batch(student, vals_by_student)]

    def action_add_students(self):
        """Open the dialog that enrols students in this class (E25)."""
        self.ensure_one()
        return self._wizard_action("edu.class.enroll", self.env._("Add Students"))

    def action_join_waitlist(self):
        """Open the dialog that puts students on the waiting list of this class (E23)."""
        self.ensure_one()
        action = self._wizard_action("edu.class.enroll", self.env._("Join the Waiting List"))
        return action | {"context": {**action["context"], "default_waitlist": True}}

    def action_promote(self):
        """Open the dialog that moves students up to the next program's class (E25)."""
        self.ensure_one()
        return self._wizard_action("edu.class.promote", self.env._("Move Up to the Next Program"))

    def _wizard_action(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_class_id": self.id},
        }

    def action_view_waitlist(self):
        """Open the waiting list of the class (E23)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_waitlist_action")
        return action | {
            "domain": [("class_id", "=", self.id)],
            "context": {"default_class_id": self.id, "search_default_active": 1},
        }

    def action_view_enrollments(self):
        """Open the enrolments of the class."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {
            "domain": [("class_id", "=", self.id)],
            "context": {"default_class_id": self.id, "default_campus_id": self.campus_id.id},
        }

    # ------------------------------------------------------------------ certificates
    def action_issue_certificates(self):
        """Issue the certificates of everybody who took part to the end; again: only those missing (E21).

        :raise UserError: a class is not finished, or had no students
        """
        self.check_access("read")
        for class_ in self:
            if class_.state != "done":
                raise UserError(
                    self.env._(
                        "%s is not finished. Finish the class, then issue its certificates.",
                        class_.display_name,
                    )
                )
        attended = self.env["edu.enrollment"].search(
            [("class_id", "in", self.ids), ("state", "in", ("confirmed", "completed"))]
        )
        if not attended:
            raise UserError(self.env._("Nobody took part to the end: there is nothing to certify."))
        certificates = self.env["edu.certificate"]._get_or_create(attended)
        certificates.action_issue()
        return certificates._open()
