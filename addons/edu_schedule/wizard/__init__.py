from . import edu_grade_sheet, edu_grade_sheet_line
