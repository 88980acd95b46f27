"""What a lesson costs somebody who came, came late or stayed away (S8)."""


def charged_hours(hours, status, charge=None, notice_hours=0, noticed_before=None):
    """The hours that a lesson takes from the student's account, and the rule that says so.

    - Nobody has taken the roll yet: nothing.
    - Present or late: all of it.
    - Absent or excused: what the reason says: ``full`` all, ``none`` nothing, ``notice`` nothing when the
      absence was reported at least ``notice_hours`` before the lesson, else all.
    - Without a reason: an absence is charged, an excused one is not.

    :param float hours: length of the lesson
    :param status: ``present``, ``late``, ``absent``, ``excused`` or nothing
    :param charge: the reason's rule, nothing when there is no reason
    :param float notice_hours: how early an absence has to be reported
    :param noticed_before: hours between the report and the lesson; None: not reported
    :return: (hours charged, name of the rule)
    """
    if not status:
        return 0.0, "open"
    if status in ("present", "late"):
        return hours, "attended"
    if not charge:
        return (hours, "unexcused") if status == "absent" else (0.0, "excused")
    if charge == "none":
        return 0.0, "reason_none"
    if charge == "full":
        return hours, "reason_full"
    if noticed_before is not None and noticed_before >= notice_hours:
        return 0.0, "notice_kept"
    return hours, "notice_missed"
