from odoo import models
from odoo.http import request
from odoo.service.server import thread_local

# First half of the keys of our advisory locks; the second half is the id of a class or of a promotion.
SEATS_LOCK = 0x5EA75
USES_LOCK = 0x5EA76


class EduEnrollment(models.Model):
    """The line in which those stand who want the same seats or uses (E6, E24)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    def _contested(self, courses=None):
        """What these enrolments want and others may want as well; limited or not, each of them is counted there.

        :return: set of (lock, id)
        """
        # Whoever may confirm stands in line, also for what cannot be opened.
        enrollments_sudo = self.sudo()
        course_ids = {*enrollments_sudo.class_id.ids, *(courses or self.env["edu.class"]).ids}
        promotion_ids = enrollments_sudo._promotions().ids
        return {(SEATS_LOCK, id_) for id_ in course_ids} | {(USES_LOCK, id_) for id_ in promotion_ids}

    def _wait_in_line(self, courses=None):
        """Let those who want the same seats, or the same uses, in one after the other, until their request ends.

        A transaction at REPEATABLE READ that waited for the row of a class has to start again when that row was
        written, and Odoo gives up after five tries: in a rush of hundreds some would get an error of the server.
        So a request in which nothing has been written yet waits here instead, for an advisory lock, and then
        begins its transaction anew, on the truth. The lock belongs to the session of the database, because one of
        the transaction would be gone by then. Whoever does not come this way meets the others on the row of the
        class or promotion, as before: the constraints hold in any case.

        :param courses: further ``edu.class`` in which these enrolments are to have a seat
        """
        cr = self.env.cr
        # A call over XML-RPC is served without a request; what it calls is noted all the same.
        if not (request or getattr(thread_local, "rpc_model_method", "")):
            return
        # One order for all, or two would wait for each other.
        keys = sorted(self._contested(courses))
        if not keys:
            return
        self.env.flush_all()
        cr.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
        if not cr.fetchone()[0]:
            return
        connection = cr._cnx

        def leave():
            if not connection.closed:
                connection.rollback()
                with connection.cursor() as direct:
                    for key in keys:
                        direct.execute("SELECT pg_advisory_unlock(%s, %s)", key)
                connection.rollback()

        try:
            for key in keys:
                cr.execute("SELECT pg_advisory_lock(%s, %s)", key)
        except BaseException:
            leave()
            raise
        cr.rollback()
        self.env.invalidate_all()
        cr.postcommit.add(leave)
        cr.postrollback.add(leave)
