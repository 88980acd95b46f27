from odoo import models


class EduStudent(models.Model):
    _inherit = "edu.student"

    # People are recognised by name and birthday when somebody enquires (M20).
    _birthdate_idx = models.Index("(birthdate) WHERE birthdate IS NOT NULL")
