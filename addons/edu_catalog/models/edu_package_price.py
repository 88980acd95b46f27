from odoo import fields, models


class EduPackagePrice(models.Model):
    """The price of a package at a campus where it differs from the others (C10)."""

    _name = "edu.package.price"
    _inherit = ["edu.import.mixin"]
    _description = "Package Price at a Campus"
    _order = "package_id, campus_id"
    _rec_name = "campus_id"
    _check_company_auto = True

    _import_keys = (("package_id", "campus_id"),)

    package_id = fields.Many2one("edu.package", required=True, index=True, ondelete="cascade")
    campus_id = fields.Many2one(
        "edu.campus", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="package_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="package_id.currency_id")
    price = fields.Monetary(required=True, help="In the package's currency.")

    _campus_uniq = models.UniqueIndex(
        "(package_id, campus_id)", "The package has a price for this campus already. Change that one."
    )
    _price_positive = models.Constraint("CHECK (price >= 0)", "The price of a package cannot be negative.")
