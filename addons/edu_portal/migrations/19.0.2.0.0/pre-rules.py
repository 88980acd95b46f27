def migrate(cr, version):
    """Record rules were loaded once and never again; from now on every upgrade writes them."""
    cr.execute("UPDATE ir_model_data SET noupdate = false WHERE module = 'edu_portal' AND model = 'ir.rule'")
