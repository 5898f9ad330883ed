#!/usr/bin/env python3
"""Prints the transfers and fees of snapshots (`NAME.dye`), read with NumPy alone.

Written from docs/formats.md, not from the program. One line a transfer, in position order:

    chain,block_number,transaction_index,event_index,block_timestamp,hash,from,to,asset,value,kind

and then one line a fee: `fee`, the place of its transaction's first transfer, who pays, how much.

    python3 sample-data/read_snapshot.py NAME.dye...
"""

import json
import sys

import numpy

NO_PURSE = (1 << 32) - 1
NO_EVENT, WIDE_EVENT = (1 << 32) - 1, (1 << 32) - 2
NO_NUMBER = (1 << 64) - 1
NO_TIME = -(1 << 63)
WIDE_AMOUNT = (1 << 128) - 1
KINDS = ["external", "internal", "token", "reward", "withdrawal"]


def whole(limbs):
    """Numbers of 64 bits, the lowest first, to one number."""
    return sum(int(limb) << (64 * at) for at, limb in enumerate(limbs))


def amounts(arrays, name):
    """A column of amounts: what does not fit 128 bits stands beside it."""
    wide = dict(zip(arrays[name + "_wide_row"].tolist(), arrays[name + "_wide"]))
    narrow = map(whole, arrays[name])
    return [whole(wide[row]) if units == WIDE_AMOUNT else units for row, units in enumerate(narrow)]


def text_at(key, texts):
    """A text that its key leads to: 8 bytes for its beginning, 8 for its length."""
    start, length = (int.from_bytes(bytes(key[at : at + 8]), "little") for at in (0, 8))
    return bytes(texts[start : start + length]).decode()


def shown(number, none):
    return "" if number == none else str(number)


def rows(path):
    arrays = numpy.load(path)
    meta = json.loads(arrays["ledger.json"])
    assert (meta["format"], meta["version"]) == ("dyetrace ledger", 1), path
    marks, keys, texts = (arrays["accounts/" + name] for name in ("chain", "address", "text"))
    addresses = [
        text_at(key, texts) if mark >> 15 else "0x" + bytes(key).hex() for mark, key in zip(marks.tolist(), keys)
    ]
    holders = [addresses[account] for account in arrays["purses/account"]]
    assets = [
        (meta["chains"][it["chain"]], "native" if it["contract"] is None else next(iter(it["contract"].values())))
        for it in meta["assets"]
    ]
    asset_of = [assets[asset] for asset in arrays["purses/asset"]]

    hashes, forms, hash_texts = (arrays["transactions/" + name] for name in ("hash", "form", "text"))
    forms = forms.tolist() or [0] * len(hashes)
    def hash_word(form, key):
        return bytes(key).hex() if form == 0 else "" if form == 1 else text_at(key, hash_texts)

    words = [hash_word(form, key) for form, key in zip(forms, hashes)]
    indices = arrays["transactions/index"].tolist() or [NO_NUMBER] * len(hashes)

    senders, receivers = arrays["transfers/from"].tolist(), arrays["transfers/to"].tolist()
    count = len(senders)
    events = arrays["transfers/event_index"].tolist() or [NO_EVENT] * count
    wide_events = dict(
        zip(arrays["transfers/event_index_wide_row"].tolist(), arrays["transfers/event_index_wide"].tolist())
    )
    # Blocks and times stand once for each run of transfers.
    starts = arrays["blocks/start"].tolist()
    lengths = numpy.diff(starts + [count]) if starts else []
    blocks = numpy.repeat(arrays["blocks/number"], lengths).tolist() if starts else []
    times = numpy.repeat(arrays["blocks/time"], lengths).tolist() if starts else []

    values = amounts(arrays, "transfers/value")
    flags = arrays["transfers/flags"].tolist()
    for place, transaction in enumerate(arrays["transfers/transaction"].tolist()):
        sender, receiver, event = senders[place], receivers[place], events[place]
        chain, asset = asset_of[receiver]
        yield (
            chain,
            shown(blocks[place], NO_NUMBER),
            shown(indices[transaction], NO_NUMBER),
            str(wide_events[place]) if event == WIDE_EVENT else shown(event, NO_EVENT),
            shown(times[place], NO_TIME),
            words[transaction],
            "" if sender == NO_PURSE else holders[sender],
            holders[receiver],
            asset,
            str(values[place]),
            KINDS[flags[place] & 7],
        )
    fees = zip(arrays["fees/place"].tolist(), arrays["fees/payer"].tolist(), amounts(arrays, "fees/amount"))
    for place, payer, fee in fees:
        yield ("fee", str(place), holders[payer], str(fee))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        for row in rows(path):
            print(",".join(row))
