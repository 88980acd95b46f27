from odoo import fields, models
from odoo.exceptions import UserError


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    certificate_ids = fields.One2many("edu.certificate", "enrollment_id", string="Certificates")
    certificate_count = fields.Integer(compute="_compute_certificate_count")

    def _compute_certificate_count(self):
        counts = dict(
            self.env["edu.certificate"]._read_group(
                [("enrollment_id", "in", self.ids)], ["enrollment_id"], ["__count"]
            )
        )
        for enrollment in self:
            enrollment.certificate_count = counts.get(enrollment, 0)

    def action_create_certificate(self):
        """Open the certificate of the enrolments; those that have none (or a revoked one) get a draft (E21).

        :raise UserError: an enrolment that never came about
        """
        certificates = self._get_or_create_certificates()
        return certificates._open() if certificates else True

    def action_view_certificates(self):
        """Open all certificates of the enrolments, revoked ones too."""
        return self.certificate_ids._open()

    def _get_or_create_certificates(self):
        """The valid certificates of these enrolments, made where there is none (E21); as one batch.

        :return: ``edu.certificate``
        """
        self.check_access("read")
        self._lock()
        for enrollment in self:
            if enrollment.state not in ("confirmed", "completed"):
                raise UserError(
                    self.env._(
                        "%s is neither confirmed nor completed: there is nothing to certify."
                        " Confirm the enrolment first.",
                        enrollment.display_name,
                    )
                )
        valid = self.certificate_ids.filtered(lambda certificate: certificate.state != "revoked")
        return valid | self.env["edu.certificate"].create(
            [{"enrollment_id": enrollment.id} for enrollment in self - valid.enrollment_id]
        )
