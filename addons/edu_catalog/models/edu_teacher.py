from odoo import api, fields, models
from odoo.exceptions import AccessError

# Kept on the contact; a teacher's screen shows and edits them (C7).
CONTACT_FIELDS = ("name", "email", "phone", "street", "city", "country_id")


class EduTeacher(models.Model):
    _name = "edu.teacher"
    _description = "Teacher"
    _inherit = ["edu.resource.mixin", "mail.thread", "mail.activity.mixin", "edu.import.mixin"]
    _order = "name"
    _check_company_auto = True

    _import_keys = (("user_id",), ("partner_id",), ("name", "email"), ("name", "phone"), ("name",))

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="Address, phone and e-mail are those of this contact; made with the teacher when left empty.",
    )
    user_id = fields.Many2one(
        "res.users", related="resource_id.user_id", store=True, readonly=False, index="btree_not_null"
    )
    image_1920 = fields.Image(related="partner_id.image_1920", readonly=False)
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    email = fields.Char(related="partner_id.email", readonly=False)
    phone = fields.Char(related="partner_id.phone", readonly=False)
    street = fields.Char(related="partner_id.street", readonly=False)
    city = fields.Char(related="partner_id.city", readonly=False)
    country_id = fields.Many2one(related="partner_id.country_id", readonly=False)
    address = fields.Char(related="partner_id.contact_address", string="Address")
    subject_ids = fields.Many2many("edu.subject", string="Subjects")
    campus_ids = fields.Many2many("edu.campus", string="Campuses", check_company=True)
    employment = fields.Selection(
        [("employee", "Employee"), ("freelance", "Freelance")], required=True, default="employee"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    hourly_rate = fields.Monetary(groups="edu_catalog.group_edu_manager", help="Pay for one teaching hour.")
    class_ids = fields.One2many("edu.class", "teacher_id", string="Classes")
    class_count = fields.Integer(compute="_compute_class_count", string="Current Classes")

    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "This contact is a teacher already. Open that teacher instead."
    )
    _hourly_rate_positive = models.Constraint(
        "CHECK (hourly_rate >= 0)", "An hourly rate cannot be negative."
    )

    @api.depends("class_ids.state")
    def _compute_class_count(self):
        counts = dict(
            self.env["edu.class"]._read_group(
                [("teacher_id", "in", self.ids), ("state", "in", ("open", "running"))],
                ["teacher_id"],
                ["__count"],
            )
        )
        for teacher in self:
            teacher.class_count = counts.get(teacher, 0)

    @api.model_create_multi
    def create(self, vals_list):
        # Whoever may create teachers may create their contacts, even without rights on contacts.
        self.check_access("create")
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_values(vals)
            self._check_may_take_contact(vals.get("partner_id"))
        without = [vals for vals in vals_list if not vals.get("partner_id")]
        with_user = [vals for vals in without if vals.get("user_id")]
        without_user = [vals for vals in without if not vals.get("user_id")]
        for vals in with_user:
            user_sudo = self.env["res.users"].browse(vals["user_id"]).sudo()
            vals["partner_id"] = user_sudo.partner_id.id
            # A field left empty on the form does not empty the user's own data.
            for field in (*CONTACT_FIELDS[1:], "image_1920"):
                if not vals.get(field):
                    vals.pop(field, None)
        partners_sudo = (
            self.env["res.partner"]
            .sudo()
            .create([{field: vals.get(field) for field in CONTACT_FIELDS} for vals in without_user])
        )
        for vals, partner in zip(without_user, partners_sudo, strict=True):
            vals["partner_id"] = partner.id
        return super().create(vals_list)

    def write(self, vals):
        if "partner_id" in vals and any(teacher.partner_id.id != vals["partner_id"] for teacher in self):
            self._check_may_take_contact(vals["partner_id"])
        result = super().write(vals)
        if "name" in vals:
            # Writing the teacher was allowed by super(). The name of a user is the user's own.
            partners_sudo = self.filtered(lambda teacher: not teacher.user_id).partner_id.sudo()
            partners_sudo.name = vals["name"]
        return result

    @api.model
    def _check_may_take_contact(self, partner_id):
        """A teacher's name, phone and address are those of the contact: taking one is a way to edit it (X1).

        :raise AccessError: the contact is not the user's to edit
        """
        if partner_id and not self.env["res.partner"].browse(partner_id).has_access("write"):
            raise AccessError(
                self.env._(
                    "This contact is not yours to edit, so you cannot make it a teacher's."
                    " Leave it empty: a contact is made with the teacher."
                )
            )

    def action_view_classes(self):
        """Open the classes of the teacher."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_catalog.edu_class_action")
        return action | {"domain": [("teacher_id", "=", self.id)], "context": {"default_teacher_id": self.id}}
