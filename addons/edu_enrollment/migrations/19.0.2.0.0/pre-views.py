#: views by which this addon extended views of its own, and that are now written into those
GONE = (
    "account_payment_view_form_receipt",
    "edu_class_view_form_certificate",
    "edu_class_view_form_change",
    "edu_class_view_form_waitlist",
    "edu_class_view_list_waitlist",
    "edu_class_view_search_waitlist",
    "edu_enrollment_view_form_certificate",
    "edu_enrollment_view_form_change",
    "edu_enrollment_view_form_contract",
    "edu_enrollment_view_form_payment",
    "edu_enrollment_view_form_people",
    "edu_enrollment_view_form_promotion",
    "edu_enrollment_view_form_refund",
    "edu_enrollment_view_form_waitlist",
    "edu_enrollment_view_list_contract",
    "edu_enrollment_view_list_promotion",
    "edu_enrollment_view_search_approval",
    "edu_enrollment_view_search_contract",
    "edu_enrollment_view_search_people",
    "edu_enrollment_view_search_promotion",
    "edu_ledger_entry_view_search_recognition",
    "edu_student_view_form_statement",
    "res_config_settings_view_form_certificate",
    "res_config_settings_view_form_deferral",
    "res_config_settings_view_form_payment",
    "res_config_settings_view_form_waitlist",
)


def migrate(cr, version):
    """Views that became a part of the view they extended go before that view is loaded.

    Odoo would delete them at the end of the upgrade, but applies them until then: they look for a button or add
    a field a second time, and loading stops. Views made by hand upon one of them extend its parent instead.
    """
    cr.execute(
        """
        CREATE TEMPORARY TABLE edu_views_gone ON COMMIT DROP AS
        SELECT view.id, view.inherit_id
          FROM ir_ui_view view
          JOIN ir_model_data data ON data.model = 'ir.ui.view' AND data.res_id = view.id
         WHERE data.module = 'edu_enrollment' AND data.name = ANY(%s)
        """,
        [list(GONE)],
    )
    cr.execute(
        "UPDATE ir_ui_view child SET inherit_id = gone.inherit_id FROM edu_views_gone gone"
        " WHERE child.inherit_id = gone.id"
    )
    cr.execute(
        "DELETE FROM ir_model_data USING edu_views_gone gone WHERE model = 'ir.ui.view' AND res_id = gone.id"
    )
    cr.execute("DELETE FROM ir_ui_view view USING edu_views_gone gone WHERE view.id = gone.id")
