"""Clients who call a real server over HTTP at the same moment."""

import threading
import xmlrpc.client
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

PASSWORD = "race-password"

#: What a client was told. ``kind``: ``done``, with what was returned; ``refused``, with the sentence that an
#: ordinary user reads; ``error``, with what the server says when it does not know how to go on.
Answer = namedtuple("Answer", "kind text")


def at_once(server, database, uid, calls):
    """Call so many methods from as many threads at once, as the older API of Odoo does.

    :param list calls: (model, method, ids) or (model, method, ids, further arguments)
    :return: list of :class:`Answer`, in order
    """
    start = threading.Barrier(len(calls))

    def client(call):
        model, method, ids, *arguments = call
        proxy = xmlrpc.client.ServerProxy(f"{server}/xmlrpc/2/object", allow_none=True)
        start.wait()
        try:
            return Answer("done", proxy.execute_kw(database, uid, PASSWORD, model, method, [ids, *arguments]))
        except xmlrpc.client.Fault as fault:
            # Whatever is not meant for people's eyes comes as a traceback: its last line tells most.
            told = fault.faultString.strip().splitlines()
            unforeseen = "Traceback" in fault.faultString
            return Answer("error" if unforeseen else "refused", told[-1] if unforeseen else fault.faultString)
        except xmlrpc.client.ProtocolError as error:
            return Answer("error", f"{error.errcode} {error.errmsg}")

    # Many small stacks instead of few large ones: the memory of a test process is limited.
    before = threading.stack_size(512 * 1024)
    try:
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(client, calls))
    finally:
        threading.stack_size(before)


def errors(answers):
    """What no client should ever hear."""
    return [answer.text for answer in answers if answer.kind == "error"]
