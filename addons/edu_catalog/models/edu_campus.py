from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError


class EduCampus(models.Model):
    _name = "edu.campus"
    _description = "Campus"
    _inherit = ["mail.thread", "edu.coded.mixin"]
    _order = "sequence, name"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, index="trigram", tracking=True)
    code = fields.Char(required=True, copy=False, help="Short code, used in class codes and reports.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Address", check_company=True)
    manager_id = fields.Many2one("res.users", tracking=True, domain=[("share", "=", False)])
    user_ids = fields.Many2many(
        "res.users",
        "edu_campus_users_rel",
        "campus_id",
        "user_id",
        string="Staff",
        domain=[("share", "=", False)],
        help="Who works here. Staff see the records of their campuses.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening Hours",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        default=lambda self: self.env.context.get("tz") or self.env.user.tz or "UTC",
        help="Times of lessons at this campus are shown and planned in this time zone.",
    )
    room_ids = fields.One2many("edu.room", "campus_id", string="Rooms")
    class_ids = fields.One2many("edu.class", "campus_id", string="Classes")
    room_count = fields.Integer(compute="_compute_counts")
    class_count = fields.Integer(compute="_compute_counts", string="Current Classes")

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "Another campus has this code already. Choose another one."
    )

    @api.depends("room_ids", "class_ids.state")
    def _compute_counts(self):
        rooms = dict(
            self.env["edu.room"]._read_group([("campus_id", "in", self.ids)], ["campus_id"], ["__count"])
        )
        classes = dict(
            self.env["edu.class"]._read_group(
                [("campus_id", "in", self.ids), ("state", "in", ("open", "running"))],
                ["campus_id"],
                ["__count"],
            )
        )
        for campus in self:
            campus.room_count = rooms.get(campus, 0)
            campus.class_count = classes.get(campus, 0)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for campus, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", campus._copied_code())
        return vals_list

    @api.model_create_multi
    def create(self, vals_list):
        campuses = super().create(vals_list)
        campuses._add_managers_to_staff()
        return campuses

    def write(self, vals):
        if "company_id" in vals:
            self.filtered(lambda campus: campus.company_id.id != vals["company_id"])._check_company_free()
        result = super().write(vals)
        if "manager_id" in vals or "user_ids" in vals:
            self._add_managers_to_staff()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_packages(self):
        """A package whose last campus is deleted would be sold everywhere: refuse in words before the database does."""
        packages_sudo = self.env["edu.package"].sudo().with_context(active_test=False)
        package_sudo = packages_sudo.search([("campus_ids", "in", self.ids)], limit=1)
        if package_sudo:
            raise UserError(
                self.env._(
                    "%(record)s stands in “%(other)s”. Take it off there first, or archive it instead.",
                    record=(self & package_sudo.campus_ids)[:1].display_name,
                    other=package_sudo.display_name,
                )
            )

    @api.model
    def _company_models(self):
        """Models whose records fix the company of their campus: money and seats are counted there (C9)."""
        return ("edu.class", "edu.package")

    def _check_company_free(self):
        """:raise UserError: a campus has records that would follow it into the books of another company"""
        for name in self._company_models():
            domain = [("campus_id", "in", self.ids)]
            record_sudo = self.env[name].sudo().with_context(active_test=False).search(domain, limit=1)
            if record_sudo:
                raise UserError(
                    self.env._(
                        "%(campus)s has classes, packages or enrolments: its company can no longer be changed."
                        " Make a new campus in the other company.",
                        campus=record_sudo.campus_id.display_name,
                    )
                )

    def _add_managers_to_staff(self):
        """A manager always belongs to the staff, so that one record rule covers both."""
        for campus in self.with_context(active_test=False):
            if campus.manager_id and campus.manager_id not in campus.user_ids:
                campus.user_ids = [fields.Command.link(campus.manager_id.id)]

    def _today(self):
        """The day it is at the campus, wherever the user is: it decides about money, deadlines and seats (X2).

        :return: date; for no campus (a form that is not filled in yet) the day in the user's time zone
        """
        return fields.Date.context_today(self.with_context(tz=self.tz) if self else self)

    @api.model
    def _by_day(self):
        """All campuses, by the day that it is there: for searches by what is over or due.

        :return: dict date → ``edu.campus`` with sudo
        """
        # sudo: which day it is at a campus is no secret, and searches are restricted by other rules.
        return (
            self.sudo()
            .with_context(active_test=False)
            .search([("tz", "!=", False)])
            .grouped(lambda campus: campus._today())
        )

    @api.model
    def _default_for_user(self):
        """The campus that a new record of the current user belongs to: the first of the user's own.

        :return: ``edu.campus`` of the current company, empty when the user has none and there are several
        """
        mine = self.env.user.campus_ids.filtered(lambda campus: campus.company_id == self.env.company)
        if mine:
            return mine[0]
        campuses = self.search([("company_id", "=", self.env.company.id)], limit=2)
        return campuses if len(campuses) == 1 else self.browse()
