#!/usr/bin/env python3
"""A second, plain implementation of the trace: slow and obvious, to check the engine by.

    rederive.py CASE.toml --out DIR        write the tables
    rederive.py CASE.toml --compare DIR    derive again, compare with the tables in DIR
    rederive.py --self-test FILE           run the worked examples of the rules

read -> order -> seeds and stops -> reach -> one replay a rule -> tables. Whole numbers only.
"""
import argparse, csv, gzip, hashlib, io, json, re, sys, tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

RULES = ["fifo", "lifo", "prorata", "libr", "taint_first", "poison"]
STATES = ["ALREADY_FROZEN", "MEMO_ACCOUNT", "AT_DEPOSIT_UNSWEPT", "SWEPT_CREDITED", "AT_EXCHANGE", "IN_POOL",
          "REFUND_PENDING", "IN_FLIGHT_BRIDGE", "DEFI_POSITION", "NOT_FOLLOWED", "EDGE_OF_DATA", "LOST",
          "ISSUER_FREEZABLE", "SELF_CUSTODY_NATIVE", "SELF_CUSTODY_TOKEN"]
FREEZABLE = STATES[:4] + ["REFUND_PENDING", "IN_FLIGHT_BRIDGE", "ISSUER_FREEZABLE"]
STOPS = ["exchange_deposit", "exchange", "mixer", "bridge", "payment", "gambling", "service", "burn"]
NETTING = ["dex", "defi", "token"]
GRADES = ["FACT", "PRESUMED", "INFERRED"]  # strongest first
NAMING = set(STOPS + NETTING + ["issuer", "miner"]) - {"exchange_deposit"}
SWEEPS = "dyetrace deposits"  # the source of a label that sweeps alone give
ZERO = "0x" + "0" * 40
# Contracts whose issuer can stop a balance; --issuers FILE adds the rows of an issuer_control.csv.
ISSUERS = {("ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7"): "Tether",
           ("ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"): "Circle",
           ("ethereum", "0x4fabb145d64652a948d72533023f6e7a623c7c53"): "Paxos"}


# Tokens that stand for a coin: one to one, or as a stake whose getting is an exchange.
WRAPS = {("ethereum", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"), ("bsc", "0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c"),
         ("polygon", "0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270"), ("arbitrum", "0x82af49447d8a07e3bd95bd0d56f35241523fbab1"),
         ("optimism", "0x" + "42" + "0" * 37 + "6"), ("base", "0x" + "42" + "0" * 37 + "6"),
         ("avalanche", "0xb31f66aa3c1e785363f0875a1b74e27b85fd66c7")}
STAKES = {("ethereum", "0xae7ab96520de3a18e5e111b5eaab095312d7fe84"), ("ethereum", "0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0")}


# Bridges that are known by address: a table of facts, the engine's own.
BRIDGES = Path(__file__).resolve().parent.parent / "crates/core/src/links/bridges/known.csv"


class CaseError(Exception):
    """The case cannot be traced: a bad row, a seed that does not fit."""


def read_set_aside(result):
    """What of the seeds a result says that only noise brought: (theft, chain, address, token). What noise is, is the
    engine's word; what follows from it is derived here."""
    path = Path(result or "") / "limitations.csv"
    if not result or not path.exists():
        return set()
    found = set()
    for row in csv.DictReader(io.StringIO(path.read_text(), newline="")):
        if row["kind"] == "set_aside":
            theft, who, asset = row["subject"].rsplit(" ", 2)
            chain, token = asset.split(":", 1)
            found.add((theft, chain, address(who), address(token)))
    return found


@dataclass
class Row:
    no: int            # place in the input, over all files
    chain: str
    block: int | None
    txi: int | None
    ev: int | None
    time: int | None
    hash: str
    frm: str
    to: str
    asset: str         # "native" or a contract
    value: int
    fee: int | None
    file: int = 0
    tx: tuple = ()     # which transaction it belongs to
    key: tuple = ()    # position on its own chain
    kind: str = ""

    def moves(self):
        return self.value > 0 and self.frm != self.to

    def sender(self):
        return None if void(self.frm) else (self.chain, self.frm, self.asset)

    def receiver(self):
        return None if void(self.to) else (self.chain, self.to, self.asset)


def void(address):
    return address in ("", ZERO)


def name(chain, asset):
    return f"{chain}:{asset}"


# ---------------------------------------------------------------- reading

def text(path):
    raw = Path(path).read_bytes()
    return (gzip.decompress(raw) if str(path).endswith(".gz") else raw).decode("utf-8-sig")


def address(word):
    word = word.strip()
    return word.lower() if word[:2].lower() == "0x" else word


def seconds(word):
    """Unix seconds, or a written UTC time, as a number; None if empty."""
    if isinstance(word, datetime):
        return int((word if word.tzinfo else word.replace(tzinfo=timezone.utc)).timestamp())
    word = str(word).strip()
    if not word:
        return None
    if word.isdigit():
        return int(word)
    if "/" in word:
        stamp = datetime.strptime(word, "%Y/%m/%d %H:%M" + (":%S" if word.count(":") == 2 else ""))
    else:
        stamp = datetime.fromisoformat(word.replace("Z", "+00:00"))
    return seconds(stamp)


def iso(stamp):
    return "" if stamp is None else datetime.fromtimestamp(stamp, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole(word):
    word = (word or "").strip()
    if word == "":
        return None
    if not re.fullmatch(r"[0-9]+", word):
        raise CaseError(f"not a whole number: {word!r}")
    return int(word)


def micro_usd(word):
    left, _, right = word.partition(".")
    if len(right.rstrip("0")) > 6:
        raise CaseError(f"more than 6 decimals: {word!r}")
    return int(left) * 10**6 + int((right + "000000")[:6])


@dataclass
class Input:
    covers: object       # "all", "senders", or a set of addresses
    kinds: set           # {"native"}, {"native", "token"}
    chains: set = field(default_factory=set)
    senders: set = field(default_factory=set)


def read_file(spec, folder, number, rows, labels):
    table = csv.DictReader(io.StringIO(text(folder / spec["path"]), newline=""))
    heads = {h.lower(): h for h in table.fieldnames}
    chain0 = spec.get("chain", "ethereum")
    given = spec.get("covers")
    kinds = {"native", "token"}
    default = "all"
    if "value_in_usd" in heads:
        dialect, kinds = "mftracer", {"native"}
    elif "iserror" in heads:
        dialect, kinds, default = "txlist", {"native"}, "senders"
    else:
        dialect = "canonical"
    covers = default if given is None else given if given == "all" else {address(a) for a in given}
    source = Input(covers, kinds)
    seen = set()
    for raw in table:
        cell = lambda n: (raw.get(heads.get(n, ""), "") or "").strip()
        no = len(rows)
        if dialect == "mftracer":
            row = Row(no, chain0, whole(cell("block")), None, None, seconds(cell("timestamp")), cell("tx_hash").lower(),
                      address(cell("from")), address(cell("to")), "native", micro_usd(cell("value_in_usd")), None)
            for who, words in ((row.frm, cell("from_label")), (row.to, cell("to_label"))):
                if words and (who, words) not in seen:
                    seen.add((who, words))
                    labels[who].append(Label(row.chain, words, usd_category(words), usd_entity(words), "", "", -1))
        elif dialect == "txlist":
            failed = cell("iserror") == "1"
            row = Row(no, chain0, whole(cell("blocknumber")), whole(cell("transactionindex")), None,
                      seconds(cell("timestamp")), cell("hash").lower(), address(cell("from")),
                      address(cell("to")) or address(cell("contractaddress")), "native",
                      0 if failed else whole(cell("value")), whole(cell("gasused")) * whole(cell("gasprice")))
        else:
            row = Row(no, cell("chain") or chain0, whole(cell("block_number")), whole(cell("transaction_index")),
                      whole(cell("event_index")), seconds(cell("block_timestamp")), cell("transaction_hash").lower(),
                      address(cell("from_address")), address(cell("to_address")), address(cell("asset")) or "native",
                      whole(cell("value")), whole(cell("fee")), kind=cell("kind"))
            if row.frm == "" and cell("kind") not in ("reward", "withdrawal"):
                raise CaseError(f"row {no}: no sender")
        if row.to == "" or row.value is None or (row.block is None and row.time is None):
            raise CaseError(f"row {no}: receiver, value or position is missing")
        row.file = number
        source.chains.add(row.chain)
        source.senders.add((row.chain, row.frm))
        rows.append(row)
    return source


@dataclass
class Label:
    chain: str           # "" = every chain
    text: str
    category: str
    entity: str
    source: str
    as_of: str
    confidence: int


def usd_category(words):
    if "_Deposit_" in words:
        return "exchange_deposit"
    return "exchange" if re.match(r"(Binance|HTX|Huobi|OKX)[ :]", words) else "theft"


def usd_entity(words):
    exchange = re.match(r"Binance|HTX|Huobi|OKX", words)
    return {"HTX": "Huobi"}.get(exchange[0], exchange[0]) if exchange else ""


def read_labels(path, labels):
    for raw in csv.DictReader(io.StringIO(text(path), newline="")):
        cell = lambda n: (raw.get(n) or "").strip()
        sure = whole(cell("confidence"))
        labels[address(cell("address"))].append(Label(cell("chain"), cell("label"), cell("category"), cell("entity"),
                                                      cell("source"), cell("as_of"), -1 if sure is None else sure))


def read_bridges(labels):
    """Labels of known bridges that nobody else has labelled."""
    for row in csv.DictReader(io.StringIO(BRIDGES.read_text(), newline="")):
        who, chain = row["address"], row["chain"]
        if not any(l.chain in ("", chain) for l in labels.get(who, ())):
            words = f"{row['protocol']}: {row['what']}"
            labels[who].append(Label(chain, words, "bridge", row["protocol"], "dyetrace known bridges", "", 90))


def read_decisions(path, labels):
    """Labels and cuts of an analyst, each line chained to the one before. Returns the cuts: (chain or "", address)."""
    cuts, before = set(), "0" * 64
    for number, line in enumerate(Path(path).read_bytes().splitlines(), 1):
        say = json.loads(line)
        if say["number"] != number or say["before"] != before:
            raise CaseError(f"{path}, line {number}: the chain is broken")
        before = hashlib.sha256(line).hexdigest()
        who, detail = address(say["subject"]), say["detail"]
        if say["kind"] == "label":
            name = detail.get("entity", "")
            labels[who].append(Label(detail.get("chain", ""), name, detail["category"], name,
                                     f"decision {number} by {say['who']}", say["when"][:10], detail.get("confidence", 100)))
        elif say["kind"] == "cut":
            cuts.add((detail.get("chain", ""), who))
    return cuts


# ---------------------------------------------------------------- order

def put_in_order(rows):
    """Fill in transactions and positions, sort."""
    for row in rows:
        if row.hash:
            row.tx = (row.chain, row.hash)
        elif row.txi is not None:
            row.tx = (row.chain, row.block if row.block is not None else ("t", row.time), row.txi)
        else:
            row.tx = (row.chain, "row", row.no)
    index = {}
    for row in rows:
        if row.txi is not None and index.setdefault(row.tx, row.txi) != row.txi:
            raise CaseError(f"row {row.no}: two indices for one transaction")
    for chain in {r.chain for r in rows}:
        mine = [r for r in rows if r.chain == chain]
        blocks = all(r.block is not None for r in mine)
        if not blocks and not all(r.time is not None for r in mine):
            raise CaseError(f"{chain}: some rows have only blocks, some only times")
        for row in mine:
            row.txi = index.get(row.tx)
            row.key = (row.block if blocks else row.time, row.txi is None, row.txi or 0, row.ev is not None, row.ev or 0)
    many = len({r.chain for r in rows}) > 1
    if many and any(r.time is None for r in rows):
        raise CaseError("several chains need times")
    return sorted(rows, key=lambda r: (r.time if many else 0, r.chain, r.key, r.no))


# ---------------------------------------------------------------- purses: lots or classes
# A part is (class, units, claim); class None is clean, otherwise (theft, stolen asset).

def class_key(cls):
    """Clean first, then theft, then stolen asset, by bytes."""
    return (0,) if cls is None else (1, cls[0].encode(), cls[1].encode())


def divide(amount, weights):
    """Share amount out by weight: floors first, then the largest remainders."""
    whole_sum = sum(weights.values())
    share = {k: amount * w // whole_sum for k, w in weights.items()}
    order = sorted(weights, key=lambda k: (-(amount * weights[k] % whole_sum), class_key(k)))
    for k in order[:amount - sum(share.values())]:
        share[k] += 1
    return share


def in_order(amount, weights):
    """Share amount out by weight: floors first, then the largest remainders, of equal ones the first."""
    share = [amount * w // sum(weights) for w in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % sum(weights)), n))
    for n in order[:amount - sum(share)]:
        share[n] += 1
    return share


def cut(part, units):
    """Take units of a part: (taken, rest)."""
    cls, n, claim = part
    c = claim if units == n else claim * units // n
    return (cls, units, c), (cls, n - units, claim - c)


class LotPurse:
    """fifo and lifo: parts in the order they came in."""

    def __init__(self, rule):
        self.lots, self.newest_first = [], rule == "lifo"

    def total(self):
        return sum(u for _, u, _ in self.lots)

    def classes(self):
        sums = defaultdict(int)
        for cls, units, _ in self.lots:
            sums[cls] += units
        return dict(sums)

    def claims(self):
        sums = defaultdict(int)
        for cls, _, claim in self.lots:
            sums[cls] += claim
        return sums

    def add(self, parts, value):
        self.lots += [p for p in parts if p[1] > 0]

    def take(self, value):
        out = []
        while value > 0:
            at = -1 if self.newest_first else 0
            some, rest = cut(self.lots[at], min(value, self.lots[at][1]))
            out.append(some)
            value -= some[1]
            if rest[1]:
                self.lots[at] = rest
            else:
                del self.lots[at]
        return out


class SharePurse:
    """prorata, libr and taint_first: one sum a class."""

    def __init__(self, rule):
        self.rule, self.sums = rule, {}

    def total(self):
        return sum(u for u, _ in self.sums.values())

    def classes(self):
        return {cls: u for cls, (u, _) in self.sums.items()}

    def claims(self):
        return {cls: c for cls, (_, c) in self.sums.items()}

    def add(self, parts, value):
        for cls, units, claim in parts:
            if units:
                u, c = self.sums.get(cls, (0, 0))
                self.sums[cls] = (u + units, c + claim)

    def take(self, value):
        have = self.classes()
        if self.rule == "prorata":
            shares = divide(value, have) if have else {}
        else:
            clean = have.pop(None, 0)
            tainted = sum(have.values())
            stolen = max(0, value - clean) if self.rule == "libr" else min(value, tainted)
            shares = {None: value - stolen}
            if stolen:
                shares.update(divide(stolen, have))
        out = []
        for cls in sorted(shares, key=class_key):
            if shares[cls]:
                some, rest = cut((cls, *self.sums.pop(cls)), shares[cls])
                if rest[1]:
                    self.sums[cls] = rest[1:]
                out.append(some)
        return out


class PoisonPurse:
    """poison: a balance and the classes that ever came in; every spend bears them all in full."""

    def __init__(self, rule):
        self.balance, self.flags = 0, set()

    def total(self):
        return self.balance

    def classes(self):
        return {cls: self.balance for cls in self.flags or {None}} if self.balance else {}

    def claims(self):
        return self.classes()

    def add(self, parts, value):
        self.balance += value
        self.flags |= {cls for cls, _, _ in parts if cls}

    def take(self, value):
        out = [(cls, value, value) for cls in sorted(self.flags, key=class_key)]
        self.balance -= value
        if self.balance == 0:
            self.flags = set()
        return out or [(None, value, value)]


def new_purse(rule):
    return (LotPurse if rule in ("fifo", "lifo") else PoisonPurse if rule == "poison" else SharePurse)(rule)


# ---------------------------------------------------------------- the case

@dataclass
class Seed:
    theft: str
    address: str = ""
    transaction: str = ""
    since: int | None = None
    since_block: int | None = None
    asset: str = "*"
    chain: str = ""

    def fits(self, chain, asset):
        return self.chain in ("", chain) and self.asset in ("*", asset, name(chain, asset))


class Case:
    def __init__(self, path, issuers=(), result=None):
        conf = tomllib.loads(Path(path).read_text())
        folder = Path(path).parent
        rows, self.labels = [], defaultdict(list)
        self.inputs = [read_file(s, folder, n, rows, self.labels) for n, s in enumerate(conf["input"])]
        for spec in conf.get("labels", []):
            read_labels(folder / spec["path"], self.labels)
        log = conf.get("decisions", {}).get("path")
        self.cuts = read_decisions(folder / log, self.labels) if log else set()
        if conf.get("trace", {}).get("bridges", True):
            read_bridges(self.labels)
        self.issuers = ISSUERS | dict(issuers)
        self.all_rows = put_in_order(rows)
        self.options(conf.get("trace", {}))
        self.seeds = [self.read_seed(t["id"], s) for t in conf["theft"] for s in t["seed"]]
        self.set_aside = read_set_aside(result)
        self.cut_at_until()
        self.find_transactions()
        self.place_seeds()
        if "exchange_deposit" in self.stop and conf.get("trace", {}).get("detected_deposits", True):
            self.find_deposits()
        self.find_stops()
        self.deals, self.given, self.got, self.ends = defaultdict(list), set(), set(), {}
        self.read_links(result)
        if conf.get("trace", {}).get("swaps", True):
            for tx in self.members:
                self.settle(tx)
        for deals in self.deals.values():
            deals.sort(key=lambda d: d.who[1])
        self.find_reach()

    def options(self, trace):
        self.rule = trace.get("rule", "libr")
        default = [r for r in ("libr", "fifo", "lifo", "prorata", "taint_first") if r != self.rule]
        asked = trace.get("compare", default)
        self.rules = [self.rule] + [r for r in RULES if r in asked and r != self.rule]
        stop = trace.get("stop", STOPS + NETTING)
        self.stop = [] if stop == "none" else [stop] if isinstance(stop, str) else stop
        self.hub = None if stop == "none" else trace.get("hub_transfers", 10000)
        self.max_hops, self.until = trace.get("max_hops"), trace.get("until")
        self.least = {k if k == "native" else address(k): int(v) for k, v in trace.get("min_amount", {}).items()}

    def read_seed(self, theft, s):
        since = s.get("since")
        return Seed(theft, address(s.get("address", "")), s.get("transaction", "").lower(),
                    None if since is None else seconds(since), s.get("since_block"),
                    address(s.get("asset", "*")), s.get("chain", ""))

    def dust(self, row):
        return row.value < self.least.get(row.asset, self.least.get(name(row.chain, row.asset), 0))

    def cut_at_until(self):
        """Rows after --until are not traced; the purses they touch are remembered."""
        if self.until is None:
            late = lambda r: False
        elif any((r.block if str(self.until).startswith("block:") else r.time) is None for r in self.all_rows):
            raise CaseError("until does not fit what the rows state")
        elif str(self.until).startswith("block:"):
            late = lambda r: r.block > int(str(self.until)[6:])
        else:
            late = lambda r: r.time > seconds(self.until)
        self.rows = [r for r in self.all_rows if not late(r)]
        self.later = set()
        for r in self.all_rows:
            if late(r):
                self.later |= {r.sender(), r.receiver()}
                if r.fee:
                    self.later.add((r.chain, r.frm, "native"))

    def find_transactions(self):
        """Members, fee, net sums and tie groups of the traced rows."""
        self.members, self.fee = defaultdict(list), {}
        for i, row in enumerate(self.rows):
            self.members[row.tx].append(i)
        for tx, at in self.members.items():
            stated = [self.rows[i] for i in at if self.rows[i].fee is not None]
            if len({r.fee for r in stated}) > 1:
                raise CaseError(f"{tx}: two fees")
            if stated and stated[0].fee and not void(stated[0].frm):
                self.fee[at[0]] = (stated[0].chain, stated[0].frm, "native"), stated[0].fee
        self.inflow, self.outflow = defaultdict(int), defaultdict(int)   # by transaction and purse
        groups = defaultdict(list)
        for i, row in enumerate(self.rows):
            if row.moves():
                self.inflow[row.tx, row.receiver()] += row.value
                self.outflow[row.tx, row.sender()] += row.value
                groups[row.chain, row.key].append(i)
        self.group = {}                                                  # rows of unknown order with a row, itself too
        self.tied = set()                                                # (row, purse): order unknown there
        for at in groups.values():
            for i in at:
                self.group[i] = at
                for purse in (self.rows[i].sender(), self.rows[i].receiver()):
                    if any(purse in (self.rows[j].sender(), self.rows[j].receiver()) for j in at if j != i):
                        self.tied.add((i, purse))

    def place_seeds(self):
        touched, received = defaultdict(list), set()
        for i, row in enumerate(self.rows):
            for purse in {row.sender(), row.receiver()} - {None}:
                touched[purse].append(i)
            if i in self.fee:
                touched[self.fee[i][0]].append(i)
            if row.moves():
                received.add(row.receiver())
        self.begins = defaultdict(list)       # purse -> (first row, theft)
        self.seed_accounts, self.paid_by_seeds = set(), set()
        self.tx_seeds = {}                    # (transaction, purse) -> theft, None for all or the units gained
        met = set()

        def noise(seed, purse):
            is_noise = seed.asset == "*" and (seed.theft, *purse) in self.set_aside
            if is_noise and purse[2] == "native":
                raise CaseError(f"a native coin is no noise: {purse}")
            if is_noise:
                met.add((seed.theft, *purse))
            return is_noise

        for seed in self.seeds:
            found = False
            if seed.transaction:
                for tx in {r.tx for r in self.rows if r.hash == seed.transaction}:
                    for purse in {self.rows[i].receiver() for i in self.members[tx] if self.rows[i].moves()} - {None}:
                        gain = self.inflow[tx, purse] - self.outflow[tx, purse]
                        if seed.chain in ("", purse[0]) and seed.address in ("", purse[1]):
                            self.paid_by_seeds.add(purse[:2])
                        if not seed.fits(purse[0], purse[2]) or (seed.address not in ("", purse[1])):
                            continue
                        if not seed.address and gain <= 0:
                            continue
                        found = True
                        this = (seed.theft, None if seed.address else gain)
                        before = self.tx_seeds.setdefault((tx, purse), this)
                        if before[0] != seed.theft:
                            raise CaseError(f"two thefts begin at once at {purse}")
                        if seed.address:
                            self.tx_seeds[tx, purse] = this
            else:
                for purse, at in touched.items():
                    chain, who, asset = purse
                    if who != seed.address or void(who) or not seed.fits(chain, asset):
                        continue
                    self.seed_accounts.add((chain, who))
                    start = [i for i in at if self.since_holds(seed, self.rows[i])]
                    if not start:
                        continue
                    found = True
                    takes = seed.asset != "*" or asset == "native" or purse in received
                    if takes and not noise(seed, purse):
                        self.begins[purse].append((min(start), seed.theft))
            if not found:
                raise CaseError(f"seed without a row: {seed}")
        self.tagged = {}                      # (purse, theft) -> first row that a transaction seed names
        for (tx, purse), (theft, gain) in self.tx_seeds.items():
            into = [i for i in self.members[tx] if self.rows[i].moves() and self.rows[i].receiver() == purse]
            later = sum(self.rows[i].value for i in into)
            for i in into:
                later -= self.rows[i].value
                if gain is None or gain > later:
                    self.tagged[purse, theft] = min(i, self.tagged.get((purse, theft), i))
        if met != self.set_aside:
            raise CaseError(f"set aside, but no seed takes it: {self.set_aside - met}")
        for chain, who in {(r.chain, a) for r in self.all_rows for a in (r.frm, r.to)}:
            if any(s.address == who and not s.transaction and s.chain in ("", chain) for s in self.seeds):
                self.seed_accounts.add((chain, who))
        for purse, starts in self.begins.items():
            for n, theft in starts:
                if any(n == m and theft != other for m, other in starts):
                    raise CaseError(f"two thefts begin at once at {purse}")

    def since_holds(self, seed, row):
        if seed.since_block is not None:
            if row.block is None:
                raise CaseError("a block is given against a ledger of times")
            return row.block >= seed.since_block
        if seed.since is not None:
            if row.time is None:
                raise CaseError("a time is given against a ledger of blocks")
            return row.time >= seed.since
        return True

    def seed_theft(self, purse, i):
        """The theft whose address seed decides at this purse at row i."""
        begun = [s for s in self.begins.get(purse, []) if s[0] <= i]
        return max(begun)[1] if begun else None

    def is_seed_of(self, theft, purse, i):
        begun = any(n <= i and t == theft for n, t in self.begins.get(purse, []))
        return begun or self.tagged.get((purse, theft), i + 1) <= i

    # ------------------------------------------------------------ stops

    def labels_of(self, chain, who):
        return [l for l in self.labels.get(who, []) if l.chain in ("", chain)]

    def categories(self, chain, who):
        return {l.category for l in self.labels_of(chain, who)}

    def holder(self, chain, who):
        """The label to show: the surest, then the newest, then by bytes."""
        best = sorted(self.labels_of(chain, who), key=lambda l: (l.source.encode(), l.text.encode()))
        best.sort(key=lambda l: l.as_of, reverse=True)
        best.sort(key=lambda l: l.confidence, reverse=True)
        return best[0] if best else Label("", "", "", "", "", "", -1)

    def find_deposits(self):
        """Label who passes on to one exchange's labelled wallet what few accounts pay in, in few transfers."""
        wallet, deposit, own, never = {}, {}, set(), self.seed_accounts | self.paid_by_seeds
        ins, outs = defaultdict(list), defaultdict(list)
        for row in self.all_rows:
            if row.moves():
                outs[row.chain, row.frm].append(row)
                ins[row.chain, row.to].append(row)
        for account in {*ins, *outs}:
            labels = [l for l in self.labels_of(*account) if l.source != SWEEPS and not void(account[1])]
            best = lambda cat: max((l for l in labels if l.category == cat), key=lambda l: (l.confidence, l.as_of))
            who = lambda cat: best(cat).entity or best(cat).text
            cats = {l.category for l in labels}
            if "exchange_deposit" in cats:
                if account not in never:
                    deposit[account] = who("exchange_deposit")
            elif "exchange" in cats:
                wallet[account] = who("exchange")
            if cats & NAMING or "exchange_deposit" in cats or void(account[1]):
                never.add(account)
            if cats & {"theft", "other"}:
                own.add(account)
        passing = {}
        for account in {(r.chain, r.frm) for rows in ins.values() for r in rows if (r.chain, r.to) in wallet} - never:
            out = [r for r in outs[account] if r.asset == "native" or any(r.asset == i.asset for i in ins[account])]
            paid = Counter((r.chain, r.to) for r in out)
            exchanges = {(wallet.get(a) or deposit[a]).lower() for a in paid if a in wallet or a in deposit}
            if len(ins[account]) + len(outs[account]) >= 1000 or len(exchanges) != 1 or any(a in deposit for a in paid):
                continue
            exchange, = exchanges
            theirs = lambda a: wallet.get(a, "").lower() == exchange
            if any(r.kind == "internal" for r in out) and not all(map(theirs, paid)):
                continue
            senders = {a for r in ins[account] for a in [(r.chain, r.frm)] if not void(r.frm) and not theirs(a)}
            most = sorted(((n, theirs(a)) for a, n in paid.items()), reverse=True)[:3]
            swept = sum(n for n, yes in most if yes)
            if swept and 1 <= len(senders) <= 50 and swept * 100 >= len(out) * 80:
                passing[account] = next(wallet[a] for a in paid if a in wallet), paid
        for (chain, who), (exchange, paid) in passing.items():
            if (chain, who) not in own and not any(a in passing or a in deposit for a in paid):
                text = f"{exchange} deposit, by its sweeps"
                self.labels[who].append(Label(chain, text, "exchange_deposit", exchange, SWEEPS, "", 10))

    def by_sweeps_alone(self, account):
        labels = [l for l in self.labels_of(*account) if l.category == "exchange_deposit"]
        return bool(labels) and all(l.source == SWEEPS for l in labels)

    def find_stops(self):
        self.stopped, self.netting = {}, {}
        count = defaultdict(int)
        for r in self.all_rows:
            if r.moves():
                count[r.chain, r.frm] += 1
                count[r.chain, r.to] += 1
        for account, transfers in count.items():
            if void(account[1]) or account in self.seed_accounts:
                continue
            cats = self.categories(*account)
            plain = [c for c in STOPS if c in cats and c in self.stop]
            nets = [c for c in NETTING if c in cats and c in self.stop]
            if plain:
                self.stopped[account] = plain[0]
            elif account in self.cuts or ("", account[1]) in self.cuts:
                self.stopped[account] = "cut"
            elif nets:
                self.netting[account] = nets[0]
            elif self.hub is not None and transfers > self.hub and cats <= {"", "theft", "sanctioned", "other"}:
                self.stopped[account] = "hub"
        self.hop_sinks = set()
        self.stopped_by_label = {a for a, why in self.stopped.items() if why != "hub"}
        self.all_assets, self.all_purses, self.all_accounts = defaultdict(set), set(), set()
        for r in self.all_rows:
            self.all_assets[r.chain].add(r.asset)
            for who in (r.frm, r.to):
                self.all_accounts.add((r.chain, who))
                self.all_purses.add((r.chain, who, r.asset))
        for (chain, who, _), _ in self.fee.values():
            self.all_purses.add((chain, who, "native"))
            self.all_assets[chain].add("native")

    def passes(self, tx, account):
        """Does the transaction leave the account with what it had, in every asset?"""
        assets = {r.asset for r in (self.rows[i] for i in self.members[tx])}
        return all(self.inflow[tx, (*account, a)] == self.outflow[tx, (*account, a)] for a in assets)

    # ------------------------------------------------------------ links

    def read_links(self, result):
        """The links that a result says were followed. Which ones there are is the engine's word; what follows is derived here."""
        self.waits, self.crossings, self.linked = {}, {}, set()
        path = Path(result or "") / "links.csv"
        if not result or not path.exists():
            return
        places = defaultdict(list)
        for i, r in enumerate(self.rows):
            if r.moves():
                places[r.chain, r.hash.lower(), blank(r.ev), r.frm, r.to, name(r.chain, r.asset), str(r.value)].append(i)
        found = {}
        for row in csv.DictReader(io.StringIO(path.read_text(), newline="")):
            if row["fate"] != "followed":
                continue
            ends = [tuple(row[c] for c in columns.split()) for columns in (
                "source_chain source_transaction source_event from_address into_address asset value",
                "destination_chain destination_transaction destination_event out_of_address to_address destination_asset destination_value")]
            source, out = (places[e[0], e[1].lower(), e[2], address(e[3]), address(e[4]), e[5], e[6]]
                           for e in ends)
            if not source or not out:
                raise CaseError(f"links.csv names a transfer that is not there: {ends}")
            free = lambda rows: next((i for i in rows if i not in self.linked), rows[0])
            key = ends[0]
            if key not in found:
                found[key] = (free(source), [], row["grade"] == "INFERRED")
                self.linked.add(found[key][0])
            found[key][1].append(free(out))
            self.linked.add(found[key][1][-1])
        for n, (source, outs, inferred) in enumerate(found.values()):
            r = self.rows[source]
            self.waits[source] = ("wait", n, (r.chain, r.to, r.asset))
            outs = sorted(outs)
            kinds = list(dict.fromkeys((self.rows[i].chain, self.rows[i].asset) for i in outs))
            given = {}
            for kind, whole in zip(kinds, in_order(r.value, [1] * len(kinds))):
                theirs = [i for i in outs if (self.rows[i].chain, self.rows[i].asset) == kind]
                given |= dict(zip(theirs, in_order(whole, [self.rows[i].value for i in theirs])))
            left = r.value
            for i in outs:
                self.crossings[i] = (source, self.waits[source], given[i], left, inferred)
                left -= given[i]
                self.got.add(i)
                self.ends[i] = "unclear"

    # ------------------------------------------------------------ exchanges

    def settle(self, tx):
        """What accounts gave and got in a transaction, and where branches end because of it."""
        at = [i for i in self.members[tx] if self.rows[i].moves() and i not in self.linked]
        if not at or any(t == tx for t, _ in self.tx_seeds):
            return
        chain = self.rows[at[0]].chain
        legs = [[i, None if void(r.frm) else r.frm, None if void(r.to) else r.to, r.asset, r.value]
                for i in at for r in [self.rows[i]]]
        held = self.all_purses
        wraps = {w for c, w in WRAPS if c == chain and w in self.all_assets[chain] and "native" in self.all_assets[chain]
                 and (chain, w) in self.all_accounts}
        added = []
        for w in wraps:
            mints = any(s == w and f in (None, w) for _, f, t, s, _ in legs)
            burns = any(s == w and t in (None, w) for _, f, t, s, _ in legs)
            for i, f, t, s, v in legs:
                if s == "native" and t == w and not mints and (chain, f, w) in held:
                    added.append([i, w, f, w, v])
                if s == "native" and f == w and not burns and (chain, t, w) in held:
                    added.append([i, t, w, w, v])
        legs = [(*leg, True) for leg in legs] + [(*leg, False) for leg in added]
        here = {who for leg in legs for who in leg[1:3]} - {None}
        giver = [f if f is not None else s if s in here else None for _, f, _, s, _, _ in legs]
        taker = [t if t is not None else s if s in here else None for _, _, t, s, _, _ in legs]

        def net(pairs):
            sums = defaultdict(int)
            for f, t, s, v in pairs:
                for who, much in ((f, -v), (t, v)):
                    if who is not None:
                        sums[who, s] += much
            return sums

        nets = net((g, k, leg[3], leg[4]) for g, k, leg in zip(giver, taker, legs))
        both = {who for (who, _), n in nets.items() if n > 0} & {who for (who, _), n in nets.items() if n < 0}
        clear = bool(both)
        for asset in {s for (who, s), n in nets.items() if who in both and n}:
            others = sum(n for (who, s), n in nets.items() if s == asset and n > 0 and who not in both)
            clear &= others <= sum(n for (who, s), n in nets.items() if s == asset and n > 0 and who in both)
        middle = {who for who in giver if who in taker and who is not None and (chain, who) not in self.stopped_by_label}
        part = [g in middle and k in middle and g != k for g, k in zip(giver, taker)]
        minted = {leg[3] for leg, g in zip(legs, giver) if leg[1] is None and g is not None
                  and (chain, leg[3]) not in WRAPS | STAKES}
        own = net((leg[1], leg[2], leg[3], leg[4]) for leg, p in zip(legs, part) if p) if clear else {}
        dealers = set()
        for who in {w for w, _ in own}:
            if (chain, who) in self.stopped or (chain, who) in self.netting or who in wraps:
                continue
            mine = sorted((name(chain, s), s, n) for (w, s), n in own.items() if w == who)
            gives = [((chain, who, s), -n) for _, s, n in mine if n < 0]
            gets = [((chain, who, s), n, s not in minted and not any(a[1:] == (chain, who, s) for a in self.set_aside))
                    for _, s, n in mine if n > 0]
            idle = not gives and not gets and any(who in leg[1:3] and not leg[5] for leg in legs)
            if not (gives and any(g[2] for g in gets)) and not idle:
                continue
            rows = {leg[0] for leg, p in zip(legs, part) if p and who in leg[1:3]}
            dealers.add(who)
            self.deals[max(rows)].append(Deal((chain, who), rows, gives, gets))
        for (i, f, t, s, _, real), p in zip(legs, part):
            if not real:
                continue
            self.given |= {i} if p and f in dealers else set()
            self.got |= {i} if p and t in dealers else set()
            account = (chain, t)
            free = account not in self.stopped and account not in self.netting and account not in self.seed_accounts
            if t is not None and (i in self.got or (free and (t in both or (t in wraps and s == "native")))):
                self.ends[i] = "position" if t in minted else "unclear"

    def mode(self, tx, purse):
        """What the purse is in this transaction: followed, a sink, or only passed through."""
        account = purse[:2]
        if account in self.stopped or purse in self.hop_sinks:
            return "sink"
        if account in self.netting:
            return "pass" if self.passes(tx, account) else "sink"
        return "follow"

    def find_reach(self):
        """Fewest transfers from any seed, over routes that respect time."""
        self.hops, inside = {}, {}
        for i, row in enumerate(self.rows):
            s, r = row.sender(), row.receiver()
            if s and self.seed_theft(s, i) is not None:
                self.hops[s] = 0
            if not row.moves():
                continue
            here = None
            if r and ((row.tx, r) in self.tx_seeds or self.seed_theft(r, i) is not None):
                here = 0
            elif i in self.given or (i in self.ends and i not in self.waits):
                pass
            elif s and not self.dust(row):
                kind = self.mode(row.tx, s)
                before = inside.get((row.tx, s)) if kind == "pass" else None if kind == "sink" else self.hops.get(s)
                here = None if before is None else before + 1
            if i in self.waits:
                if here is not None:
                    self.hops[self.waits[i]] = here
            elif r and here is not None:
                self.hops[r] = min(here, self.hops.get(r, here))
                if self.mode(row.tx, r) == "pass":
                    inside[row.tx, r] = min(here, inside.get((row.tx, r), here))
            for deal in self.deals[i]:
                near = [self.hops[p] for p, _ in deal.gives if p in self.hops and self.mode(row.tx, p) == "follow"]
                for p in [g[0] for g in deal.gets if g[2] and near]:
                    near_or_seed = 0 if self.seed_theft(p, i) is not None else min(near) + 1
                    self.hops[p] = min(near_or_seed, self.hops.get(p, near_or_seed))
            if i in self.crossings and self.crossings[i][1] in self.hops:
                near = 0 if self.seed_theft(r, i) is not None else self.hops[self.crossings[i][1]] + 1
                self.hops[r] = min(near, self.hops.get(r, near))
        if self.max_hops is not None:
            far = {p for p, h in self.hops.items() if h >= self.max_hops}
            self.hop_sinks = {p for p in far if p[:2] not in self.seed_accounts}


# ---------------------------------------------------------------- replay

@dataclass
class Deal:
    """What an account gave and got in one transaction, net."""
    who: tuple
    rows: set
    gives: list          # (purse, amount)
    gets: list           # (purse, amount, whether it is a price)


@dataclass
class Info:
    """What is known of one class at one purse."""
    hops: int | None = None
    first: int | None = None      # row index of the first and the last taint to arrive
    last: int | None = None
    count: int = 0                # tainted transfers in
    grade: int = 0                # the weakest since the purse was last free of taint

    def join(self, other):
        self.hops = min((h for h in (self.hops, other.hops) if h is not None), default=None)
        self.first = min((f for f in (self.first, other.first) if f is not None), default=None)
        self.last = max((f for f in (self.last, other.last) if f is not None), default=None)
        self.count += other.count
        self.grade = max(self.grade, other.grade)


class Replay:
    """The exact apportionment under one rule."""

    def __init__(self, case, rule, quotas=None, watch=None):
        self.case, self.rule = case, rule
        self.quotas, self.watch, self.watched = quotas or {}, watch, []
        self.purses, self.blurred, self.info = {}, set(), defaultdict(lambda: defaultdict(Info))
        self.sunk = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.flows, self.postings, self.gaps, self.listed = {}, defaultdict(lambda: [0, 0]), [], []
        self.carried, self.legs, self.ended = {}, {}, defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for i, row in enumerate(case.rows):
            members = case.members[row.tx]
            if i == members[0]:
                self.remember(row.tx)
                if i in case.fee:
                    self.pay_fee(i, *case.fee[i])
            if row.moves():
                self.transfer(i, row)
            step = 2
            for deal in case.deals[i] if i in case.deals else []:
                step = self.deal(i, deal, step)
            if i in case.crossings:
                self.cross(i, row)
            if i == members[-1]:
                self.leave(row.tx)

    def purse(self, key):
        if key not in self.purses:
            self.purses[key] = new_purse(self.rule)
        return self.purses[key]

    def remember(self, tx):
        """Which assets of the seeds in this transaction carry taint before it."""
        for i in self.case.members[tx]:
            p = self.case.rows[i].sender()
            if p and ("own", p) in self.purses:
                self.carried[tx, p] = any(c for c in self.purses["own", p].classes())

    def post(self, i, step, kind, purse, cls, units, claim):
        both = self.postings[(i, step), kind, purse, cls]
        both[0] += units
        both[1] += claim

    def deal(self, i, deal, step):
        """What an account gave leaves, and what it got for that comes, each net."""
        case, tx, given, sure = self.case, self.case.rows[i].tx, [], 0
        for n, (purse, value) in enumerate(deal.gives, step):
            if case.mode(tx, purse) != "follow":
                continue
            names = lambda j: purse in (case.rows[j].sender(), case.rows[j].receiver())
            tied = any(names(j) and j not in deal.rows for k in deal.rows if names(k) for j in case.group[k])
            parts, grades = self.spend(i, ("own", purse), value, case.seed_theft(purse, i), n, tied)
            sums = {}
            for cls, units, claim in parts:
                if cls:
                    u, c = sums.get(cls, (0, 0))
                    sums[cls] = (u + units, c + claim)
            if sums:
                given.append((n, purse, value, sums))
                sure = max(sure, *grades.values())
        prices = [value for _, value, price in deal.gets if price]
        came = exchange(self.rule, [(value, sums) for _, _, value, sums in given], prices)
        hops = {}
        for n, purse, value, sums in given:
            for cls, (units, claim) in sums.items():
                kind = "converted" if any(cls in parts for parts in came) else "dust"
                self.post(i, n, kind, purse, cls, -units, -claim)
                self.legs[(i, n), purse, cls] = value, sure
                near = 0 if case.is_seed_of(cls[0], purse, i) else self.info["own", purse][cls].hops
                hops[cls] = min(near, hops.get(cls, near))
        came = iter(came)
        for n, (purse, value, price) in enumerate(deal.gets, step + len(deal.gives)):
            parts, key = next(came) if price else {}, ("own", purse)
            clean = 0 if self.rule == "poison" and parts else value - sum(u for u, _ in parts.values())
            both = [(None, clean, clean)] if clean else []
            for cls in sorted(parts, key=class_key):
                self.post(i, n, "converted", purse, cls, *parts[cls])
                self.legs[(i, n), purse, cls] = value, sure
                near = 0 if case.is_seed_of(cls[0], purse, i) else hops[cls] + 1
                self.arrive(key, cls, i, near, sure, False)
                both.append((cls, *parts[cls]))
            before = {p[0] for p in both}
            both = self.tag(i, case.rows[i], both, False, purse, n, value)
            for cls in {p[0] for p in both} - before - {None}:
                self.arrive(key, cls, i, 0, 0, False)
            if case.mode(tx, purse) == "sink":
                self.sink(purse, both)
            else:
                self.purse(key).add(both, value)
        return step + len(deal.gives) + len(deal.gets)

    def cross(self, i, row):
        """What waits for a link goes on by one of its destinations, in proportion."""
        case = self.case
        source, key, given, left, inferred = case.crossings[i]
        held, purse = self.ended[key], key[2]
        if self.rule == "poison":
            taken = {cls: (given, given) for cls, both in held.items() if both[0] and given}
            if given == left:
                held.clear()
        else:
            weights = {None: left - sum(u for u, _ in held.values()), **{cls: u for cls, (u, _) in held.items()}}
            taken, shares = {}, divide(given, weights) if given else {}
            for cls in sorted(held, key=class_key):
                if shares.get(cls):
                    some, rest = cut((cls, *held[cls]), shares[cls])
                    taken[cls] = some[1:]
                    held[cls][:] = rest[1:]
            for cls in [cls for cls, both in held.items() if not both[0]]:
                del held[cls]
        came = exchange(self.rule, [(given, taken)] if taken else [], [row.value])[0] if taken else {}
        sure = 2 if inferred else max((self.info[key][cls].grade for cls in taken), default=0)
        if taken and not inferred:
            sure = max(x.grade for x in self.info[key].values())
        for cls, (units, claim) in taken.items():
            self.post(i, 2, "converted" if cls in came else "dust", purse, cls, -units, -claim)
            self.legs[(i, 2), purse, cls] = given, sure
        to, own = row.receiver(), ("own", row.receiver())
        clean = 0 if self.rule == "poison" and came else row.value - sum(u for u, _ in came.values())
        both = [(None, clean, clean)] if clean else []
        for cls in sorted(came, key=class_key):
            self.post(i, 3, "converted", to, cls, *came[cls])
            self.legs[(i, 3), to, cls] = row.value, sure
            near = 0 if case.is_seed_of(cls[0], to, i) else self.info[key][cls].hops + 1
            self.arrive(own, cls, i, near, sure, False)
            both.append((cls, *came[cls]))
        before = {p[0] for p in both}
        both = self.tag(i, row, both, False, to, 3, row.value)
        for cls in {p[0] for p in both} - before - {None}:
            self.arrive(own, cls, i, 0, 0, False)
        if case.mode(row.tx, to) == "sink":
            self.sink(to, both)
        else:
            self.purse(own).add(both, row.value)

    def spend(self, i, key, value, seed, step=1, tied=None):
        """Take value from a followed purse: its parts and the grade of each theft's part."""
        purse, gap = self.purse(key), 0
        if value > purse.total():
            gap = value - purse.total()
            cls = (seed, name(key[-1][0], key[-1][2])) if seed is not None else None
            purse.add([(cls, gap, gap)], gap)
            if cls:
                self.post(i, step, "unseen", key[-1], cls, gap, gap)
                self.arrive(key, cls, i, 0, 0, False)
                gap = 0
            else:
                self.gaps.append((i, key[-1], gap))
        held, total = purse.classes(), purse.total()
        tied = (i, key[-1]) in self.case.tied if tied is None else tied
        sure = gap == 0 and not tied and key not in self.blurred
        parts = purse.take(value)
        grades = {}
        for cls in {p[0] for p in parts} - {None}:
            alone = all(c is not None and c[0] == cls[0] for c in held)
            hop = 0 if sure and (alone or value == total) else 1
            grades[cls] = max([hop] + [x.grade for x in self.info[key].values()])
        if value < total and len(held) > 1:
            self.blurred.add(key)
        if purse.total() == 0:
            self.blurred.discard(key)
        if all(c is None for c in purse.classes()):
            for facts in self.info[key].values():
                facts.grade = 0
        return parts, grades

    def arrive(self, key, cls, i, hops, grade, transfer):
        self.info[key][cls].join(Info(hops, i, i, int(transfer), grade))

    def pay_fee(self, i, purse, fee):
        if self.case.mode(self.case.rows[i].tx, purse) != "follow":
            return
        parts, _ = self.spend(i, ("own", purse), fee, None)
        for cls, units, claim in parts:
            if cls:
                self.post(i, 0, "fee", purse, cls, -units, -claim)

    def transfer(self, i, row):
        case, s, r = self.case, row.sender(), row.receiver()
        parts, grades, hops, from_stop = [(None, row.value, row.value)], {}, {}, False
        if s and i not in case.given:
            kind = case.mode(row.tx, s)
            from_stop = kind == "sink"
            if not from_stop:
                key = ("own", s) if kind == "follow" else ("pass", row.tx, s)
                parts, grades = self.spend(i, key, row.value, case.seed_theft(s, i))
                for cls in grades:
                    hops[cls] = 0 if case.is_seed_of(cls[0], s, i) else self.info[key][cls].hops
        waits = case.waits.get(i)
        if (r is None and not waits) or (case.dust(row) and grades):
            for cls, units, claim in parts:
                if cls:
                    self.post(i, 1, "dust" if r or waits else "burn", s, cls, -units, -claim)
            if r is None and not waits:
                return
            parts, grades = [(None, row.value, row.value)], {}
        for cls, units, claim in parts:
            if cls:
                flow = self.flows.setdefault((i, cls), [0, 0, grades[cls]])
                flow[0] += units
                flow[1] += claim
        if i in case.ends or waits:
            key = waits or ("end", case.ends[i], r)
            for cls in grades:
                self.arrive(key, cls, i, hops[cls] + 1, grades[cls], True)
            for cls, units, claim in parts:
                if cls:
                    self.ended[key][cls][0] += units
                    self.ended[key][cls][1] += claim
            parts, grades = [(None, row.value, row.value)], {}
        if i in case.got or r is None:
            return
        parts = self.tag(i, row, parts, from_stop)
        kind = case.mode(row.tx, r)
        key = ("pass", row.tx, r) if kind == "pass" else ("own", r)
        for cls in {p[0] for p in parts} - {None}:
            seed_here = case.is_seed_of(cls[0], r, i) or case.tx_seeds.get((row.tx, r), ("",))[0] == cls[0]
            near = 0 if seed_here else hops.get(cls, -1) + 1
            self.arrive(key, cls, i, near, grades.get(cls, 0), cls in grades)
        if kind == "sink":
            self.sink(r, parts)
        else:
            self.purse(key).add(parts, row.value)

    def sink(self, purse, parts):
        for cls, units, claim in parts:
            if cls:
                self.sunk[purse][cls][0] += units
                self.sunk[purse][cls][1] += claim

    def leave(self, tx):
        """What a passed-through account did not hand on stays there."""
        for key in [k for k in self.purses if k[:2] == ("pass", tx)] if self.case.netting else []:
            purse, where = self.purses.pop(key), key[2]
            claims = purse.claims()
            left = [(cls, units, claims[cls]) for cls, units in purse.classes().items() if cls]
            self.sink(where, left)
            for cls, _, _ in left:
                self.info["own", where][cls].join(self.info[key][cls])
            self.blurred.discard(key)

    def tag(self, i, row, parts, from_stop, purse=None, step=1, value=None):
        """Clean money that arrives at a seed becomes stolen: by a transfer, or by a deal."""
        case, purse, value = self.case, purse or row.receiver(), value or row.value
        if (row.tx, purse) in case.tx_seeds:
            theft, gain = case.tx_seeds[row.tx, purse]
            if gain is None:
                quota = row.value
            else:
                quota = self.quotas.get(i, 0)
                if row.tx == self.watch:
                    self.watched.append((i, purse, sum(u for c, u, _ in parts if c is None)
                                         if self.rule != "poison" else row.value))
        else:
            theft = case.seed_theft(purse, i)
            if theft is None:
                return parts
            clean = self.rule == "poison" or any(c is None for c, _, _ in parts)
            if clean and self.converts(row, purse):
                self.listed.append((i, "own conversion", purse))
                return parts
            theirs = [held for p, held in self.sunk.items() if from_stop and p[:2] == row.sender()[:2]]
            if step == 1 and row.sender():
                theirs += [held for key, held in self.ended.items() if key[2][:2] == row.sender()[:2]]
            if any(c[0] == theft and u[0] for held in theirs for c, u in held.items()):
                self.listed.append((i, "returned", purse))
                return parts
            quota = value
        cls = (theft, name(purse[0], purse[2]))
        if self.rule == "poison":
            if quota and not any(c and c[0] == theft for c, _, _ in parts):
                self.post(i, step, "received", purse, cls, value, value)
                parts = [p for p in parts if p[0]] + [(cls, value, value)]
            return parts
        out = []
        for part in reversed(parts):
            if part[0] is None and quota:
                some, rest = cut(part, min(quota, part[1]))
                quota -= some[1]
                self.post(i, step, "received", purse, cls, some[1], some[1])
                out += [(cls, some[1], some[1])] + ([rest] if rest[1] else [])
            else:
                out.append(part)
        return out[::-1]

    def converts(self, row, purse):
        """Did the seed send another asset here that carried taint before this transaction?"""
        return any(s and s[:2] == purse[:2] and s != purse and self.case.rows[i].moves() and self.carried.get((row.tx, s))
                   for i in self.case.members[row.tx] for s in [self.case.rows[i].sender()])

    def holdings(self):
        """(class, purse) -> [units, claim]"""
        out = {(cls, p): tuple(both) for p, held in self.sunk.items() for cls, both in held.items() if both[0]}
        for key, purse in self.purses.items():
            claims = purse.claims()
            for cls, units in purse.classes().items():
                if cls and units:
                    out[cls, key[1]] = (units, claims[cls])
        for (_, _, purse), held in self.ended.items():
            for cls, both in held.items():
                have = out.get((cls, purse), (0, 0))
                out[cls, purse] = (have[0] + both[0], have[1] + both[1])
        return out

    def facts(self, cls, purse):
        keys = [key for key in [("own", purse), ("end", "position", purse), ("end", "unclear", purse)] if key in self.info]
        facts, where = Info(), [key for key in keys if key[0] == "end" or self.own(cls, purse)]
        for key in where:
            if cls in self.info[key]:
                facts.join(self.info[key][cls])
        return replace(facts, grade=max(x.grade for key in keys for x in self.info[key].values()
                                        if key[0] == "own" or x.count))

    def own(self, cls, purse):
        """Whether something of a class rests in the purse itself, and not only where branches ended."""
        held = self.purses.get(("own", purse))
        return bool(self.sunk[purse][cls][0] or (held and held.classes().get(cls)))


def exchange(rule, given, got):
    """given: (all, {class: (units, claim)}) an asset; what comes of each amount got: {class: (units, claim)}."""
    claims = defaultdict(int)
    for _, sums in given:
        for cls, (_, claim) in sums.items():
            claims[cls] += claim
    if rule == "poison":
        return [{cls: (y, y) for cls in claims} for y in got]
    evenly = lambda amount, n: [amount // n + (k < amount % n) for k in range(n)]
    units = []
    for y in got if given else []:
        sums = defaultdict(int)
        for (x, taint), paid in zip(given, evenly(y, len(given))):
            weights = {None: x - sum(u for u, _ in taint.values()), **{cls: u for cls, (u, _) in taint.items()}}
            for cls, part in divide(paid, weights).items():
                if cls and part:
                    sums[cls] += part
        units.append(sums)
    out = [{cls: [u, 0] for cls, u in sums.items()} for sums in units] or [{} for _ in got]
    for cls, claim in claims.items():
        most = max((sums.get(cls, 0) for sums in units), default=0)
        if most:
            best = next(parts for parts, sums in zip(out, units) if sums.get(cls, 0) == most)
            for parts, piece in zip(out, evenly(claim, len(got))):
                parts.get(cls, best[cls])[1] += piece
    return [{cls: tuple(both) for cls, both in parts.items()} for parts in out]


def replay(case, rule):
    """Net gains tag the last clean units, so each such transaction is first watched untagged."""
    quotas = {}
    nets = {tx for (tx, _), (_, gain) in case.tx_seeds.items() if gain is not None}
    for tx in sorted(nets, key=lambda t: case.members[t][0]):
        seen = Replay(case, rule, quotas, watch=tx).watched
        for purse in {p for _, p, _ in seen}:
            left = case.tx_seeds[tx, purse][1]
            for i, p, clean in reversed(seen):
                if p == purse:
                    quotas[i] = min(left, clean)
                    left -= quotas[i]
    return Replay(case, rule, quotas)


# ---------------------------------------------------------------- tables

def safe(words):
    """A cell that a spreadsheet would take for a formula is led by a quote mark."""
    return "'" + words if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words


def blank(number):
    return "" if number is None else str(number)


class Tables:
    def __init__(self, case):
        self.case = case
        self.runs = {rule: replay(case, rule) for rule in case.rules}
        self.balance, self.gross = defaultdict(int), defaultdict(int)
        for i, row in enumerate(case.rows):
            if i in case.fee:
                purse, fee = case.fee[i]
                self.balance[purse] = max(0, self.balance[purse] - fee)
            if row.moves():
                legs = [(row.sender(), -row.value)] * (i not in case.given) + [(row.receiver(), row.value)] * (i not in case.got)
                for deal in case.deals[i] if i in case.deals else []:
                    legs += [(p, -n) for p, n in deal.gives] + [(p, n) for p, n, _ in deal.gets]
                legs += [(row.receiver(), row.value)] * (i in case.crossings)
                for purse, much in legs:
                    self.balance[purse] = max(0, self.balance[purse] + much)
                    self.gross[purse] += max(0, much)
        self.held = {rule: run.holdings() for rule, run in self.runs.items()}
        self.rule_heads = case.rules + [f"claim_{r}" for r in case.rules]

    def amounts(self, per_rule, signless=(0, 0)):
        units = [str(per_rule.get(r, signless)[0]) for r in self.case.rules]
        claims = ["" if r == "poison" else str(per_rule.get(r, signless)[1]) for r in self.case.rules]
        return units + claims

    def speaker(self, per_rule):
        """The rule that the columns without a rule follow: the run's, or the first that has something."""
        return next(r for r in self.case.rules if per_rule.get(r, (0, 0))[0])

    def stop_of(self, purse):
        case, account = self.case, purse[:2]
        if account in case.stopped:
            return case.stopped[account]
        if purse in case.hop_sinks:
            return "hops"
        if account in case.netting:
            return case.netting[account]
        for why in ("position", "unclear"):
            if any(u for run in self.runs.values() for u, _ in run.ended.get(("end", why, purse), {}).values()):
                return why
        if purse in case.later:
            return "horizon"
        return "" if self.covered(purse) else "edge"

    def covered(self, purse):
        chain, who, asset = purse
        kind = "native" if asset == "native" else "token"
        for file in self.case.inputs:
            if kind in file.kinds and chain in file.chains:
                if file.covers == "all" or (file.covers == "senders" and (chain, who) in file.senders):
                    return True
                if isinstance(file.covers, set) and who in file.covers:
                    return True
        return False

    def state_of(self, purse, stop):
        cats = self.case.categories(*purse[:2])
        if "exchange_deposit" in cats:
            # The run's rule; where it gives 0, the first asked one that gives more. Poison is no amount.
            sums = (sum(u for (_, p), (u, _) in self.held[rule].items() if p == purse)
                    for rule in self.case.rules if rule != "poison")
            mine = next((units for units in sums if units), 0)
            return "AT_DEPOSIT_UNSWEPT" if self.balance[purse] >= mine else "SWEPT_CREDITED"
        for cat, state in (("exchange", "AT_EXCHANGE"), ("mixer", "IN_POOL"), ("bridge", "IN_FLIGHT_BRIDGE"),
                           ("defi", "DEFI_POSITION")):
            if cat in cats or (cat, stop) == ("defi", "position"):
                return state
        if stop in ("cut", "hub", "hops", "horizon", "unclear") or cats & {"payment", "gambling", "service", "dex", "token"}:
            return "NOT_FOLLOWED"
        if stop == "edge":
            return "EDGE_OF_DATA"
        if "burn" in cats:
            return "LOST"
        if (purse[0], purse[2]) in self.case.issuers:
            return "ISSUER_FREEZABLE"
        return "SELF_CUSTODY_NATIVE" if purse[2] == "native" else "SELF_CUSTODY_TOKEN"

    def shown_at(self, at):
        """What a link takes where its source went stands with the source."""
        return self.case.crossings[at[0]][0] if at[1] == 2 and at[0] in self.case.crossings else at[0]

    def build(self):
        case = self.case
        out = {}
        # flows: one row a theft, stolen asset and tainted transfer, in replay order
        keys = {k for run in self.runs.values() for k in run.flows}
        rows = []
        for i, cls in sorted(keys, key=lambda k: (k[0], class_key(k[1]))):
            per = {r: run.flows[i, cls] for r, run in self.runs.items() if (i, cls) in run.flows}
            r = case.rows[i]
            rows.append([r.chain, blank(r.block), blank(r.txi), blank(r.ev), iso(r.time), r.hash, r.frm, r.to,
                         name(r.chain, r.asset), str(r.value), *cls, *self.amounts(per),
                         GRADES[per[self.speaker(per)][2]]])
            rows[-1].insert(0, (i, 0))
        keys = {k for run in self.runs.values() for k in run.legs}
        for at, purse, cls in sorted(keys, key=lambda k: (k[0], class_key(k[2]))):
            per = {r: tuple(abs(n) for n in run.postings[at, "converted", purse, cls]) for r, run in self.runs.items()
                   if (at, "converted", purse, cls) in run.postings}
            if per:
                r = case.rows[self.shown_at(at)]
                value, grade = self.runs[self.speaker(per)].legs[at, purse, cls]
                rows.append([at, r.chain, blank(r.block), blank(r.txi), blank(r.ev), iso(r.time), r.hash, purse[1], purse[1],
                             name(purse[0], purse[2]), str(value), *cls, *self.amounts(per), GRADES[grade]])
        rows = [row[1:] for row in sorted(rows, key=lambda row: row[0])]
        out["flows.csv"] = ("chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,"
                            "to_address,asset,value,theft,stolen_asset".split(",") + self.rule_heads + ["grade"], rows)
        # postings
        keys = {k for run in self.runs.values() for k in run.postings}
        rows = []
        for at, kind, purse, cls in sorted(keys, key=lambda k: (k[0], k[1], class_key(k[3]))):
            per = {r: run.postings[at, kind, purse, cls] for r, run in self.runs.items()
                   if (at, kind, purse, cls) in run.postings}
            r = case.rows[self.shown_at(at)]
            rows.append([*cls, kind, r.chain, blank(r.block), blank(r.txi), blank(r.ev), r.hash, purse[1],
                         name(purse[0], purse[2]), *self.amounts(per)])
        out["postings.csv"] = ("theft,stolen_asset,kind,chain,block_number,transaction_index,event_index,transaction_hash,"
                               "address,asset".split(",") + self.rule_heads, rows)
        # holdings, and next and freezable from them
        keys = {k for held in self.held.values() for k in held}
        rows, nexts, finds, states = [], [], [], {}
        for cls, purse in sorted(keys, key=lambda k: (class_key(k[0]), name(k[1][0], ""), k[1][1], name(k[1][0], k[1][2]))):
            per = {r: held[cls, purse] for r, held in self.held.items() if (cls, purse) in held}
            speaker = self.speaker(per)
            facts = self.runs[speaker].facts(cls, purse)
            stop = self.stop_of(purse)
            if stop == "exchange_deposit" and case.by_sweeps_alone(purse[:2]):
                facts.grade = GRADES.index("INFERRED")
            state = states[cls, purse] = self.state_of(purse, stop)
            seeded = case.is_seed_of(cls[0], purse, len(case.rows)) and self.runs[speaker].own(cls, purse)
            shown = case.holder(*purse[:2])
            hops = "0" if seeded else blank(facts.hops)
            first, last = (iso(case.rows[n].time) for n in (facts.first, facts.last))
            rows.append([*cls, purse[0], purse[1], safe(shown.text), shown.category, name(purse[0], purse[2]), state, stop,
                         str(self.balance[purse]), *self.amounts(per), first, last, hops, GRADES[facts.grade]])
            mine = per.get(case.rule, (0, 0))
            told = next((per[r] for r in case.rules if r != "poison" and per.get(r, (0, 0))[0]), None)
            if stop == "edge" and told:
                nexts.append((cls, told, facts.first, [*cls, purse[0], purse[1], name(purse[0], purse[2]),
                                                       blank(case.rows[facts.first].block), *map(str, told)]))
            sure = [per.get(r, (0, 0)) for r in case.rules if r != "poison"]
            if state in FREEZABLE and any(u for u, _ in sure):
                finds.append((state, cls, purse, per, sure, first, last, hops, facts, shown))
        out["holdings.csv"] = ("theft,stolen_asset,chain,address,label,category,asset,state,stop,balance".split(",")
                               + self.rule_heads + "first_taint,last_taint,hops,grade".split(","), rows)
        out["conservation.csv"] = self.conservation(states)
        whole = {cls: self.stolen.get((cls, next(r for r in case.rules if r != "poison")), 0) for cls, *_ in nexts}
        nexts.sort(key=lambda n: (-Fraction(n[1][1], whole[n[0]] or 1), case.rows[n[2]].time or 0, n[3][3], n[3][2], n[3][4], class_key(n[0])))
        out["next.csv"] = ("theft,stolen_asset,chain,address,asset,from_block,amount,claim".split(","), [n[3] for n in nexts])
        out["freezable.csv"] = self.freezable(finds)
        return out

    def conservation(self, states):
        rows = []
        classes = {k[3] for run in self.runs.values() for k in run.postings}
        self.stolen = {}
        for cls in sorted(classes, key=class_key):
            for rule in [r for r in self.case.rules if r != "poison"]:
                sums = defaultdict(int)
                for (_, kind, _, c), (_, claim) in self.runs[rule].postings.items():
                    if c == cls:
                        sums[kind] += claim
                for (c, purse), (_, claim) in self.held[rule].items():
                    if c == cls:
                        sums[states[c, purse]] += claim
                sums["LOST"] -= sums["dust"]
                each = [sums[s] for s in STATES] + [-sums["fee"], -sums["burn"]]
                self.stolen[cls, rule] = sums["received"] + sums["unseen"]
                rows.append([*cls, rule] + [str(n) for n in (sums["received"], sums["unseen"], *each, sum(each),
                                                             sums["received"] + sums["unseen"] - sum(each))])
        return ("theft,stolen_asset,rule,stolen,unseen_inflow".split(",") + [s.lower() for s in STATES]
                + "fees,burned,total,difference".split(",")), rows

    def freezable(self, finds):
        case, ranked = self.case, []
        robust_rules = ["fifo", "lifo", "prorata", "libr"]
        for state, cls, purse, per, sure, first, last, hops, facts, shown in finds:
            units = [u for u, _ in sure]
            least = min(c for _, c in sure)
            whole_theft = self.stolen.get((cls, next(r for r in case.rules if r != "poison")), 0)
            share = Fraction(least, whole_theft) if whole_theft else Fraction(0)
            issuer = case.issuers.get((purse[0], purse[2]), "")
            holder = issuer if state == "ISSUER_FREEZABLE" else shown.entity or shown.text
            swept = self.swept(purse, shown, facts) if state == "SWEPT_CREDITED" else ("", "")
            mine = per.get(case.rule, (0, 0))
            robust = str(min(per.get(r, (0, 0))[0] for r in robust_rules)) if set(robust_rules) <= set(case.rules) else ""
            cells = [cls[0], safe(holder), "issuer" if state == "ISSUER_FREEZABLE" else shown.category, purse[0], purse[1],
                     name(purse[0], purse[2]), "", state, str(min(units)), str(mine[0]), str(max(units)), robust,
                     "" if case.rule == "poison" else str(mine[1]), cls[1], str(self.gross[purse]), str(self.balance[purse]),
                     first, last, str(facts.count), *swept, GRADES[facts.grade], "", hops, ""]
            ranked.append(((STATES.index(state), -share, first, purse[1], purse[0], purse[2], cls), cells))
        ranked.sort(key=lambda f: f[0])
        head = ("rank,theft,holder,holder_kind,chain,address,asset,symbol,state,amount_min,amount_rule,amount_max,robust,claim,"
                "stolen_asset,gross_received,balance,first_taint,last_taint,deposits,swept_to,swept_at,grade,basis,hops,route_id")
        return head.split(","), [[str(n + 1)] + cells for n, (_, cells) in enumerate(ranked)]

    def swept(self, purse, shown, facts):
        for i, row in enumerate(self.case.rows):
            if i > facts.first and row.moves() and row.sender() == purse and shown.entity:
                if self.case.holder(row.chain, row.to).entity == shown.entity:
                    return row.to, iso(row.time)
        return "", ""


# ---------------------------------------------------------------- out and compare

# Columns of freezable.csv that hang on tables other than transfers and labels.
LOOSE = {"freezable.csv": {"holder", "holder_kind", "symbol", "basis", "route_id", "swept_to", "swept_at"}}


def derive(path, issuers=(), result=None):
    return Tables(Case(path, issuers, result)).build()


def write(tables, folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for file, (head, rows) in tables.items():
        with open(Path(folder) / file, "w", newline="") as f:
            writer = csv.writer(f, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)


def compare(tables, folder, most=20):
    """Differences between these tables and the files in folder, first ones first."""
    found = []
    for file, (head, rows) in tables.items():
        path = Path(folder) / file
        if not path.exists():
            found.append(f"{file}: missing")
            continue
        got = list(csv.reader(io.StringIO(path.read_text(), newline="")))
        if not got or got[0] != head:
            found.append(f"{file}: header {got[:1]} instead of {head}")
            continue
        if len(got) - 1 != len(rows):
            found.append(f"{file}: {len(got) - 1} rows instead of {len(rows)}")
        for n, (theirs, ours) in enumerate(zip(got[1:], rows), 1):
            for column, a, b in zip(head, theirs, ours):
                if a != b and column not in LOOSE.get(file, ()):
                    found.append(f"{file} row {n} {column}: {a!r} instead of {b!r}   (ours: {','.join(ours)})")
                    break
            if len(found) >= most:
                break
    return found[:most]


# ---------------------------------------------------------------- the worked examples

def golden(path):
    import json
    bad = 0
    for title, vector in json.loads(Path(path).read_text()).items():
        for rule, want in vector["rules"].items():
            rule = {"libr_taint_last": "libr"}.get(rule, rule)
            purse, outs, given = new_purse(rule), [], defaultdict(int)
            joined = lambda parts: ({"|".join(sorted(p[0][0] for p in parts)): parts[0][1]} if parts else {})
            for kind, amount, tag in vector["events"]:
                if kind == "IN":
                    cls = (tag, "") if tag else None
                    given[cls] += amount
                    purse.add([(cls, amount, amount)], amount)
                else:
                    stolen = [p for p in purse.take(amount) if p[0]]
                    sums = defaultdict(int)
                    for (theft, _), units, _ in stolen:
                        sums[theft] += units
                    outs.append([tag, joined(stolen) if rule == "poison" else dict(sums)])
            left = [(c, u) for c, u in purse.classes().items() if c]
            if rule == "pari_passu_final":
                outs, got = None, {c[0]: u for c, u in divide(purse.total(), given).items() if c}
            else:
                got = joined(left) if rule == "poison" else {c[0]: u for c, u in left}
            if outs != want["outs"] or got != want["remaining"]:
                bad += 1
                print(f"{title} {rule}: {outs} {got} instead of {want}")
    print("worked examples:", "all agree" if not bad else f"{bad} differ")
    return bad


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("case", nargs="?")
    ask.add_argument("--out")
    ask.add_argument("--compare")
    ask.add_argument("--issuers", help="an issuer_control.csv")
    ask.add_argument("--self-test", metavar="FILE")
    opt = ask.parse_args()
    if opt.self_test:
        sys.exit(1 if golden(opt.self_test) else 0)
    table = csv.DictReader(io.StringIO(text(opt.issuers))) if opt.issuers else []
    issuers = [((r["chain"], address(r["contract"])), r["issuer"]) for r in table
               if r["control"] not in ("", "none", "pause of all only")]
    try:
        tables = derive(opt.case, issuers, opt.compare)
    except CaseError as why:
        sys.exit(f"rederive: {why}")
    if opt.out:
        write(tables, opt.out)
    if opt.compare:
        found = compare(tables, opt.compare)
        print("\n".join(found) or "no difference")
        sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
