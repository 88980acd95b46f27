from odoo.tools import SQL


def post_init_hook(env):
    """Leads that were here before get the status that their past tells (M3); one statement for all."""
    env.cr.execute(
        SQL(
            """
            UPDATE crm_lead
               SET care_status = CASE
                       WHEN won_status = 'won' THEN 'converted'
                       WHEN won_status = 'lost' THEN 'dead'
                       WHEN user_id IS NOT NULL THEN 'assigned'
                       ELSE 'new'
                   END,
                   care_status_date = COALESCE(date_closed, date_open, create_date)
            """
        )
    )
    env["crm.lead"].invalidate_model(["care_status", "care_status_date"])
