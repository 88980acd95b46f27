"""Who or what would be in two places at once (S2): bookings in, clashes out, all of them plain values."""

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple


class Booking(NamedTuple):
    """``who`` (a teacher, a room, a student …) is kept busy by ``what``, from ``start`` until before ``stop``.

    ``who`` is anything that can be a key of a dict, ``what`` is anything by which the caller knows the
    booking again.
    """

    who: Any
    what: Any
    start: datetime
    stop: datetime


class Clash(NamedTuple):
    """``wanted`` cannot have ``who``, because ``taken`` has them from ``start`` until before ``stop``.

    ``wanted`` and ``taken`` are the ``what`` of the two bookings.
    """

    who: Any
    wanted: Any
    taken: Any
    start: datetime
    stop: datetime


def find_clashes(wanted, taken=()):
    """Bookings that cannot be, because of others that are there already or that are wanted as well (S2).

    A booking that ends when another one begins does not clash with it. A wanted booking without a beginning,
    without an end, or that ends before it begins (a form that is being filled in) clashes with nothing.

    :param wanted: iterable of :class:`Booking`
    :param taken: iterable of :class:`Booking` that are there already; clashes among them are not looked for
    :return: list of :class:`Clash`, in the order in which the wanted bookings begin: one for every taken
        booking in the way, and at most one for all wanted bookings that begin earlier: the one that lasts
        longest
    """
    taken_by = defaultdict(list)
    for booking in taken:
        taken_by[booking.who].append(booking)
    longest = {}
    clashes = []
    complete = (
        booking for booking in wanted if booking.start and booking.stop and booking.start < booking.stop
    )
    for booking in sorted(complete, key=lambda booking: booking.start):
        earlier = longest.get(booking.who)
        others = [*taken_by.get(booking.who, ()), *filter(None, [earlier])]
        clashes += [
            Clash(booking.who, booking.what, other.what, other.start, other.stop)
            for other in others
            if booking.start < other.stop and other.start < booking.stop
        ]
        if not earlier or booking.stop > earlier.stop:
            longest[booking.who] = booking
    return clashes
