from odoo import models


class EduCertificate(models.Model):
    _name = "edu.certificate"
    _inherit = ["edu.certificate", "edu.portal.page.mixin"]

    _portal_page = "certificate"
