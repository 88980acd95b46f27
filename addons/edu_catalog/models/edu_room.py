from odoo import api, fields, models
from odoo.fields import Domain


class EduRoom(models.Model):
    _name = "edu.room"
    _description = "Room"
    _inherit = ["edu.resource.mixin", "edu.import.mixin"]
    _order = "campus_id, name"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    _edu_resource_type = "material"
    _import_keys = (("code", "campus_id"), ("name", "campus_id"))

    code = fields.Char(copy=False)
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    capacity = fields.Integer(required=True, default=20, aggregator="sum")
    feature_ids = fields.Many2many("edu.room.feature", string="Features")
    note = fields.Text()

    _capacity_positive = models.Constraint("CHECK (capacity > 0)", "A room holds at least one person.")
    _code_uniq = models.UniqueIndex(
        "(code, campus_id) WHERE code IS NOT NULL", "Another room of this campus has this code already."
    )

    @api.constrains("campus_id")
    def _check_classes_stay(self):
        """Classes are held at the campus of their room (C8)."""
        # The classes of all campuses, also those that whoever moves the room may not see.
        classes_sudo = (
            self.env["edu.class"]
            .sudo()
            .search([("room_id", "in", self.ids), ("state", "not in", ("done", "cancelled"))])
        )
        classes_sudo._check_room_id()

    @api.model_create_multi
    def create(self, vals_list):
        campuses = self.env["edu.campus"].browse(
            {vals["campus_id"] for vals in vals_list if vals.get("campus_id")}
        )
        by_id = {campus.id: campus for campus in campuses}
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            campus = by_id.get(vals.get("campus_id"))
            if campus:
                vals.setdefault("company_id", campus.company_id.id)
                vals.setdefault("tz", campus.tz)
        return super().create(vals_list)

    @api.model
    def _search_display_name(self, operator, value):
        """Rooms are found by the name that they show, too: the code of the campus and their own name (X3)."""
        domain = Domain(super()._search_display_name(operator, value))
        if operator not in ("in", "="):
            return domain
        for text in [value] if isinstance(value, str) else value:
            code, _space, name = (text or "").partition(" ")
            domain |= Domain("campus_id.code", "=", code) & Domain("name", "=", name)
        return domain

    @api.depends("name", "campus_id.code")
    def _compute_display_name(self):
        for room in self:
            room.display_name = f"{room.campus_id.code} {room.name}" if room.campus_id.code else room.name
