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
