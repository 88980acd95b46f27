from . import edu_contract, edu_finance_report_xlsx
