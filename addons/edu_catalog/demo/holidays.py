"""Public holidays of Vietnam. Those of the lunar calendar come from a table: it is short and it is right."""

from datetime import date, timedelta

# First day of the lunar year (Vietnamese reckoning, which in 2030 is a day ahead of the Chinese one).
TET = {
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 2),
}
# Tenth day of the third lunar month.
HUNG_KINGS = {
    2025: date(2025, 4, 7),
    2026: date(2026, 4, 26),
    2027: date(2027, 4, 16),
    2028: date(2028, 4, 4),
    2029: date(2029, 4, 23),
    2030: date(2030, 4, 12),
}


def holidays(years):
    """Holidays of the given years.

    :param years: iterable of int; years that the tables do not reach have no lunar holidays
    :return: list of (name, first day, last day), in order of time
    """
    result = []
    for year in years:
        result += [
            ("Tết Dương lịch", date(year, 1, 1), date(year, 1, 1)),
            ("Ngày Giải phóng miền Nam & Quốc tế Lao động", date(year, 4, 30), date(year, 5, 1)),
            ("Quốc khánh", date(year, 9, 2), date(year, 9, 3)),
        ]
        if year in TET:
            result.append(("Tết Nguyên đán", TET[year] - timedelta(days=2), TET[year] + timedelta(days=4)))
        if year in HUNG_KINGS:
            result.append(("Giỗ Tổ Hùng Vương", HUNG_KINGS[year], HUNG_KINGS[year]))
    return sorted(result, key=lambda holiday: holiday[1])


def days_off(years):
    """The same as a set of days."""
    return {
        first + timedelta(days=offset)
        for _name, first, last in holidays(years)
        for offset in range((last - first).days + 1)
    }
