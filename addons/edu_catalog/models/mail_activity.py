from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Whoever marks the review of a program as done approves the program (C2).

        :raise AccessError: the user may not publish programs
        """
        review = self.env.ref("edu_catalog.mail_activity_type_review", raise_if_not_found=False)
        reviews = self.filtered(
            lambda activity: activity.activity_type_id == review and activity.res_model == "edu.program"
        )
        programs = self.env["edu.program"].browse(reviews.mapped("res_id")).exists()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        programs.filtered(lambda program: program.state == "review").action_publish()
        return result
