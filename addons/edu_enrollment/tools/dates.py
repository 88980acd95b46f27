"""Spans of days."""


def share_of_days(start, end, today):
    """How much of a span of days lies before today.

    :param date start: first day; none: unknown
    :param date end: last day, which counts; none: unknown
    :param date today: not counted itself
    :return: float, 0 (nothing, or unknown) to 1 (all)
    """
    if not start or not end or end < start:
        return 0.0
    return min(max((today - start).days, 0) / ((end - start).days + 1), 1.0)
