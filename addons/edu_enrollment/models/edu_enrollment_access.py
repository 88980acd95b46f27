"""Who sees the money of enrolments (X1)."""

from odoo import models

# A teacher sees students and hours. Payers see on the portal what is theirs.
MONEY_GROUPS = (
    "edu_catalog.group_edu_counsellor,edu_catalog.group_edu_academic,edu_enrollment.group_edu_cashier,"
    "account.group_account_readonly,account.group_account_invoice,base.group_portal"
)


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    def _has_field_access(self, field, operation):
        """All amounts at once, those of the addons above too."""
        is_money = field.type == "monetary" or field.name == "discount_rate"
        return super()._has_field_access(field, operation) and (
            not is_money or self.env.su or self.env.user.has_groups(MONEY_GROUPS)
        )
