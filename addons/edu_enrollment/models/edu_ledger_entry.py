import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

from ..tools.money import earned_amount

_logger = logging.getLogger(__name__)

# Hours that were taught, and hours that were paid for and lapsed: both earn revenue (E19).
EARNING_KINDS = ("delivery", "expiry")


class EduLedgerEntry(models.Model):
    """The hours of an enrolment and the money that belongs to them, line by line (E18).

    Append-only: what was wrong is countered by a new line. Positive hours and amounts add to what the student
    still has, negative ones take away, so that a plain sum is what is left: of hours to teach, and of money
    that is deferred.
    """

    _name = "edu.ledger.entry"
    _description = "Hours Ledger Entry"
    _inherit = ["edu.base.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, index=True, precompute=True)
    campus_id = fields.Many2one(related="enrollment_id.campus_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True, precompute=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("delivery", "Delivery"),
            ("adjust", "Adjustment"),
            ("move_in", "Moved In"),
            ("move_out", "Moved Out"),
            ("refund", "Refund"),
            ("expiry", "Expiry"),
        ],
        required=True,
    )
    hours = fields.Float(digits=(8, 2), required=True)
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(required=True, help="Without taxes, in the currency of the enrolment.")
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", index="btree_not_null", ondelete="restrict"
    )
    origin = fields.Reference(selection="_selection_origin", index=True, help="What the entry was made for.")

    _purchase_once = models.UniqueIndex(
        "(enrollment_id, origin) WHERE kind = 'purchase'", "This purchase is in the ledger already."
    )
    _sign_of_kind = models.Constraint(
        "CHECK (CASE WHEN kind IN ('purchase', 'move_in') THEN hours >= 0 AND amount >= 0"
        " WHEN kind IN ('move_out', 'refund', 'expiry') THEN hours <= 0 AND amount <= 0 ELSE TRUE END)",
        "A purchase adds hours and money, a refund, a move or an expiry takes them away.",
    )

    _unposted_idx = models.Index(
        "(company_id, date) WHERE kind IN ('delivery', 'expiry') AND move_id IS NULL"
    )

    @api.model
    def _selection_origin(self):
        return [("account.move", self.env._("Invoice")), ("edu.enrollment", self.env._("Enrolment"))]

    def write(self, vals):
        # Stored related fields are updated through _write, not here. Merging contacts calls write
        # on an empty recordset.
        if self:
            raise UserError(
                self.env._("An entry of the hours ledger is never changed. Add a countering entry instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("An entry of the hours ledger is never deleted. Add a countering entry instead.")
        )

    # ------------------------------------------------------------------ what is booked
    @api.model
    def _book(self, lines):
        """The one way into the ledger (E18). The caller has checked that the user may cause the entries.

        :param list lines: dicts with ``enrollment_id`` (id), ``kind``, ``hours`` and ``amount`` (signed; without
            taxes, in the enrolment's currency), and optionally ``date`` (default: today at the campus) and
            ``origin`` (record, or ``"model,id"``; default: the enrolment, but none for a delivery)
        :return: the new entries, in the order of ``lines``
        """
        undated = {line["enrollment_id"] for line in lines if not line.get("date")}
        campus_of_sudo = {
            enrollment_sudo.id: enrollment_sudo.campus_id
            for enrollment_sudo in self.env["edu.enrollment"].sudo().browse(undated)
        }
        return self.sudo().create(
            [
                {
                    **line,
                    "date": line.get("date") or campus_of_sudo[line["enrollment_id"]]._today(),
                    # Not for deliveries: Odoo looks each reference up, one query a line.
                    "origin": line.get("origin")
                    or (line["kind"] != "delivery" and f"edu.enrollment,{line['enrollment_id']}"),
                }
                for line in lines
            ]
        )

    @api.model
    def _book_sale(self, enrollments, invoices):
        """Book what was sold: its hours and their net price (E18).

        What moved money, or hours taken over, pay for was not bought here: it was moved in (E16).

        :param enrollments: ``edu.enrollment`` that have just been confirmed
        :param invoices: their draft ``account.move``; none for those that cost nothing
        """
        invoice_of = {invoice.enrollment_id: invoice for invoice in invoices}
        lines = []
        for enrollment in enrollments:
            invoice = invoice_of.get(enrollment, self.env["account.move"])
            net, total, hours = invoice.amount_untaxed, invoice.amount_total, enrollment.hours_planned
            moved = enrollment._moved_in()
            if enrollment.is_taken_over or (moved and not total):
                share = 1.0
            else:
                share = min(moved / total, 1.0) if total else 0.0
            moved_net, moved_hours = enrollment.currency_id.round(net * share), round(hours * share, 2)
            lines += [
                {
                    "enrollment_id": enrollment.id,
                    "kind": kind,
                    "date": enrollment.date_confirmed,
                    "hours": kind_hours,
                    "amount": amount,
                    "origin": invoice and f"account.move,{invoice.id}",
                }
                for kind, kind_hours, amount in (
                    ("move_in", moved_hours, moved_net),
                    ("purchase", hours - moved_hours, net - moved_net),
                )
                if kind_hours > 0 or not enrollment.currency_id.is_zero(amount)
            ]
        return self._book(lines)

    @api.model
    def _follow_documents(self, documents):
        """Bring the ledger in line with invoices and credit notes: what they are worth, less what is booked (E14).

        The one place where documents and ledger meet, whoever posted, changed or took back the document. A verb
        that knows more about its document than accounting does (which kind, whose hours) books it before posting;
        the difference is nothing then.

        A document that is posted again brings back the hours it had. A new credit note lowers the price; one that
        leaves nothing invoiced takes the hours too, and a new invoice gives them again.

        :param documents: ``account.move`` of enrolments, invoices or credit notes, posted or reset to draft
        :raise UserError: what was delivered already would not be paid for; a cancelled enrolment would have hours
        """
        documents.enrollment_id._lock()
        while documents:
            # One document per enrolment and round: the hours of the next one depend on those before.
            batch = documents.browse().concat(
                *(moves[0] for moves in documents.grouped("enrollment_id").values())
            )
            self._follow_batch(batch)
            documents -= batch

    @api.model
    def _follow_batch(self, documents):
        entries = self.search(
            [
                ("enrollment_id", "in", documents.enrollment_id.ids),
                ("origin", "in", [f"account.move,{move.id}" for move in documents]),
                ("kind", "!=", "delivery"),
            ],
            order="id",
        )
        booked = entries.grouped("origin")
        lines = []
        for move in documents:
            mine = booked.get(move, entries.browse())
            hours, amount = mine._worth_of(move)
            hours -= sum(mine.mapped("hours"))
            amount = move.enrollment_id.currency_id.round(amount - sum(mine.mapped("amount")))
            if hours or amount:
                lines.append(
                    {
                        "enrollment_id": move.enrollment_id.id,
                        "kind": "adjust",
                        "hours": hours,
                        "amount": amount,
                        "origin": f"account.move,{move.id}",
                    }
                )
        self._book(lines)
        for move in documents:
            self._check_document(move)
        # A credit note that our verbs booked is set off, or paid out, by them.
        changed = {line["enrollment_id"] for line in lines}
        changed |= set(documents.filtered(lambda move: move.move_type == "out_invoice").enrollment_id.ids)
        self.env["edu.enrollment"].browse(changed)._apply_open_credit()

    @api.model
    def _check_document(self, move):
        """What is left of the documents pays for what was delivered, and a cancelled enrolment has none left.

        :param move: ``account.move`` of an enrolment, that is being changed
        :raise UserError: with the way out
        """
        enrollment = move.enrollment_id
        names = {"move": move.display_name, "enrollment": enrollment.display_name}
        if enrollment.currency_id.compare_amounts(enrollment.amount_deferred, 0.0) < 0:
            earned = enrollment.amount_delivered + enrollment.amount_expired
            raise UserError(
                self.env._(
                    "%(move)s: hours worth %(earned)s of %(enrollment)s were delivered already, so as much stays"
                    " invoiced. Take the lessons back in the attendance first, or credit less.",
                    earned=enrollment.currency_id.format(earned),
                    **names,
                )
            )
        if enrollment.state == "cancelled" and (enrollment.hours_left > 0 or enrollment.amount_deferred > 0):
            raise UserError(
                self.env._(
                    "%(move)s: %(enrollment)s is cancelled, so its credit stays."
                    " Make a new enrolment to invoice something.",
                    **names,
                )
            )

    def _worth_of(self, move):
        """What an invoice or credit note is worth now; of a draft: nothing.

        :param move: ``account.move`` of an enrolment; these entries are what the ledger has of it
        :return: hours, and amount without taxes in the enrolment's currency; both signed
        """
        if move.state != "posted":
            return 0.0, 0.0
        enrollment, is_invoice = move.enrollment_id, move.move_type == "out_invoice"
        amount = move.amount_untaxed if is_invoice else -move.amount_untaxed
        if self:
            first = self.filtered(lambda entry: entry.kind != "adjust") or self[:1]
            return sum(first.mapped("hours")), amount
        if is_invoice:
            sold = enrollment.hours_planned - enrollment.hours_left - enrollment.hours_delivered
            return max(sold, 0.0), amount
        if enrollment.currency_id.is_zero(enrollment.invoice_ids._edu_creditable()[0]):
            return -max(enrollment.hours_left, 0.0), amount
        return 0.0, amount

    @api.model
    def _deliver(self, lines):
        """Book delivered hours in one batch; the money follows from the hours (E18, E19).

        The caller has checked that the user may book them: whoever may take the roll of a lesson may.

        :param list lines: dicts with ``enrollment_id`` (id), ``date`` (date), ``hours`` (float; negative takes
            a delivery back) and optionally ``origin`` (``"model,id"``)
        :return: the new ``edu.ledger.entry`` records, in the order of ``lines``
        """
        enrollments = self.env["edu.enrollment"].browse({line["enrollment_id"] for line in lines})
        enrollments._lock()
        delivered = defaultdict(lambda: [0.0, 0.0])
        bought = defaultdict(lambda: [0.0, 0.0])
        for enrollment, kind, hours, amount in self.sudo()._read_group(
            [("enrollment_id", "in", enrollments.ids)], ["enrollment_id", "kind"], ["hours:sum", "amount:sum"]
        ):
            total = (delivered if kind == "delivery" else bought)[enrollment.id]
            total[0] += hours
            total[1] += amount
        roundings = {enrollment.id: enrollment.currency_id.rounding for enrollment in enrollments.sudo()}
        booked = []
        for line in lines:
            enrollment_id = line["enrollment_id"]
            done = delivered[enrollment_id]
            hours_bought, net = bought[enrollment_id]
            done[0] -= line["hours"]
            amount = -earned_amount(net, hours_bought, -done[0], roundings[enrollment_id]) - done[1]
            done[1] += amount
            booked.append(
                {
                    "enrollment_id": enrollment_id,
                    "kind": "delivery",
                    "date": line["date"],
                    "hours": -line["hours"],
                    "amount": amount,
                    "origin": line.get("origin"),
                }
            )
        entries = self._book(booked)
        # Hours taken back from a cancelled enrolment will not be taught any more: credit them.
        left_sudo = enrollments.sudo().filtered(
            lambda enrollment: enrollment.state == "cancelled" and enrollment.hours_left > 0
        )
        self.env["account.move"].sudo()._edu_credit_undelivered(left_sudo, "refund")
        return entries

    # ------------------------------------------------------------------ recognition of revenue (E19)
    @api.model
    def _deferred_worths(self, amounts):
        """What amounts of deferred money are worth in the currency of the company: at the rate of the invoice.

        Counted from what is left on the account before and after, so that nothing left is worth nothing.

        :param dict amounts: enrolment id → amount that leaves the account, in the enrolment's currency
        :return: dict enrolment id → amount in the company's currency
        """
        if not amounts:
            return {}
        self.flush_model(["enrollment_id", "kind", "move_id", "amount"])
        self.env["edu.enrollment"].flush_model(["deferred_account_id"])
        self.env["account.move"].flush_model(["enrollment_id", "move_type", "state"])
        self.env["account.move.line"].flush_model(["account_id", "amount_currency", "balance"])
        books = self.env.execute_query(
            SQL(
                """
                SELECT enrollment.id,
                       -SUM(line.amount_currency) FILTER (WHERE move.move_type = 'out_invoice'),
                       -SUM(line.balance) FILTER (WHERE move.move_type = 'out_invoice'),
                       -SUM(line.amount_currency) + COALESCE(recognized.amount, 0)
                  FROM edu_enrollment AS enrollment
                  JOIN account_move AS move ON move.enrollment_id = enrollment.id AND move.state = 'posted'
                  JOIN account_move_line AS line
                    ON line.move_id = move.id AND line.account_id = enrollment.deferred_account_id
             LEFT JOIN LATERAL (
                           SELECT SUM(amount) AS amount
                             FROM edu_ledger_entry AS entry
                            WHERE entry.enrollment_id = enrollment.id
                              AND entry.kind IN ('delivery', 'expiry')
                              AND entry.move_id IS NOT NULL
                       ) AS recognized ON TRUE
                 WHERE enrollment.id IN %s
              GROUP BY enrollment.id, recognized.amount
                """,
                tuple(amounts),
            )
        )
        worths = dict.fromkeys(amounts, 0.0)
        for enrollment_id, invoiced, worth, left in books:
            company_currency = self.env["edu.enrollment"].browse(enrollment_id).company_id.currency_id
            before, after = (
                company_currency.round(rest * float(worth) / float(invoiced)) if invoiced else 0.0
                for rest in (float(left), float(left) - amounts[enrollment_id])
            )
            worths[enrollment_id] = before - after
        return worths

    @api.model
    def _recognize(self, companies, date_to, date_from=None, campuses=None):
        """Post what was earned and is not posted yet: one entry per company and currency, dated ``date_to``.

        Whoever comes at the same moment waits for the rows, starts again and finds nothing left. The caller
        has checked that the user may post, and works with sudo.

        :param companies: ``res.company`` recordset
        :param date date_to: last day of delivery
        :param date date_from: first day of delivery; none: since ever
        :param campuses: ``edu.campus`` recordset to restrict to; none: all
        :return: the posted ``account.move`` records
        :raise UserError: the period is locked, an account or journal is missing; nothing is posted then
        """
        portions = {}
        for company_id, currency_id, *portion in self._lock_unposted(companies, date_to, date_from, campuses):
            portions.setdefault((company_id, currency_id), []).append(portion)
        moves = self.env["account.move"]
        for (company_id, currency_id), rows in portions.items():
            company = self.env["res.company"].browse(company_id)
            currency = self.env["res.currency"].browse(currency_id)
            ledger = self.with_company(company)
            lines = ledger._prepare_recognition_lines(company, currency, rows)
            # Nothing was earned in sum; such entries wait for the next period.
            if lines:
                move = (
                    self.env["account.move"]
                    .with_company(company)
                    .create(ledger._prepare_recognition_values(company, currency, date_to, date_from, lines))
                )
                self.browse(entry for row in rows for entry in row[-1])._mark_recognized(move)
                moves |= move
        if moves:
            moves.action_post()
        return moves

    @api.model
    def _lock_unposted(self, companies, date_to, date_from, campuses):
        """Lock the entries that are to be posted and sum them up, in one query whatever their number.

        :return: list of (company id, currency id, deferred account id, package id, enrolment id,
            amount earned in the currency, entry ids)
        """
        self.flush_model()
        self.env["edu.enrollment"].flush_model(["deferred_account_id", "package_id"])
        return self.env.execute_query(
            SQL(
                """
                WITH unposted AS (
                    SELECT entry.id, entry.company_id, entry.currency_id, entry.amount, entry.enrollment_id,
                           enrollment.deferred_account_id, enrollment.package_id
                      FROM edu_ledger_entry AS entry
                      JOIN edu_enrollment AS enrollment ON enrollment.id = entry.enrollment_id
                     WHERE entry.kind IN ('delivery', 'expiry')
                       AND entry.move_id IS NULL
                       AND entry.amount <> 0
                       AND entry.company_id IN %(companies)s
                       AND entry.date <= %(date_to)s
                       AND entry.date >= COALESCE(%(date_from)s, entry.date)
                       AND %(at_campuses)s
                       AND enrollment.deferred_account_id IS NOT NULL
                  ORDER BY entry.id
                       FOR UPDATE OF entry
                )
                SELECT company_id, currency_id, deferred_account_id, package_id, enrollment_id,
                       -SUM(amount), ARRAY_AGG(id)
                  FROM unposted
              GROUP BY 1, 2, 3, 4, 5
              ORDER BY 1, 2, 3, 4, 5
                """,
                companies=tuple(companies.ids) or (0,),
                date_to=date_to,
                date_from=date_from or None,
                at_campuses=SQL("entry.campus_id IN %s", tuple(campuses.ids)) if campuses else SQL("TRUE"),
            )
        )

    def _prepare_recognition_values(self, company, currency, date_to, date_from, lines):
        journal = company._edu_recognition_journal()
        company._edu_check_books_open(date_to, journal, self.env._("Revenue"))
        if date_from:
            ref = self.env._(
                "Revenue earned from %(start)s to %(end)s",
                start=format_date(self.env, date_from),
                end=format_date(self.env, date_to),
            )
        else:
            ref = self.env._("Revenue earned up to %s", format_date(self.env, date_to))
        return {
            "move_type": "entry",
            "company_id": company.id,
            "currency_id": currency.id,
            "journal_id": journal.id,
            "date": date_to,
            "ref": ref,
            "line_ids": [Command.create(values) for values in lines],
        }

    def _prepare_recognition_lines(self, company, currency, rows):
        """Lines of one entry: each deferred account against the income of each package.

        :param rows: (deferred account id, package id, enrolment id, amount in ``currency``, entry ids)
        """
        earned = {}
        worths = {row[2]: row[3] for row in rows}
        if currency != company.currency_id:
            worths = self._deferred_worths(worths)
        for account_id, package_id, enrollment_id, amount, _entries in rows:
            by_package = earned.setdefault(account_id, {})
            total = by_package.setdefault(package_id, [0.0, 0.0])
            total[0] += amount
            # In the company's currency, at the rate of the invoice.
            total[1] += worths[enrollment_id]
        packages = self.env["edu.package"].browse({row[1] for row in rows})
        accounts = packages._income_accounts()
        lines = []
        for account_id, by_package in earned.items():
            incomes = [
                [packages.browse(package_id), currency.round(amount), company.currency_id.round(balance)]
                for package_id, (amount, balance) in by_package.items()
                if not currency.is_zero(amount)
            ]
            if not incomes:
                continue
            lines += [
                {
                    "account_id": accounts[package].id,
                    "name": self.env._("Hours delivered: %s", package.name),
                    "currency_id": currency.id,
                    "amount_currency": -amount,
                    "balance": -balance,
                }
                for package, amount, balance in incomes
            ]
            lines.append(
                {
                    "account_id": account_id,
                    "name": self.env._("Hours delivered"),
                    "currency_id": currency.id,
                    "amount_currency": currency.round(sum(amount for _package, amount, _balance in incomes)),
                    "balance": company.currency_id.round(
                        sum(balance for _package, _amount, balance in incomes)
                    ),
                }
            )
        return lines

    def _mark_recognized(self, move):
        """The one step that an entry takes after it was written: from not posted to posted (E19).

        :raise UserError: somebody else posted one of them
        """
        self.env.cr.execute(
            SQL(
                "UPDATE edu_ledger_entry SET move_id = %s"
                " WHERE id IN %s AND move_id IS NULL AND kind IN ('delivery', 'expiry')",
                move.id,
                tuple(self.ids),
            )
        )
        if self.env.cr.rowcount != len(self):
            raise UserError(
                self.env._("This revenue has been posted by somebody else. Open the ledger again.")
            )
        self.invalidate_recordset(["move_id"], flush=False)
        move.invalidate_recordset(["edu_ledger_ids"], flush=False)

    @api.model
    def _cron_recognize(self):
        """Post everything that was earned up to the end of last month, company by company (E19)."""
        deferring = self.env["edu.enrollment"]._read_group(
            [("deferred_account_id", "!=", False)], ["company_id"]
        )
        for (company,) in deferring:
            date_to = company._edu_today().replace(day=1) - timedelta(days=1)
            self._recognize_or_log(company, date_to)

    @api.model
    def _recognize_or_log(self, company, date_to):
        """One company's closed period does not keep the others waiting."""
        try:
            with self.env.cr.savepoint():
                self._recognize(company, date_to)
        except UserError as error:
            _logger.warning("Revenue of %s is not recognised: %s", company.name, error)


class EduEnrollment(models.Model):
    """The hours of an enrolment and what they are worth, as sums of its ledger (E18, E19)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    ledger_ids = fields.One2many("edu.ledger.entry", "enrollment_id", string="Hours Ledger")
    hours_total = fields.Float(
        digits=(8, 2),
        compute="_compute_hours",
        store=True,
        help="Hours bought, or moved in. They are delivered, left, moved out, refunded or expired.",
    )
    hours_delivered = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_left = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_moved = fields.Float(digits=(8, 2), compute="_compute_hours", store=True, string="Hours Moved Out")
    hours_refunded = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_expired = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    amount_delivered = fields.Monetary(
        compute="_compute_hours", store=True, help="Money earned by delivered hours, without taxes."
    )
    amount_expired = fields.Monetary(
        compute="_compute_hours", store=True, help="Money earned by hours that lapsed, without taxes."
    )
    amount_deferred = fields.Monetary(
        compute="_compute_hours", store=True, help="Money for hours not delivered yet, without taxes."
    )

    @api.depends("ledger_ids.hours", "ledger_ids.amount", "ledger_ids.kind")
    def _compute_hours(self):
        sums = {}
        for enrollment, kind, hours, amount in self.env["edu.ledger.entry"]._read_group(
            [("enrollment_id", "in", self.ids)], ["enrollment_id", "kind"], ["hours:sum", "amount:sum"]
        ):
            sums.setdefault(enrollment.id, {})[kind] = (hours, amount)
        for enrollment in self:
            by_kind = sums.get(enrollment._origin.id, {})
            hours, amounts = (
                {kind: sums_of_kind[side] for kind, sums_of_kind in by_kind.items()} for side in (0, 1)
            )
            enrollment.hours_delivered = -hours.get("delivery", 0.0)
            enrollment.amount_delivered = -amounts.get("delivery", 0.0)
            enrollment.hours_moved = -hours.get("move_out", 0.0)
            enrollment.hours_refunded = -hours.get("refund", 0.0)
            enrollment.hours_expired = -hours.get("expiry", 0.0)
            enrollment.amount_expired = -amounts.get("expiry", 0.0)
            enrollment.hours_total = sum(hours.get(kind, 0.0) for kind in ("purchase", "adjust", "move_in"))
            enrollment.hours_left = sum(hours.values())
            enrollment.amount_deferred = sum(amounts.values())

    # ------------------------------------------------------------------ windows
    def action_view_ledger(self):
        """Open the hours ledger of the enrolments (E18)."""
        return self._window("edu_enrollment.edu_ledger_entry_action")
