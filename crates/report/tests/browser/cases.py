"""Cases for the browser: one whose labels are attacks, and one of thousands of accounts."""

import csv
import random

ATTACKS = [
    '=HYPERLINK("x","y")',
    "<script>window.owned=1</script>",
    "</script><script>window.owned=2</script>",
    '"><img src=x onerror="window.owned=3">',
    "../../etc/passwd",
    "javascript:window.owned=4",
    "{{script}}",
    "\u202egnirts\u2066 turned",
    "שלום עולם",
    "bell\u0007 escape\u001b[31m",
    "L" * 10_240,
    "a\u2028b\u2029c",
]


def address(number):
    return "0x" + f"{number:040x}"


def write_transfers(path, rows):
    with open(path, "w", newline="") as to:
        table = csv.writer(to)
        table.writerow(["block_number", "block_timestamp", "transaction_hash", "from_address", "to_address", "value"])
        for number, (sender, receiver, value) in enumerate(rows):
            time = 1_655_982_360 + number * 61
            table.writerow([100 + number, time, f"0x{number:064x}", address(sender), address(receiver), value])


def attacks(folder):
    """A seed pays deposit accounts whose labels are attacks, through a circle and a fan."""
    rows = [(1, 2, 10**21), (2, 3, 4 * 10**20), (3, 2, 10**20)]
    labels = []
    for number, text in enumerate(ATTACKS):
        rows.append((2, 100 + number, 10**19 + number))
        labels.append([address(100 + number), text, "exchange_deposit", text, "2024-01-02", "90"])
    rows += [(2, 300 + number, 10**18) for number in range(9)]
    write_transfers(folder / "transfers.csv", rows)
    with open(folder / "labels.csv", "w", newline="") as to:
        table = csv.writer(to)
        table.writerow(["address", "label", "category", "entity", "as_of", "confidence"])
        table.writerows(labels)
    (folder / "case.toml").write_text(
        'name = "<img src=x onerror=window.owned=5>"\n[[input]]\npath = "transfers.csv"\n[[labels]]\n'
        'path = "labels.csv"\n[[theft]]\nid = "<b>T</b>"\n[[theft.seed]]\n' + f'address = "{address(1)}"\n'
    )


def large(folder, accounts=7_000, flows=14_000):
    """More accounts and flows than a page takes: money spreads at random, with fans, lines and circles."""
    dice = random.Random(7)
    held = {1: 10**60}
    rows = []
    next_account = 2
    open_accounts = [1]
    while len(rows) < flows:
        sender = dice.choice(open_accounts[-400:] if dice.random() < 0.5 else open_accounts)
        value = held[sender] // dice.choice([2, 3, 5, 50])
        if value == 0:
            continue
        if next_account < accounts and dice.random() < 0.6:
            receiver, next_account = next_account, next_account + 1
            open_accounts.append(receiver)
        else:
            receiver = dice.choice(open_accounts)
        if receiver == sender:
            continue
        held[sender] -= value
        held[receiver] = held.get(receiver, 0) + value
        rows.append((sender, receiver, value))
    write_transfers(folder / "transfers.csv", rows)
    (folder / "case.toml").write_text(
        f'name = "Large"\n[[input]]\npath = "transfers.csv"\n[[theft]]\nid = "T"\n[[theft.seed]]\naddress = "{address(1)}"\n'
    )
