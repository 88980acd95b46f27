import base64

from odoo import api, models
from odoo.fields import Command
from odoo.tools import file_open

# Who logs in with this login as password: a student, and the mother of two.
PORTAL_LOGINS = ("student", "parent")


class EduDemo(models.AbstractModel):
    _inherit = "edu.demo"

    @api.model
    def _load_portal(self):
        """The website becomes the centre's; a student and a parent may log in."""
        if not self.env.ref("edu_enrollment.demo_user_cashier", raise_if_not_found=False):
            return
        if self.env.ref("edu_portal.demo_user_student", raise_if_not_found=False):
            return
        loader = self._demo_env()
        loader._load_website()
        loader._load_portal_users()

    def _load_website(self):
        company = self.env.company
        website = self.env.ref("website.default_website", raise_if_not_found=False)
        if website:
            with file_open("edu_catalog/static/description/icon.png", "rb") as icon:
                logo = base64.b64encode(icon.read())
            languages = self.env["res.lang"].search([("code", "in", ("en_US", "vi_VN", "zh_CN"))])
            website.write(
                {
                    "company_id": company.id,
                    "name": company.name,
                    "logo": logo,
                    "language_ids": [Command.link(language.id) for language in languages],
                }
            )

    def _load_portal_users(self):
        people = {
            "student": self._demo("student", "edu_enrollment").partner_id,
            "parent": self._demo("parent", "edu_enrollment"),
        }
        self._demo_create(
            "res.users",
            {
                f"user_{login}": {
                    "login": login,
                    "password": login,
                    "partner_id": people[login].id,
                    "company_id": self.env.company.id,
                    "company_ids": [Command.set(self.env.company.ids)],
                    "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
                }
                for login in PORTAL_LOGINS
            },
            "edu_portal",
        )
