"""The ledger that the sample is written into: real facts, made-up names, chance, amounts, block times.

A `Ledger` takes transactions in the time order of each account, keeps every balance (a spend of more than there
is stops the script), and gives the rows of transfers.csv in position order.
"""

import bisect
import calendar
import hashlib
import time

COLUMNS = ("chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,"
           "from_address,to_address,asset,value,fee,kind").split(",")
HOUR, DAY, MINUTE = 3600, 86_400, 60
ZERO = "0x" + "0" * 40
REAL = {
    "exploiter 1": "0x0d043128146654c7683fbf30ac98d7b2285ded00",
    "exploiter 2": "0x9e91ae672e7f7330fc6b9bab9c259bd94cd08715",
    "exploiter 3": "0x58f4baccb411acef70a5f6dd174af7854fc48fa9",
    "note wallet 1": "0x89f89d61644c6e606efb25a01210159f102fbd8b",
    "multisig": "0x715cdda5e9ad30a0ced14940f9997ee611496de6",
    "signer 1": "0xf845a7ee8477ad1fb4446651e548901a2635a915",
    "signer 2": "0x812d8622c6f3c45959439e7ede3c580da06f8f25",
    "bridge ETH": "0xf9fb1c508ff49f78b60d3a96dea99fa5d7f3a8a6",
    "bridge ERC20": "0x2dccdb493827e15a5dc8f8b72147e6c4a5620857",
    "bridge BUSD": "0xfd53b1b4af84d59b20bf2c20ca89a6beeaa2c628",
    "tornado 100": "0xa160cdab225685da1d56aa342ad8841c3b53f291",
    "railgun": "0xfa7093cdd9ee6932b4eb2c9e1cde7ce00b1fa4b9",
    "binance hot": "0x28c6c06298d514db089934071355e5743bf21d60",
    "huobi hot": "0xab5c66752a9e8167967685f1450532fb96d5d24f",
}
TOKEN = {  # symbol: contract, decimals
    "USDT": ("0xdac17f958d2ee523a2206206994597c13d831ec7", 6),
    "USDC": ("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6),
    "DAI": ("0x6b175474e89094c44da98b954eedeac495271d0f", 18),
    "BUSD": ("0x4fabb145d64652a948d72533023f6e7a623c7c53", 18),
    "WBTC": ("0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", 8),
}
REAL_HASH = {
    "ETH out": "0x27981c7289c372e601c9475e5b5466310be18ed10b59d1ac840145f6e7804c97",
    "BUSD out": "0x44256bb81181bcaf7b5662614c7ee5f6c30d14e1c8239f006f84864a9cda9f77",
    "USDC out": "0x6e5251068aa99613366fd707f3ed99ce1cb7ffdea05b94568e6af4f460cecd65",
    "USDT 1 to 2, first": "0xf32d4cc531ec23576110833b9f04163c70a30ca21b7851ccc7a26eca79ea4c34",
    "USDT 1 to 2, second": "0x618a7d833ea6f17cc7d762237d223d2285454d331b37bb499d3cef9ec7ce2417",
}
STOLEN = {"ETH": "13100", "USDC": "41200000", "USDT": "9981000", "DAI": "6000000", "BUSD": "5500000", "WBTC": "592"}

# Names, chance, amounts, time.

STATED = "dyetrace sample harmony: "  # what every made-up address and hash is derived from
names = {}  # address -> (name, role, real or invented), in order of first use


def account(name, role=""):
    """Returns the address of a named account and notes it for roles.csv."""
    if name in REAL:
        address, kind = REAL[name], "real"
    else:
        address, kind = "0x" + hashlib.sha256((STATED + "account " + name).encode()).hexdigest()[:40], "invented"
    if address not in names or (role and not names[address][1]):
        names[address] = (name, role, kind)
    return address


class Dice:
    """Chance from SHA-256 of a stated string, so that no Python version changes the file."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def below(self, sides):
        self.count += 1
        digest = hashlib.sha256(f"{STATED}dice {self.name} {self.count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % sides

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def pick(self, items):
        return items[self.below(len(items))]


def units(text, symbol="ETH"):
    """Turns "12.5" into base units of the asset; exact, and refuses digits the asset does not have."""
    decimals = 18 if symbol == "ETH" else TOKEN[symbol][1]
    whole, _, part = text.partition(".")
    assert len(part) <= decimals, f"{text} has more digits than {symbol}"
    return int(whole + part.ljust(decimals, "0"))


def at(text):
    """Turns "2022-06-23 11:06" (or with seconds) into Unix seconds."""
    form = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return calendar.timegm(time.strptime(text, form))


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


# Block and time of known points; between them blocks are evenly spaced. After the Merge time runs in 12-second
# slots, a few of them empty.
ANCHORS = [
    (14_900_000, at("2022-06-04 13:23:27")),
    (15_012_646, at("2022-06-23 11:06:07")),   # the first drain
    (15_050_000, at("2022-06-30 10:54:07")),   # Gray Glacier
    (15_537_394, at("2022-09-15 06:42:59")),   # the Merge
]


def time_of(block):
    number, seconds = ANCHORS[-1]
    if block >= number:
        return seconds + 12 * ((block - number) * 1_006_217 // 1_000_000)
    at_or_before = bisect.bisect_right(ANCHORS, (block, 1 << 62)) - 1
    (b0, t0), (b1, t1) = ANCHORS[at_or_before], ANCHORS[at_or_before + 1]
    return t0 + (block - b0) * (t1 - t0) // (b1 - b0)


def block_at(seconds):
    """Returns the first block that is not earlier than `seconds`."""
    return bisect.bisect_left(range(17_000_000), seconds, lo=14_900_000, key=time_of)


GAS = {"ETH": 21_000, "token": 63_209, "swap": 187_400, "note": 978_300, "bridge": 214_700, "pull": 84_200}


class Ledger:
    """The transactions made so far, and what every account holds after them.

    Transactions of one account are made in time order, so `balance` is right for that account at that moment.
    """

    def __init__(self):
        self.transactions, self.balance, self.made_up = [], {}, 0
        self.dice, self.seconds = Dice("gas price"), Dice("seconds")

    def of(self, holder, symbol="ETH"):
        return self.balance.get((holder, symbol), 0)

    def shift(self, holder, symbol, amount, may_gap=False):
        if holder in (ZERO, ""):
            return
        left = self.of(holder, symbol) + amount
        assert left >= 0 or may_gap, f"{names[holder][0]} lacks {-left} of {symbol}"
        self.balance[(holder, symbol)] = max(left, 0)

    def price(self, gas):
        """Returns a fee in wei: gas times 12 to 45 gwei."""
        return gas * self.dice.between(12_000_000_000, 45_000_000_000)

    def add(self, when, rows, fee=None, real_hash=None, may_gap=False):
        """Adds one transaction; `rows` are (from, to, symbol, amount, kind), the fee belongs to the first."""
        if when % MINUTE == 0:
            when += self.seconds.below(40)  # nobody pays on the full minute
        self.made_up += 1
        name = f"{STATED}transaction {self.made_up}"
        made = "0x" + hashlib.sha256(name.encode()).hexdigest()
        if rows[0][4] == "reward":
            made = ""
        if fee is not None:
            self.shift(rows[0][0], "ETH", -fee)
        for sender, receiver, symbol, amount, _ in rows:
            self.shift(sender, symbol, -amount, may_gap)
            self.shift(receiver, symbol, amount)
        self.transactions.append((when, len(self.transactions), real_hash or made, fee, rows))

    # The shapes of transaction that the sample is made of.

    def open(self, when, holder, amount, symbol="ETH"):
        """What an account held before the sample begins: a reward (native) or a mint (token)."""
        kind = "reward" if symbol == "ETH" else "token"
        self.add(when, [("" if symbol == "ETH" else ZERO, holder, symbol, amount, kind)])

    def pay(self, when, sender, receiver, amount, gas="ETH", **more):
        self.add(when, [(sender, receiver, "ETH", amount, "external")], self.price(GAS[gas]), **more)

    def drain(self, when, sender, receiver):
        """Sends the whole native balance, less the fee."""
        fee = self.price(GAS["ETH"])
        self.add(when, [(sender, receiver, "ETH", self.of(sender) - fee, "external")], fee)

    def send(self, when, sender, receiver, symbol, amount, **more):
        """A token transfer: the call to the contract pays the fee, the event moves the token."""
        rows = [(sender, TOKEN[symbol][0], "ETH", 0, "external"), (sender, receiver, symbol, amount, "token")]
        self.add(when, rows, self.price(GAS["token"]), **more)

    def call(self, when, sender, contract, rows, gas, **more):
        """Calls a contract with value 0; what moves is in `rows`."""
        self.add(when, [(sender, contract, "ETH", 0, "external")] + rows, self.price(GAS[gas]), **more)

    def rows(self):
        """Yields the rows of transfers.csv in position order."""
        gaps, block_before, index = Dice("transaction index"), None, 0
        placed = sorted((block_at(t[0]), t[0], t[1], t) for t in self.transactions)
        for block, _, _, (_, _, made, fee, rows) in placed:
            index = gaps.below(60) if block != block_before else index + 1 + gaps.below(12)
            block_before = block
            for event, (sender, receiver, symbol, amount, kind) in enumerate(rows):
                asset = "native" if symbol == "ETH" else TOKEN[symbol][0]
                stated = str(fee) if fee is not None and event == 0 else ""
                yield ["ethereum", block, index, event, iso(time_of(block)), made, sender, receiver, asset,
                       amount, stated, kind]

