from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

META_DESCRIPTION_MAX = 160


class EduProgram(models.Model):
    _name = "edu.program"
    _inherit = ["edu.program", "website.seo.metadata"]

    website_published = fields.Boolean(
        string="On the Website",
        default=True,
        tracking=True,
        help="Visitors find the program in the course catalogue once it is published.",
    )
    website_url = fields.Char(compute="_compute_website_url")

    @api.depends("name", "seo_name")
    @api.depends_context("lang")
    def _compute_website_url(self):
        for program in self:
            program.website_url = f"/courses/{program._website_slug()}" if program._origin.id else False

    def _website_slug(self):
        """The last part of the program's address on the website: its name and id, not its internal code."""
        self.ensure_one()
        return self.env["ir.http"]._slug((self._origin.id, self.seo_name or self.name))

    @api.model
    def _website_domain(self):
        """What a visitor of the current website may know of: the one place that says so (W1)."""
        website = self.env["website"].get_current_website()
        return (
            Domain("state", "=", "published")
            & Domain("website_published", "=", True)
            & Domain("company_id", "in", (False, website.company_id.id))
        )

    @api.model
    def _website_search_domain(self, text):
        """Programs that have every word of a text in their name, code, category, subjects or description."""
        return Domain.AND(
            Domain.OR(
                Domain(path, "ilike", word)
                for path in (
                    "name",
                    "code",
                    "category_id.complete_name",
                    "line_ids.subject_id.name",
                    "description",
                )
            )
            for word in text.split()
        )

    def _default_website_meta(self):
        meta = super()._default_website_meta()
        description = " ".join(html2plaintext(self.description or "").split())[:META_DESCRIPTION_MAX]
        if description:
            meta["default_meta_description"] = description
            meta["default_opengraph"]["og:description"] = description
            meta["default_twitter"]["twitter:description"] = description
        return meta

    def action_open_website(self):
        """Show the program as visitors of the website see it (W1)."""
        self.ensure_one()
        return self.env["website"].get_client_action(self.website_url)
