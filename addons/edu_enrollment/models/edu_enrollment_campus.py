from odoo import api, models


class EduEnrollment(models.Model):
    """What depends on the campus where something is sold (C10)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("package_id", "campus_id")
    def _compute_price(self):
        """The price of the campus where it differs (C10). What is agreed stays, whatever happens to the class."""
        agreed = self.filtered(
            lambda enrollment: enrollment._origin and enrollment.state not in ("draft", "waiting")
        )
        for enrollment in agreed:
            enrollment.price = enrollment.price
        rest = self - agreed
        result = super(EduEnrollment, rest)._compute_price()
        for enrollment in rest.filtered("package_id"):
            enrollment.price = enrollment.package_id._price_at(enrollment.campus_id)
        return result
