def migrate(cr, version):
    """The mail templates stand in another file now; “Reset Template” reads it from there."""
    cr.execute(
        "UPDATE mail_template SET template_fs = 'edu_enrollment/data/mail_template_data.xml'"
        "  FROM ir_model_data data"
        " WHERE data.model = 'mail.template' AND data.module = 'edu_enrollment' AND data.res_id = mail_template.id"
    )
