"""Money per delivered hour, exact to the last unit of the currency (E19)."""

from odoo.tools.float_utils import float_round


def earned_amount(net, hours_total, hours_delivered, rounding):
    """What has been earned once so many hours are delivered.

    The amount grows with the hours and ends on ``net`` exactly: the last hour takes whatever rounding
    left over, so that delivered + deferred = net at every moment.

    :param float net: what was really paid for all hours, without taxes, in the currency
    :param float hours_total: hours that were bought
    :param float hours_delivered: hours delivered so far, in total
    :param float rounding: smallest unit of the currency (VND: 1, USD: 0.01)
    :return: float, amount in the currency, between 0 and ``net``
    """
    if hours_delivered <= 0 or not hours_total:
        return 0.0
    if hours_delivered >= hours_total:
        return net
    return float_round(net * hours_delivered / hours_total, precision_rounding=rounding)


def discount_amount(price, rate, rounding):
    """The amount of a discount that was typed as a rate (E5).

    :param float price: list price, in the currency
    :param float rate: per cent, 0 to 100
    :param float rounding: smallest unit of the currency
    :return: float, amount rounded to the currency
    """
    return float_round(price * rate / 100, precision_rounding=rounding)


def discount_rate(price, amount):
    """The rate of a discount that was typed as an amount (E5); only shown, never counted with.

    :param float price: list price, in the currency
    :param float amount: discount, in the currency
    :return: float, per cent, rounded to two decimals
    """
    return float_round(amount / price * 100, precision_digits=2) if price else 0.0


def prorated(price, hours, hours_full, rounding):
    """The price of a part of the hours of a package, for those who join mid-course (E17).

    :param float price: price of all hours, in the currency
    :param float hours: hours that are sold
    :param float hours_full: hours of the whole package
    :param float rounding: smallest unit of the currency
    :return: float, amount rounded to the currency
    """
    return float_round(price * hours / hours_full, precision_rounding=rounding) if hours_full else price


def promotion_amounts(price, left, rates, rounding):
    """What promotions take off a price, one after the other (E5).

    :param float price: list price, in the currency; each rate is one of it
    :param float left: what the typed discount leaves of the price; together they take no more
    :param list rates: per cent, in the order in which the promotions are taken off
    :param float rounding: smallest unit of the currency
    :return: list of amounts in the currency, in the order of ``rates``
    """
    amounts = []
    for rate in rates:
        most = max(float_round(left, precision_rounding=rounding), 0.0)
        amounts.append(min(discount_amount(price, rate, rounding), most))
        left -= amounts[-1]
    return amounts


def with_taxes(net, net_left, total_left, rounding):
    """What a part of an invoice is with its share of the taxes.

    Counted from what remains, so that the part and the remainder make the whole.

    :param float net: the part, without taxes, at most ``net_left``
    :param float net_left: what is not credited yet, without taxes
    :param float total_left: the same with taxes
    :param float rounding: smallest unit of the currency
    :return: float, amount in the currency
    """
    if not net_left:
        return net
    rest = float_round(total_left * (net_left - net) / net_left, precision_rounding=rounding)
    return float_round(total_left - rest, precision_rounding=rounding)


def shared_taxes(taxes, share, total, rounding):
    """The share of each tax, made to sum up exactly: the largest takes what rounding left over.

    :param dict taxes: tax → its whole amount, in the currency
    :param float share: 0 to 1
    :param float total: what all shares are together, in the currency
    :param float rounding: smallest unit of the currency
    :return: dict tax → amount
    """
    amounts = {tax: float_round(amount * share, precision_rounding=rounding) for tax, amount in taxes.items()}
    if amounts:
        largest = max(amounts, key=lambda tax: abs(amounts[tax]))
        amounts[largest] += total - sum(amounts.values())
    return amounts


def refundable(paid, earned, deferred, invoiced, promised):
    """Collected minus delivered and minus what is promised (E15); negative when more was promised since.

    :param float paid: collected, with taxes, in the currency
    :param float earned: worth of what was delivered or lapsed, without taxes
    :param float deferred: worth of what is still to be delivered, without taxes
    :param float invoiced: net of credit notes, with taxes
    :param float promised: refunds that were approved and are not paid yet
    :return: float, not rounded
    """
    net = earned + deferred
    # What was delivered is counted without taxes, what was paid with them.
    used = earned * invoiced / net if net else earned
    return paid - used - promised
