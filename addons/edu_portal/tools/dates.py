"""Moments as people read them. Knows nothing of Odoo."""

from babel.dates import format_skeleton
from pytz import timezone, utc


def moment(value, tz, locale, year=True):
    """Day of the week, date and time where it happens, in the order that a language writes them.

    :param datetime value: a moment in UTC
    :param str tz: where it happens
    :param locale: ``babel.Locale`` of the reader

    >>> from datetime import datetime
    >>> moment(datetime(2026, 11, 24, 6), "Asia/Ho_Chi_Minh", "vi")
    'Th 3, 24 thg 11, 2026, 13:00'
    >>> moment(datetime(2026, 11, 24, 6), "Asia/Ho_Chi_Minh", "zh_CN", year=False)
    '11月24日周二 13:00'
    """
    local = utc.localize(value).astimezone(timezone(tz))
    day = format_skeleton("yMMMEd" if year else "MMMEd", local, locale=locale)
    comma = "," if day[-1].isascii() else ""
    return f"{day}{comma} {local:%H:%M}"
