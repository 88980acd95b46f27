from odoo import api, fields, models


class EduGuardian(models.Model):
    """Somebody who stands for a student: a parent, a relative, a sponsor (E1)."""

    _name = "edu.guardian"
    _inherit = ["edu.import.mixin"]
    _description = "Guardian"
    _order = "student_id, is_payer desc, id"

    _import_keys = (("student_id", "partner_id"),)

    student_id = fields.Many2one("edu.student", required=True, index=True, ondelete="cascade")
    # Stored because the constraint below needs the column.
    student_partner_id = fields.Many2one(
        related="student_id.partner_id", store=True, string="Student's Contact"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Guardian", required=True, index=True, ondelete="restrict"
    )
    phone = fields.Char(related="partner_id.phone", readonly=False)
    email = fields.Char(related="partner_id.email", readonly=False)
    relation = fields.Selection(
        [
            ("mother", "Mother"),
            ("father", "Father"),
            ("grandparent", "Grandparent"),
            ("sibling", "Brother or Sister"),
            ("spouse", "Spouse"),
            ("other", "Other"),
        ],
        required=True,
        default="mother",
    )
    is_payer = fields.Boolean(string="Pays", help="Invoices of the student go to this person.")
    portal_access = fields.Boolean(
        string="May Log In",
        default=True,
        help="Sees the student's lessons, marks and payments on the portal.",
    )

    _guardian_uniq = models.UniqueIndex(
        "(student_id, partner_id)", "This person is a guardian of the student already."
    )
    _one_payer = models.UniqueIndex(
        "(student_id) WHERE is_payer", "Only one guardian pays for a student. Untick the other one first."
    )
    _not_oneself = models.Constraint(
        "CHECK (partner_id <> student_partner_id)",
        "A student cannot be their own guardian. Choose another person, or leave the guardians empty.",
    )

    @api.depends("partner_id.display_name", "relation")
    def _compute_display_name(self):
        relations = dict(self._fields["relation"]._description_selection(self.env))
        for guardian in self:
            guardian.display_name = (
                f"{guardian.partner_id.display_name} ({relations.get(guardian.relation, '')})"
            )
