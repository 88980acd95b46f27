from odoo import fields, models


class EduProgramSubject(models.Model):
    """The place of a subject in a program."""

    _name = "edu.program.subject"
    _inherit = ["edu.import.mixin"]
    _description = "Subject of a Program"
    _order = "program_id, sequence, id"
    _rec_name = "subject_id"

    _import_keys = (("program_id", "subject_id"),)

    program_id = fields.Many2one("edu.program", required=True, index=True, ondelete="cascade")
    subject_id = fields.Many2one("edu.subject", required=True, index=True, ondelete="restrict")
    sequence = fields.Integer(default=10)
    hours = fields.Float(digits=(8, 2), help="Teaching hours of this subject within the program.")

    _subject_uniq = models.UniqueIndex("(program_id, subject_id)", "A subject stands in a program only once.")
    _hours_positive = models.Constraint("CHECK (hours >= 0)", "Hours cannot be negative.")
