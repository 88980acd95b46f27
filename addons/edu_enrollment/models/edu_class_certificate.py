from odoo import models
from odoo.exceptions import UserError


class EduClass(models.Model):
    _inherit = "edu.class"  # pylint: disable=consider-merging-classes-inherited

    def action_issue_certificates(self):
        """Issue the certificates of everybody who took part to the end; again: only those missing (E21).

        :raise UserError: a class is not finished, or had no students
        """
        self.check_access("read")
        for course in self:
            if course.state != "done":
                raise UserError(
                    self.env._(
                        "%s is not finished. Finish the class, then issue its certificates.",
                        course.display_name,
                    )
                )
        attended = self.env["edu.enrollment"].search(
            [("class_id", "in", self.ids), ("state", "in", ("confirmed", "completed"))]
        )
        if not attended:
            raise UserError(self.env._("Nobody took part to the end: there is nothing to certify."))
        certificates = attended._get_or_create_certificates()
        certificates.action_issue()
        return certificates._open()
