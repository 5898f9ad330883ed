"""What the mixer rules are worth: pools, exit groups on a known case, and simulated pools with known truth.

    python benches/accuracy/mixers.py target/release/dyetrace --shared ../shared --out benches/record/accuracy/mixers.md

Placebos, intervals and truth are computed here, apart from the program. Parts whose data are not there are skipped, and
said to be. `--part pools,harmony,simulated` runs some of them. Standard library only.
"""

import argparse
import bisect
import collections
import csv
import gzip
import json
import pathlib
import random
import statistics
import subprocess
import tempfile

POOLS = {
    "dai_100": "ethereum:dai_100", "dai_1000": "ethereum:dai_1000", "dai_10000": "ethereum:dai_10000",
    "dai_100000": "ethereum:dai_100000", "cdai_5000": "ethereum:cdai_5000", "cdai_50000": "ethereum:cdai_50000",
    "cdai_500000": "ethereum:cdai_500000", "cdai_5000000": "ethereum:cdai_5000000", "usdc_100": "ethereum:usdc_100",
    "usdc_1000": "ethereum:usdc_1000", "usdt_100": "ethereum:usdt_100", "usdt_1000": "ethereum:usdt_1000",
    "wbtc_0.1": "ethereum:wbtc_0.1", "wbtc_1": "ethereum:wbtc_1", "wbtc_10": "ethereum:wbtc_10",
    "eth_0.1": "ethereum:eth_0.1", "eth_10": "ethereum:eth_10", "eth_100": "ethereum:eth_100", "bnb_100": "bsc:bnb_100",
}
# From HEURISTICS, table 1.2: withdrawals, self-relayed, fee below 0.5 %, inside the band, fee over 50 %, fee p50 and
# p99 in percent, median unspent, share to repeated recipients.
TABLE = {
    "dai_100": (150, .187, .187, .42, .120, 9.5, 99.9, 18, .29), "dai_1000": (637, .294, .301, .49, .005, 4.3, 38, 197, .67),
    "dai_10000": (1621, .284, .429, .57, .001, 1.45, 5.7, 328, .76), "dai_100000": (2190, .381, .966, .03, 0, .18, 1.05, 328, .83),
    "wbtc_1": (994, .798, .959, .04, 0, .27, 1.07, 364, .92), "wbtc_10": (1156, .872, 1.0, 0, 0, .05, .15, 259, .95),
    "usdc_1000": (221, .095, .095, .65, .018, 4.2, 56, 15, .42), "usdt_1000": (647, .017, .031, .85, .005, 2.5, 28, 20, .72),
    "bnb_100": (4314, .022, 1.0, 0, 0, .01, .05, 173, .66),
}


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stderr}")
    return done.stdout


def rows(path):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path, newline="")
    with opened as file:
        return list(csv.DictReader(file))


def table(head, body):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in body]) + "\n"


def pools(program, shared):
    files = sorted((shared / "mixers").glob("*.csv.gz"))
    if not files:
        return "skipped: no shared data\n"
    events = []
    for file in files:
        name = file.name.removesuffix(".csv.gz").split("_", 2 if file.name.startswith("tornadocli") else 1)[-1]
        events.append(f"{POOLS[name]}={file}")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "mixers"
        run([program, "mixers", "--pool-events", *events, "--out", out])
        found = {f"{row['chain']}:{row['pool']}": row for row in rows(out / "pools.csv")}
        months = rows(out / "pool_months.csv")
    body, differ = [], []
    for name, pool in POOLS.items():
        row = found[pool]
        share = lambda column: f"{float(row[column]):.3f}" if row[column] else ""
        body.append([
            name, row["notes"], row["exits"], row["unspent"], row["base"], row["set_min"], row["set_median"],
            row["set_max"], share("to_repeated_recipients"), share("self_relayed"), share("fee_below_half_percent"),
            share("in_value_band"), share("fee_over_half"),
        ])
        if name in TABLE:
            seen = [
                int(row["exits"]), float(row["self_relayed"]), float(row["fee_below_half_percent"]),
                float(row["in_value_band"]), float(row["fee_over_half"]), 100 * float(row["fee_median"]),
                100 * float(row["fee_p99"]), int(row["set_median"]), float(row["to_repeated_recipients"]),
            ]
            names = ["withdrawals", "self-relayed", "fee<0.5 %", "in band", "fee>50 %", "fee p50", "fee p99", "median set", "repeated"]
            close = [0, .0006, .0006, .006, .0006, .06, .6, 0, .006]
            for what, ours, theirs, slack in zip(names, seen, TABLE[name], close):
                if abs(ours - theirs) > slack and not (what == "fee p99" and abs(ours - theirs) <= .02 * theirs):
                    differ.append([name, what, theirs, f"{ours:.3f}".rstrip("0").rstrip(".")])
    text = table(
        ["pool", "notes", "exits", "unspent", "base", "set min", "median", "max", "to repeated", "self-relayed",
         "fee<0.5 %", "in band 0.90-0.995", "fee>50 %"], body)
    exits = sum(int(row["exits"]) for row in found.values())
    band = sum(int(row["exits"]) * float(row["in_value_band"] or 0) for row in found.values())
    over = sum(int(row["overdrawn"]) for row in found.values())
    text += (
        f"\nAll {exits:,} exits are a note less a fee that events state, so the exact sum explains each of them; the value band "
        f"finds {band:,.0f} ({band / exits:.3f}). Exits from a pool that had nothing to pay: {over}.\n\n"
    )
    text += as_transfers(program, shared, found)
    text += "Where this differs from the published table (9 of its 13 pools are here):\n\n"
    text += table(["pool", "what", "published", "here"], differ) if differ else "nowhere.\n"
    text += "\nMedian anonymity set by half-year (last month of each):\n\n"
    wanted = sorted({row["month"] for row in months if row["month"][5:] in ("06", "12")})
    by = {(f"{row['chain']}:{row['pool']}", row["month"]): row["set_median"] for row in months}
    text += table(["pool"] + wanted, [[name] + [by.get((pool, month), "") for month in wanted] for name, pool in POOLS.items()])
    return text


TOKENS = {
    "dai": "0x6b175474e89094c44da98b954eedeac495271d0f", "cdai": "0x5d3a536e4d6dbd6114cc1ead35777bab948e3643",
    "usdc": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "usdt": "0xdac17f958d2ee523a2206206994597c13d831ec7",
    "wbtc": "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", "eth": "native", "bnb": "native",
}


def as_transfers(program, shared, found):
    """The same events as the transfers that they make, read back: with and without the row that tells who sent them."""
    relayer, payer = "0x" + "e" * 40, "0x" + "d" * 40
    body = []
    for told in (True, False):
        lines, truth = ["chain,block_number,event_index,transaction_hash,from_address,to_address,asset,value,kind"], collections.Counter()
        notes = 0
        for name, pool in POOLS.items():
            row, chain = found[pool], pool.split(":")[0]
            asset, size = TOKENS[name.split("_")[0]], int(row["denomination"])
            kind = "internal" if asset == "native" else "token"
            for file in sorted((shared / "mixers").glob(f"*_{name}.csv.gz")):
                for number, event in enumerate(rows(file)):
                    place = f"{chain},{event['blockNumber']},{number * 4}"
                    if "to" not in event:
                        lines.append(f"{place},{event['transactionHash']},{payer},{row['address']},{asset},{size},{kind}")
                        notes += 1
                        continue
                    # Withdrawals of one transaction stand one after the other, each with its relayer.
                    fee, place = int(event["fee"]), f"{chain},{event['blockNumber']},"
                    to = event["to"].lower()
                    truth[pool, event["blockNumber"], to, fee] += 1
                    if told:
                        lines.append(f"{place}{number * 4},{event['transactionHash']},{relayer},{to if not fee else row['address']},native,0,external")
                    lines.append(f"{place}{number * 4 + 1},{event['transactionHash']},{row['address']},{to},{asset},{size - fee},{kind}")
                    if fee:
                        lines.append(f"{place}{number * 4 + 2},{event['transactionHash']},{row['address']},{relayer},{asset},{fee},{kind}")
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "t.csv").write_text("\n".join(lines) + "\n")
            run([program, "mixers", "--transfers", folder / "t.csv", "--out", folder / "out"])
            seen, told_notes = collections.Counter(), 0
            for event in rows(folder / "out" / "mixer_events.csv"):
                if event["event"] == "note":
                    told_notes += 1
                else:
                    seen[f"{event['chain']}:{event['pool']}", event["block_number"], event["address"], int(event["fee"])] += 1
            unfit = len(rows(folder / "out" / "mixer_unfit.csv"))
        right, all_of = sum((seen & truth).values()), sum(truth.values())
        body.append(["yes" if told else "no", f"{notes:,}", f"{told_notes:,}", f"{all_of:,}", f"{right:,}", f"{right / all_of:.4f}", unfit])
    return (
        "The same events written as the transfers that they make, and found again in them (recipient and fee both right):\n\n"
        + table(["sender of the transaction known", "notes", "found", "exits", "right", "share", "unfit rows"], body) + "\n"
    )


class Harmony:
    """The withdrawals of the case, read apart from the program."""

    def __init__(self, folder):
        self.files = [folder / f"tornado100_{what}_2022-06-27_07-08.csv" for what in ("deposits", "withdrawals")]
        self.times, self.label = collections.defaultdict(list), {}
        for row in rows(self.files[1]):
            self.times[row["recipient"]].append(int(row["approx_unix_ts"]))
            if row["harmony_label"]:
                self.label[row["recipient"]] = row["harmony_label"]
        self.times = {who: sorted(times) for who, times in self.times.items()}
        self.near = {}

    def precision(self, them):
        return sum(it in self.label for it in them) / len(them)

    def group(self, program, anchors, setting):
        window, joins, share = setting
        words = [program, "mixers", "--pool-events", *(f"ethereum:eth_100={file}" for file in self.files), "--known-exit", *anchors]
        words += ["--group-window", window, "--group-joins", joins, "--group-share", share, "--json"]
        found = json.loads(run(words))
        members = {it["recipient"] for group in found["groups"] for it in group["members"]}
        return sorted(members - set(anchors))

    def same_count(self, anchors, group):
        """Expected precision of random recipients with the same numbers of withdrawals."""
        of = collections.defaultdict(list)
        for who, times in self.times.items():
            if who not in anchors:
                of[len(times)].append(who)
        return statistics.mean(self.precision(of[len(self.times[it])]) for it in group)

    def within_six_hours(self, anchors):
        ours = sorted(time for it in anchors for time in self.times[it])
        them = [it for it in self.times if it not in anchors and self.distance(it, ours) <= 6 * 3600]
        return self.precision(them) if them else 0.0

    def distance(self, who, ours):
        least = None
        for time in self.times[who]:
            at = bisect.bisect(ours, time)
            for other in ours[max(0, at - 1):at + 1]:
                least = abs(time - other) if least is None else min(least, abs(time - other))
        return least

    def nearest(self, anchors, size, how, fewest):
        """The same number of recipients, those nearest in time: by nearest withdrawal, by median or by first."""
        key = (tuple(anchors), how, fewest)
        if key not in self.near:
            ours = sorted(time for it in anchors for time in self.times[it])
            middle = {"median": statistics.median, "first": min}
            def far(it):
                if how == "nearest":
                    return self.distance(it, ours)
                return min(abs(middle[how](self.times[it]) - middle[how](self.times[anchor])) for anchor in anchors)
            them = [it for it, times in self.times.items() if it not in anchors and len(times) >= fewest]
            self.near[key] = sorted(them, key=lambda it: (far(it), it))
        return self.near[key][:size]


def interval(differences, blocks, draws=4000):
    """Mean, and 95 % by bootstrap over anchors and over blocks of anchors."""
    chance = random.Random(1)
    def ends(units):
        means = []
        for _ in range(draws):
            drawn = [value for unit in chance.choices(units, k=len(units)) for value in unit]
            means.append(sum(drawn) / len(drawn))
        means.sort()
        return means[int(.025 * draws)], means[int(.975 * draws)]
    by_block = collections.defaultdict(list)
    for value, block in zip(differences, blocks):
        by_block[block].append(value)
    return statistics.mean(differences), ends([[value] for value in differences]), ends(list(by_block.values()))


NEAR = [("nearest", 1), ("median", 1), ("first", 1), ("nearest", 2), ("median", 2), ("first", 2)]


def measure(program, case, sets, setting):
    """Figures over sets of anchors: those without a group count as found nothing."""
    out = collections.defaultdict(list)
    for anchors in sets:
        group = case.group(program, anchors, setting)
        rest = len(set(case.label) - set(anchors))
        out["recall"].append(sum(it in case.label for it in group) / rest)
        if not group:
            continue
        out["size"].append(len(group))
        out["precision"].append(case.precision(group))
        out["same count"].append(case.same_count(set(anchors), group))
        out["six hours"].append(case.within_six_hours(set(anchors)))
        for how, fewest in NEAR:
            out[how, fewest].append(case.precision(case.nearest(anchors, len(group), how, fewest)))
        out["block"].append(min(case.times[anchors[0]]) // 43200)
    return out


def row_of(name, sets, got):
    if not got["size"]:
        return [name, f"0 of {len(sets)}"] + [""] * 11
    mean = {key: statistics.mean(values) for key, values in got.items() if key != "block"}
    best_all = max([it for it in NEAR if it[1] == 1], key=lambda it: mean[it])
    best_two = max([it for it in NEAR if it[1] == 2], key=lambda it: mean[it])
    def against(rival):
        value, plain, blocks = interval([a - b for a, b in zip(got["precision"], got[rival])], got["block"])
        return f"{value:+.3f} ({plain[0]:+.3f}..{plain[1]:+.3f}; {blocks[0]:+.3f}..{blocks[1]:+.3f})"
    return [
        name, f"{len(got['size'])} of {len(sets)}", f"{mean['size']:.1f}", f"**{mean['precision']:.3f}**", f"{mean['recall']:.3f}",
        f"{mean['same count']:.3f}", f"{mean['six hours']:.3f}", f"{mean['nearest', 1]:.3f}", f"{mean[best_all]:.3f}",
        against(best_all), f"{mean[best_two]:.3f}", against(best_two),
    ]


HEAD = ["window s / joins / share", "anchors with a group", "size", "precision", "recall", "same count", "within 6 h",
        "nearest (withdrawal)", "nearest, best of 3", "ahead by", "nearest among repeated, best of 3", "ahead by "]


def harmony(program, shared):
    folder = shared / "cases" / "harmony"
    if not folder.exists():
        return "skipped: no shared data\n"
    case = Harmony(folder)
    anchors = sorted(case.label)
    single = [[it] for it in anchors]
    settings = [(w, j, s) for w in (600, 900, 1800, 3600, 7200) for j in (2, 3, 4) for s in (0, 50)]
    text = (
        f"{sum(map(len, case.times.values())):,} withdrawals, {len(case.times)} recipients, {len(anchors)} labelled. One known exit at a "
        "time; five of the labelled drew once and can join nobody.\n\n"
    )
    all_rows = {it: measure(program, case, single, it) for it in settings}
    text += table(HEAD, [row_of(" / ".join(map(str, it)), single, got) for it, got in all_rows.items()])
    first = [[it] for it in anchors if not case.label[it].startswith("FBI")]
    second = [[it] for it in anchors if case.label[it].startswith("FBI")]
    text += (
        f"\n**Chosen on one half, tested on the other.** The {len(first)} exits of the older list (30 June, 1 July) choose, of settings with a group "
        "for at least half of them, the one furthest ahead of the best nearest-in-time set among repeated recipients; the "
        f"{len(second)} of the other list (1 to 3 July) test it.\n\n"
    )
    def ahead(it):
        got = measure(program, case, first, it)
        if len(got["size"]) * 2 < len(first):
            return -1
        mean = {key: statistics.mean(values) for key, values in got.items()}
        return mean["precision"] - max(mean[key] for key in NEAR if key[1] == 2)
    chosen = max(settings, key=ahead)
    default = (3600, 3, 50)
    body = []
    for it in dict.fromkeys([chosen, default, (600, 2, 0)]):
        for name, sets in (("choosing half", first), ("testing half", second)):
            body.append(row_of(f"{' / '.join(map(str, it))}, {name}", sets, measure(program, case, sets, it)))
    text += f"Chosen: {' / '.join(map(str, chosen))}.\n\n" + table(HEAD, body)
    text += "\n**One to three known exits**, 150 random sets each (seed 7):\n\n"
    body = []
    for it in dict.fromkeys([default, chosen, (600, 2, 0)]):
        for known in (1, 2, 3):
            chance = random.Random(7)
            sets = [sorted(chance.sample(anchors, known)) for _ in range(150)] if known > 1 else single
            got = measure(program, case, sets, it)
            body.append(row_of(f"{' / '.join(map(str, it))}, {known} known", sets, got))
    return text + table(HEAD, body)


class World:
    """Three pools over 150 days, with what is planted, and who really drew whose note."""

    SIZES = {"eth_1": 1, "eth_10": 10, "eth_100": 100}
    ADDRESS = {
        "eth_1": "0x47ce0c6ed5b0ce3d3a51fdb1c52dc66a7c3c2936", "eth_10": "0x910cbd523d972eb0a6f4cae4618ad62622b39dbf",
        "eth_100": "0xa160cdab225685da1d56aa342ad8841c3b53f291",
    }
    DAY = 86400

    def __init__(self, seed, direct, profile, crowd):
        self.crowd = crowd
        self.chance = random.Random(seed)
        self.rows, self.truth, self.made = [], set(), 0
        recipients = []
        for _ in range(500):
            who, to = self.new(), self.new()
            begin = self.chance.uniform(0, 130 * self.DAY)
            pool = self.chance.choice(list(self.SIZES))
            planted = self.chance.random() < direct
            for note in range(self.chance.choice([1, 1, 1, 2, 3])):
                paid = begin + note * self.chance.uniform(600, 7200)
                delay = (self.chance.uniform(.05, 2.5) if planted else self.held()) * self.DAY
                self.note(who, to, pool, paid, paid + delay)
            if planted:
                self.pay(who, to, begin - self.chance.uniform(1, 5) * self.DAY)
            recipients.append(to)
            self.ties(who, recipients)
        for _ in range(120):
            who, to = self.new(), self.new()
            begin = self.chance.uniform(0, 130 * self.DAY)
            planted = self.chance.random() < profile
            wait = (self.chance.uniform(.1, 1.5) if planted else self.held()) * self.DAY
            for pool in self.chance.choice([("eth_1", "eth_10"), ("eth_10", "eth_100")]):
                for note in range(5):
                    paid = begin + self.chance.uniform(0, 20000)
                    self.note(who, to, pool, paid, begin + 20000 + wait + note * self.chance.uniform(60, 600))
        # The pools are known from long before to long after.
        for pool in self.SIZES:
            self.note(self.new(), self.new(), pool, -60 * self.DAY, 260 * self.DAY)

    def new(self):
        self.made += 1
        return f"0x{self.made:040x}"

    def held(self):
        """Days that a note lies that nothing was planted for: beyond every window, so that only chance falls into one."""
        return 4 + self.chance.expovariate(1 / 12)

    def pay(self, one, other, time):
        self.rows.append((int(time) + 10**9, one, other, 5, "external", f"p{len(self.rows)}"))

    def note(self, who, to, pool, paid, drawn):
        value = self.SIZES[pool] * 10**18
        number = len(self.rows)
        self.rows.append((int(paid) + 10**9, who, self.ADDRESS[pool], value, "external", f"d{number}"))
        self.rows.append((int(drawn) + 10**9, self.ADDRESS[pool], to, value, "internal", f"w{number}"))
        self.truth.add((who, to))

    def ties(self, who, recipients):
        """Strangers with whom a depositor had a payment: each makes a link by chance possible."""
        for _ in range(self.crowd * self.chance.choice([2, 4, 6])):
            other = self.chance.choice(recipients)
            if (who, other) not in self.truth:
                self.pay(who, other, self.chance.uniform(-20, 150) * self.DAY)

    def write(self, path):
        with open(path, "w") as file:
            file.write("block_timestamp,transaction_hash,from_address,to_address,value,kind\n")
            for time, one, other, value, kind, name in sorted(self.rows):
                file.write(f"{time},0x{name.encode().hex():0>64},{one},{other},{value},{kind}\n")


def simulated(program):
    bins = [(0, .3), (.3, .5), (.5, .6), (.6, .7), (.7, .8), (.8, .9), (.9, 1.01)]
    text, reliable = "", collections.defaultdict(lambda: [0, 0, 0.0, 0])
    body = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for direct, profile, crowd in [
            (0, 0, 1), (0, 0, 8), (.02, .05, 1), (.05, .1, 1), (.1, .2, 1), (.2, .4, 1), (.4, .7, 1),
            (.1, 0, 8), (.2, 0, 8), (.4, 0, 8), (.2, 0, 3), (.3, 0, 20),
        ]:
            said = collections.defaultdict(collections.Counter)
            for seed in range(40):
                world = World(f"{direct} {profile} {crowd} {seed}", direct, profile, crowd)
                world.write(folder / "t.csv")
                run([program, "mixers", "--transfers", folder / "t.csv", "--decoys", 2, "--out", folder / "out"])
                records = {row["rule"]: row for row in rows(folder / "out" / "mixer_rules.csv")}
                for rule in ("early_direct", "early_profile", "same_count", "late_direct"):
                    it = records[rule]
                    said[rule][it["verdict"]] += 1
                for row in rows(folder / "out" / "mixer_links.csv"):
                    for rule in ("early_direct", "early_profile"):
                        if rule in row["rules"].split() and records[rule]["used"] == "data":
                            true = (row["depositor"], row["recipient"]) in world.truth
                            said[rule + " true"][true] += 1
                    if row["probability"] and all(records[it]["used"] != "published" for it in row["rules"].split() if records[it]["use"] == "lead"):
                        stated, low = float(row["probability"]), float(row["probability_low"])
                        true = (row["depositor"], row["recipient"]) in world.truth
                        for number, (start, end) in enumerate(bins):
                            if start <= stated < end:
                                it = reliable[number]
                                it[0] += 1
                                it[1] += true
                                it[2] += stated
                                it[3] += low
            for rule in ("early_direct", "early_profile", "late_direct", "same_count"):
                it = said[rule]
                body.append([f"{direct} / {profile} / {crowd}", rule, it["above_chance"], it["chance"], it["too_few"], it["not_searched"]])
    text += "Worlds of 40 seeds each, by what was planted: share of depositors with a direct link / with a profile drawn at once / how crowded with payments between strangers (1: 2 to 6 a depositor):\n\n"
    text += table(["planted", "rule", "above chance", "chance", "too few to tell", "not searched"], body)
    text += "\nLinks whose probability is the data's own, over all worlds:\n\n"
    lines = []
    for number, (start, end) in enumerate(bins):
        links, true, stated, low = reliable[number]
        if links:
            lines.append([f"{start}-{min(end, 1)}", f"{links:,}", f"{stated / links:.3f}", f"{low / links:.3f}", f"**{true / links:.3f}**"])
    return text + table(["stated probability", "links", "mean stated", "mean lower bound", "really true"], lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    parser.add_argument("--part", default="pools,harmony,simulated")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    parts = {
        "pools": ("Pools of the event files", lambda: pools(args.program, args.shared)),
        "harmony": ("Exit groups: Harmony, June and July 2022", lambda: harmony(args.program, args.shared)),
        "simulated": ("Simulated pools with known truth", lambda: simulated(args.program)),
    }
    text = "# What the mixer rules are worth\n\nMade by `benches/accuracy/mixers.py`.\n"
    for name in args.part.split(","):
        head, make = parts[name]
        text += f"\n## {head}\n\n{make()}"
    if args.out:
        args.out.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
