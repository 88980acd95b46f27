from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_datetime

from ..tools.clash import Booking, find_clashes

CLASHES_SHOWN = 5


class Plan(NamedTuple):
    """Where a session is, or wants to be: records, and naive UTC moments.

    ``session`` is the session itself, empty when it is about to be created.
    """

    session: Any
    class_id: Any
    teacher_id: Any
    room_id: Any
    start: Any
    stop: Any

    def booking(self, column, record):
        """The plan keeps a record busy.

        :param str column: column of the model's exclusion constraint, such as ``room_id``
        :param record: teacher, room, class or student; one that is being edited in a form counts as itself
        """
        return Booking((column, record._origin.id), self, self.start, self.stop)


class EduBookingMixin(models.AbstractModel):
    """Rows that keep somebody or something busy from ``start`` to ``stop`` (S2).

    The exclusion constraints of the models have the last word. What is here asks the same question
    beforehand, so that the user reads who is busy, where, until when and with what. Whoever proposes sessions
    (a form, a new session, a move, a new line on a roll) asks :meth:`_find_clashes`.
    """

    _name = "edu.booking.mixin"
    _description = "Booking of time"
    _inherit = ["edu.base.mixin"]

    #: what the exclusion constraints of the model are on
    _booking_columns = ()
    _booking_state = "state"

    def _as_plan(self):
        """Where the session of this row is.

        :return: :class:`Plan`, or None when it is cancelled and keeps nobody busy
        """
        raise NotImplementedError

    @api.model
    def _clash_message(self, reasons):
        """The sentence that refuses clashes.

        :param str reasons: one line per clash
        """
        raise NotImplementedError

    @api.model
    def _find_clashes(self, wanted, moving_ids=()):
        """Proposed bookings that clash with rows of this model, or with one another (S2). One query.

        :param wanted: list of :class:`..tools.clash.Booking` that keep (column, id) busy with a :class:`Plan`
        :param moving_ids: rows that are about to move and do not count where they are now
        :return: list of :class:`..tools.clash.Clash` between plans
        """
        rows = self._read_bookings(wanted, moving_ids)
        # The caller has checked that the user may plan. What is in the way may be at another campus: the user
        # reads its class, teacher, room and hours, and nothing else.
        taken_sudo = self.sudo().browse({row_id for _column, _who, row_id, _start, _stop in rows})
        plans = {row_sudo.id: row_sudo._as_plan() for row_sudo in taken_sudo}
        return find_clashes(
            wanted,
            [Booking((column, who), plans[row_id], start, stop) for column, who, row_id, start, stop in rows],
        )

    @api.model
    def _read_bookings(self, wanted, moving_ids):
        """Rows that are where the proposed bookings want to be.

        The expressions are those of the exclusion constraints, so that their indexes answer.

        :return: list of (column, id of who is busy, id of the row, start, stop); naive UTC
        """
        table, state = SQL.identifier(self._table), SQL.identifier("taken", self._booking_state)
        parts = []
        for column in self._booking_columns:
            asked = [
                (booking.who[1], booking.start, booking.stop)
                for booking in wanted
                if booking.who[0] == column
                and booking.start
                and booking.stop
                and booking.start < booking.stop
            ]
            if not asked:
                continue
            who_ids, starts, stops = (list(values) for values in zip(*asked, strict=True))
            parts.append(
                SQL(
                    """
                    SELECT DISTINCT %(name)s, %(who)s, taken.id, taken.start, taken.stop
                    FROM unnest(%(who_ids)s::int[], %(starts)s::timestamp[], %(stops)s::timestamp[])
                         AS wanted (who, start, stop)
                    JOIN %(table)s AS taken
                      ON int4range(%(who)s, %(who)s, '[]') && int4range(wanted.who, wanted.who, '[]')
                     AND tsrange(taken.start, taken.stop, '[)') && tsrange(wanted.start, wanted.stop, '[)')
                    WHERE %(state)s <> 'cancelled' AND %(who)s IS NOT NULL
                      AND taken.id <> ALL(%(moving_ids)s::int[])
                    """,
                    name=column,
                    who=SQL.identifier("taken", column),
                    who_ids=who_ids,
                    starts=starts,
                    stops=stops,
                    table=table,
                    state=state,
                    moving_ids=list(moving_ids),
                )
            )
        if not parts:
            return []
        self.flush_model([*self._booking_columns, "start", "stop", self._booking_state])
        return self.env.execute_query(SQL(" UNION ALL ").join(parts))

    @api.model
    def _refuse(self, clashes):
        """Refuse what the database is going to refuse, with the reasons.

        :param clashes: what :meth:`_find_clashes` found, perhaps nothing
        :raise ValidationError: somebody or something is busy
        """
        if not clashes:
            return
        sentences = [self._explain_clash(clash) for clash in clashes[:CLASHES_SHOWN]]
        if len(clashes) > CLASHES_SHOWN:
            sentences.append(self.env._("… and %s more.", len(clashes) - CLASHES_SHOWN))
        raise ValidationError(self._clash_message("\n".join(sentences)))

    @api.model
    def _explain_clash(self, clash):
        """Who is busy, from when until when and with what, in the time zone of the campus that asks (S2).

        :param clash: :class:`..tools.clash.Clash` between plans
        """
        (column, who_id), wanted, taken = clash.who, clash.wanted, clash.taken
        tz = wanted.class_id.sudo().campus_id.tz or "UTC"
        class_sudo, room_sudo, teacher_sudo = (
            record.sudo() for record in (taken.class_id, taken.room_id, taken.teacher_id)
        )
        values = {
            "start": self._format_moment(clash.start, tz),
            "stop": self._format_moment(clash.stop, tz),
            "class": class_sudo.display_name,
            "room": room_sudo.display_name or self.env._("no room yet"),
            "teacher": teacher_sudo.name or self.env._("no teacher yet"),
        }
        match column:
            case "teacher_id":
                return self.env._(
                    "%(teacher)s is busy from %(start)s until %(stop)s: teaches %(class)s in %(room)s.",
                    **values,
                )
            case "room_id":
                return self.env._(
                    "%(room)s is taken from %(start)s until %(stop)s: %(class)s with %(teacher)s.", **values
                )
            case "class_id":
                return self.env._(
                    "%(class)s has another session from %(start)s until %(stop)s:"
                    " in %(room)s with %(teacher)s.",
                    **values,
                )
            case "student_id":
                student_sudo = self.env["edu.student"].sudo().browse(who_id)
                return self.env._(
                    "%(student)s is busy from %(start)s until %(stop)s: %(class)s in %(room)s with"
                    " %(teacher)s.",
                    student=student_sudo.name,
                    **values,
                )
        raise ValueError(f"no sentence for a clash of {column}")

    @api.model
    def _format_moment(self, moment, tz):
        """A UTC moment as the people at the place read it, weekday first."""
        return format_datetime(self.env, moment, tz=tz, dt_format="EEE d MMM HH:mm")
