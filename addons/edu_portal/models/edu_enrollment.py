from odoo import models


class EduEnrollment(models.Model):
    _name = "edu.enrollment"
    _inherit = ["edu.enrollment", "edu.portal.fields.mixin", "edu.portal.page.mixin"]

    _portal_page = "contract"

    _portal_fields = {
        "access_url",
        "name",
        "student_id",
        "package_id",
        "class_id",
        "campus_id",
        "state",
        "date_expected",
        "date_confirmed",
        "date_cancelled",
        "currency_id",
        "price",
        "discount_amount",
        "amount_total",
        "amount_invoiced",
        "amount_paid",
        "amount_due",
        "hours_total",
        "hours_delivered",
        "hours_left",
        "attendance_count",
        "attendance_rate",
        "final_mark",
        "is_marked",
        "classification_id",
    }
