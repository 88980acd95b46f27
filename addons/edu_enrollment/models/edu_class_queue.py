from odoo import models
from odoo.http import request

# First half of the keys of our advisory locks; the second half is the class.
SEATS_LOCK = 0x5EA75


class EduClass(models.Model):
    _inherit = "edu.class"

    def _wait_for_seats(self):
        """Let those who want seats of the same classes in one after the other, until their request ends (E24).

        A transaction at REPEATABLE READ that waited for the row of a class has to start again when that row was
        written, and Odoo gives up after five tries: in a rush of hundreds some would get an error of the server.
        So a request in which nothing has been written yet waits here instead, for an advisory lock, and then
        begins its transaction anew, on the truth. The lock belongs to the session of the database, because one of
        the transaction would be gone by then. Whoever does not come this way meets the others on the row of the
        class, as before: the constraint holds in any case.
        """
        cr = self.env.cr
        class_ids = sorted(self.filtered("seats_limited").ids)
        if not class_ids or not request:
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
                    for class_id in class_ids:
                        direct.execute("SELECT pg_advisory_unlock(%s, %s)", (SEATS_LOCK, class_id))
                connection.rollback()

        try:
            for class_id in class_ids:
                cr.execute("SELECT pg_advisory_lock(%s, %s)", (SEATS_LOCK, class_id))
        except BaseException:
            leave()
            raise
        cr.rollback()
        self.env.invalidate_all()
        cr.postcommit.add(leave)
        cr.postrollback.add(leave)
