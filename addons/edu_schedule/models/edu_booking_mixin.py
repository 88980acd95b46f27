from odoo import api, models
from odoo.tools import SQL, format_datetime


class EduBookingMixin(models.AbstractModel):
    """Rows that keep somebody or something busy from ``start`` to ``stop`` (S2).

    The exclusion constraints of the models have the last word. What is here asks the same question
    beforehand, with the same expressions and hence through the same indexes, so that the user reads who is
    busy and with what.
    """

    _name = "edu.booking.mixin"
    _description = "Booking of time"
    _inherit = ["edu.base.mixin"]

    _booking_state = "state"

    @api.model
    def _find_bookings(self, wanted, ignored_ids=()):
        """Which rows are already where new ones want to be. One query, however much is wanted.

        :param dict wanted: column → list of (key, id in that column, start, stop); naive UTC
        :param ignored_ids: rows that do not count (those that are about to move)
        :return: list of (column, key, id of the row that is there)
        """
        table, state = SQL.identifier(self._table), SQL.identifier("taken", self._booking_state)
        parts = []
        for column, bookings in wanted.items():
            # Half-filled forms ask too: without somebody, or with an end before the beginning.
            bookings = [
                booking
                for booking in bookings
                if booking[1] and booking[2] and booking[3] and booking[2] < booking[3]
            ]
            if not bookings:
                continue
            keys, whats, starts, stops = (list(values) for values in zip(*bookings, strict=True))
            taken = SQL.identifier("taken", column)
            parts.append(
                SQL(
                    """
                    SELECT %(name)s, wanted.key, taken.id
                    FROM unnest(%(keys)s::int[], %(whats)s::int[], %(starts)s::timestamp[],
                         %(stops)s::timestamp[]) AS wanted (key, what, start, stop)
                    JOIN %(table)s AS taken
                      ON int4range(%(taken)s, %(taken)s, '[]') && int4range(wanted.what, wanted.what, '[]')
                     AND tsrange(taken.start, taken.stop, '[)') && tsrange(wanted.start, wanted.stop, '[)')
                    WHERE %(state)s <> 'cancelled' AND %(taken)s IS NOT NULL AND taken.id <>
                    ALL(%(ignored)s::int[])
                    """,
                    name=column,
                    keys=keys,
                    whats=whats,
                    starts=starts,
                    stops=stops,
                    table=table,
                    taken=taken,
                    state=state,
                    ignored=list(ignored_ids),
                )
            )
        if not parts:
            return []
        self.flush_model([*wanted, "start", "stop", self._booking_state])
        return self.env.execute_query(SQL(" UNION ALL ").join(parts))

    @api.model
    def _format_moment(self, moment, tz):
        """A UTC moment as the people at the place read it, weekday first."""
        return format_datetime(self.env, moment, tz=tz, dt_format="EEE d MMM HH:mm")
