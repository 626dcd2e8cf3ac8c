"""Runs calls of PC/SC on pcsc-lite's own library: one JSON array per line in, the result as JSON out.

See parity-clients.ts, whose other client answers the same calls.
"""

import json
import sys

from smartcard.scard import *  # noqa: F403

PCI = {1: SCARD_PCI_T0, 2: SCARD_PCI_T1, 4: SCARD_PCI_RAW}
context = SCardEstablishContext(SCARD_SCOPE_SYSTEM)[1]
cards = {}
protocols = {}


def connect(card, reader, share, protocol):
    code, handle, active = SCardConnect(context, reader, share, protocol)
    if code == 0:
        cards[card] = handle
        protocols[card] = active
    return [code, active if code == 0 and share != SCARD_SHARE_DIRECT else 0]


def reconnect(card, share, protocol, initialization):
    code, active = SCardReconnect(cards[card], share, protocol, initialization)
    if code == 0:
        protocols[card] = active
    return [code, active if code == 0 else 0]


def disconnect(card, disposition):
    return [SCardDisconnect(cards[card], disposition)]


def transmit(card, command):
    code, response = SCardTransmit(cards[card], PCI[protocols[card]], command)
    return [code, response if code == 0 else []]


def control(card, number, data):
    code, response = SCardControl(cards[card], number, data)
    return [code, response if code == 0 else []]


def get_attribute(card, tag):
    code, value = SCardGetAttrib(cards[card], tag)
    return [code, value if code == 0 else []]


def set_attribute(card, tag, value):
    return [SCardSetAttrib(cards[card], tag, value)]


def status(card):
    code, reader, state, protocol, atr = SCardStatus(cards[card])
    return [code, reader, state & 0xFF, protocol, atr] if code == 0 else [code]


def begin(card):
    return [SCardBeginTransaction(cards[card])]


def end(card, disposition):
    return [SCardEndTransaction(cards[card], disposition)]


def list_readers():
    code, readers = SCardListReaders(context, [])
    return [code, readers if code == 0 else []]


def status_change(timeout, states):
    code, after = SCardGetStatusChange(context, timeout, [tuple(state) for state in states])
    return [code, [[name, state & 0xFFFFFFFF, atr] for name, state, atr in after] if code == 0 else []]


for line in sys.stdin:
    name, *arguments = json.loads(line)
    result = globals()[name](*arguments)
    result[0] &= 0xFFFFFFFF
    print(json.dumps(result), flush=True)
