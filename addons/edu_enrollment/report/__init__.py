from . import edu_finance_report_xlsx
