"""What the waiting list (E23) and the roster (E25) add to classes."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .edu_enrollment import SEAT_STATES
from .edu_waitlist import ACTIVE_STATES


class EduClass(models.Model):
    _inherit = "edu.class"  # pylint: disable=consider-merging-classes-inherited

    waitlist_ids = fields.One2many("edu.waitlist", "class_id", string="Waiting List")
    # Stored on purpose: joining writes the row of the class, as giving back a seat does. Who joins while the
    # last seat is given back meets the other one there, and no free seat is left with people waiting for it.
    waitlist_count = fields.Integer(compute="_compute_waitlist_count", store=True, string="Waiting")
    seats_offered = fields.Integer(
        compute="_compute_waitlist_count", store=True, help="Seats held for people of the waiting list."
    )

    @api.depends("waitlist_ids.state", "waitlist_ids.class_id")
    def _compute_waitlist_count(self):
        counts = {
            (course.id, state): count
            for course, state, count in self.env["edu.waitlist"]._read_group(
                [("class_id", "in", self.ids), ("state", "in", ACTIVE_STATES)],
                ["class_id", "state"],
                ["__count"],
            )
        }
        for record in self:
            record.waitlist_count = counts.get((record._origin.id, "waiting"), 0)
            record.seats_offered = counts.get((record._origin.id, "offered"), 0)

    @api.depends("seats_offered")
    def _compute_seats_taken(self):
        """An offered seat is taken: counted here, it is held by the same constraint that holds sold seats,
        and nobody who passes by can buy it while the offer stands (E23, E24)."""
        result = super()._compute_seats_taken()
        for record in self:
            record.seats_taken += record.seats_offered
        return result

    def write(self, vals):
        result = super().write(vals)
        if not {"capacity", "seats_limited", "state"}.isdisjoint(vals):
            # The write was allowed; seats that it made free are offered to those who wait.
            records_sudo = self.sudo()
            if vals.get("state") in ("done", "cancelled"):
                records_sudo.waitlist_ids.filtered(lambda entry: entry.state in ACTIVE_STATES)._end("left")
            records_sudo._offer_free_seats()
        return result

    def _lock(self):
        """Wait for whoever sells, frees or offers seats of these classes; see ``edu.enrollment._lock``."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM edu_class WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                tuple(self.ids) or (0,),
            )
        )

    def _offer_free_seats(self):
        """Offer every free seat to the next one in line (E23). Called wherever a seat may have become free."""
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
        queues = self.env["edu.waitlist"].search(
            [("class_id", "in", todo.ids), ("state", "=", "waiting")], order="position, id"
        )
        offers = queues.browse()
        for record, queue in queues.grouped("class_id").items():
            offers |= queue[: record.seats_available] if record.seats_limited else queue
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
        # Who is there is asked for with all rights, or a colleague's customer would be enrolled twice.
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
        base = {
            "package_id": package.id,
            "class_id": self.id,
            "campus_id": self.campus_id.id,
            "date_expected": max(self.date_start or fields.Date.today(), fields.Date.context_today(self)),
        }
        vals_by_student = {
            student: {**base, **(values or {}).get(student.id, {}), "student_id": student.id}
            for student in todo
        }
        if todo[:seats]:
            results += self._enroll_batch(todo[:seats], vals_by_student)
        rest = todo[seats:]
        if waitlist:
            queue = Enrollment.create([vals_by_student[student] for student in rest])
            queue.action_join_waitlist()
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
