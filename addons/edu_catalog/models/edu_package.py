from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EduPackage(models.Model):
    _name = "edu.package"
    _description = "Package"
    _inherit = ["mail.thread", "edu.import.mixin"]
    _order = "code, name"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    _import_keys = (("code",), ("name", "campus_id"))

    name = fields.Char(required=True, translate=True, tracking=True, index="trigram")
    code = fields.Char(copy=False)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("class", "By class"), ("hours", "By hours"), ("combo", "Combo")],
        required=True,
        default="class",
        help="By class: a seat in one class. By hours: a pass that is used up lesson by lesson."
        " Combo: several programs together.",
    )
    program_ids = fields.Many2many(
        "edu.program",
        "edu_package_program_rel",
        "package_id",
        "program_id",
        string="Programs",
        check_company=True,
        # Archived programs count too: a package without any program would hold for all programs.
        context={"active_test": False},
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    price = fields.Monetary(required=True, tracking=True)
    hours = fields.Float(
        digits=(8, 2),
        compute="_compute_hours",
        store=True,
        readonly=False,
        precompute=True,
        help="Teaching hours that the customer buys; proposed from the programs.",
    )
    product_id = fields.Many2one(
        "product.product",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
        help="The product that stands on invoices; it carries accounts and taxes and is made with the package.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self.env["edu.campus"]._default_for_user(),
        help="The campus that keeps the package.",
    )
    campus_ids = fields.Many2many(
        "edu.campus",
        string="Sold at",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: the package is sold at every campus.",
    )
    campus_price_ids = fields.One2many(
        "edu.package.price",
        "package_id",
        string="Prices per Campus",
        copy=True,
        help="Where the price differs from the package's own.",
    )
    date_from = fields.Date(string="Sold From")
    date_to = fields.Date(string="Sold Until")
    note = fields.Html()

    _code_uniq = models.UniqueIndex("(code) WHERE code IS NOT NULL", "Another package has this code already.")
    _price_positive = models.Constraint("CHECK (price >= 0)", "The price of a package cannot be negative.")
    _hours_positive = models.Constraint("CHECK (hours >= 0)", "The hours of a package cannot be negative.")
    _dates_ordered = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A package is sold from a date until a later one. Correct the dates.",
    )

    @api.depends("program_ids")
    def _compute_hours(self):
        for package in self:
            # Without programs there is nothing to add up: the typed hours stay.
            package.hours = sum(package.program_ids.mapped("hours")) if package.program_ids else package.hours

    @api.constrains("kind", "program_ids")
    def _check_program_ids(self):
        for package in self:
            if package.kind != "hours" and not package.program_ids:
                raise ValidationError(
                    self.env._("The package “%s” names no program. Add the programs it covers.", package.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        without = packages.filtered(lambda package: not package.product_id)
        # Creating packages was allowed by super(); the product is part of its package.
        products_sudo = (
            self.env["product.product"]
            .sudo()
            .create([package._prepare_product_values() for package in without])
        )
        for package, product in zip(without, products_sudo, strict=True):
            package.sudo().product_id = product.id
        return packages

    def write(self, vals):
        result = super().write(vals)
        if not {"name", "code", "price", "currency_id", "company_id"}.isdisjoint(vals):
            for package in self:
                # Writing the package was allowed by super(); its product follows.
                product_sudo = package.product_id.sudo()
                product_sudo.write(package._prepare_product_values())
        if "active" in vals:
            # Archiving the template archives its only variant too.
            templates_sudo = self.product_id.sudo().product_tmpl_id
            templates_sudo.active = vals["active"]
        return result

    def unlink(self):
        products_sudo = self.product_id.sudo()
        result = super().unlink()
        # Deleting the packages was allowed by super(); a product that stands on an invoice is only archived.
        products_sudo._unlink_or_archive(check_access=False)
        products_sudo.exists().product_tmpl_id.active = False
        return result

    def copy(self, default=None):
        packages = super().copy(default)
        for source, package in zip(self, packages, strict=True):
            # Copying was allowed by super(); taxes and category stand on the product.
            source_sudo, product_sudo = (
                record.sudo().product_id.product_tmpl_id for record in (source, package)
            )
            if source.company_id == package.company_id:
                product_sudo.write(source_sudo.copy_data(package._prepare_product_values())[0])
        return packages

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for package, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%s (copy)", package.name)
        return vals_list

    @api.model
    def _derived_fields(self):
        """The product is made with the package: a typed one would be renamed and priced by the package."""
        return super()._derived_fields() | {"product_id"}

    def _prepare_product_values(self):
        """The values by which the product follows its package; its price is in the company's currency."""
        self.ensure_one()
        return {
            "name": self.name,
            "default_code": self.code,
            "type": "service",
            "list_price": self.currency_id._convert(self.price, self.company_id.currency_id, self.company_id),
            "company_id": self.company_id.id,
            "sale_ok": True,
            "purchase_ok": False,
        }

    def _price_at(self, campus):
        """What the package costs at a campus (C10).

        :param campus: ``edu.campus``, may be empty
        :return: amount in the package's currency
        """
        self.ensure_one()
        # Whoever has the package before them may know its price at the campus.
        own_sudo = self.sudo().campus_price_ids.filtered(lambda line: line.campus_id == campus)
        return own_sudo.price if own_sudo else self.price

    def _is_on_sale(self, date, campus=None):
        """Whether the package can be sold (C2, C10).

        :param date date: the day of the sale, in the campus's time zone
        :param campus: ``edu.campus`` where it is sold; none: anywhere
        :return: bool
        """
        self.ensure_one()
        return (
            self.active
            and (not self.date_from or self.date_from <= date)
            and (not self.date_to or date <= self.date_to)
            and (not campus or not self.campus_ids or campus in self.campus_ids)
            and all(
                program.active and program.state == "published"
                # ``program_ids`` holds archived programs too: they are no longer taught.
                for program in self.program_ids
            )
        )
