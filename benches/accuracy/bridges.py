#!/usr/bin/env python3
"""How right is the pairing of bridges? A made-up case of two chains with known truth, traced and compared.

    bridges.py --bin target/release/dyetrace [--seed 1] [--others 100000] [--keep DIR]

1,000 transfers into bridges, among others: most come out on the other chain at the address that paid in, some at another, some are
paid back, some never come out. Beside them bridges take money for a third chain and pay out money from it, to the same people, too, at
the same hours and in the same round amounts. All of the 1,000 are stolen, so that each stands in links.csv.
Whole numbers only, but for the percentages that are printed.
"""
import argparse, csv, random, subprocess, sys, tempfile
from collections import Counter
from pathlib import Path

CHAINS = ["ethereum", "arbitrum"]
ASSETS = {"ethereum": {"ETH": "native", "USDC": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
                       "USDT": "0xdac17f958d2ee523a2206206994597c13d831ec7"},
          "arbitrum": {"ETH": "native", "USDC": "0xaf88d065e77c8cc2239327c5edb3a432268e5831",
                       "USDT": "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9"}}
UNIT = {"ETH": 10**18, "USDC": 10**6, "USDT": 10**6}
ROUND = {"ETH": [1, 2, 5, 10, 20, 50, 100], "USDC": [100, 200, 500, 1000, 2000, 5000, 10000],
         "USDT": [100, 200, 500, 1000, 2000, 5000, 10000]}  # of ETH in tenths
BRIDGES = {"ethereum": ["0x5427fefa711eff984124bfbb1ab6fbf5e3da1820", "0x5c7bcd6e7de5423a257d81b442095a1a6ced35c5",
                        "0x" + "b1" * 20],
           "arbitrum": ["0x1619de6b6b20ed217a58d00f37b9d47c7663feca", "0xe35e9842fceaca96570b734083f4a58e8f7c5f2a",
                        "0x" + "b2" * 20]}  # the last of each is known by a label alone
START, DAYS = 1_656_000_000, 10


class World:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows, self.count = [], 0
        self.truth = {}     # source transaction -> (kind, destination transaction)

    def amount(self, asset):
        """Often round, as people like it."""
        unit = UNIT[asset] // (10 if asset == "ETH" else 1)
        base = self.random.choice(ROUND[asset]) * unit
        return base if self.random.randrange(2) else base * self.random.randrange(700, 1300) // 1000

    def less(self, amount):
        """0 to 3 % less."""
        return amount - amount * self.random.choice([0, 0, 1, 5, 10, 20, 29, self.random.randrange(30)]) // 1000

    def delay(self):
        return self.random.choice([self.random.randrange(30, 600)] * 6 + [self.random.randrange(600, 1800)] * 3
                                  + [self.random.randrange(1800, 3600)])

    def send(self, chain, time, frm, to, asset, value):
        self.count += 1
        tx = f"0x{self.count:064x}"
        self.rows.append((time, self.count, chain, tx, frm, to, ASSETS[chain][asset], value))
        return tx


def make(world, others):
    rnd = world.random
    person = lambda: f"0x{0xa000000 + rnd.randrange(4000):040x}"
    when = lambda: START + 7200 + rnd.randrange(DAYS * 86400 - 14400)
    thief = "0x" + "7e" * 20
    cross = lambda: rnd.sample(CHAINS, 2)

    def into(chain, time, who, asset, value, number):
        # Paid by the thief just before: so under one rule or another each of these carries something stolen.
        world.send(chain, time - 12, thief, who, asset, value)
        return world.send(chain, time, who, BRIDGES[chain][number], asset, value)

    def transfer(who, to, time, asset, value, kind):
        (one, two), number = cross(), rnd.randrange(3)
        source = into(one, time, who, asset, value, number)
        out = world.send(two, time + world.delay(), BRIDGES[two][number], to, asset, world.less(value))
        world.truth[source] = (kind, out)

    left = 1000
    for _ in range(60):     # two or three of nearly the same amount within the hour
        who, time, asset, count = person(), when(), rnd.choice(list(UNIT)), rnd.choice([2, 2, 3])
        value = world.amount(asset)
        for turn in range(count):
            transfer(who, who, time + turn * rnd.randrange(60, 1200), asset, value - value * rnd.randrange(3) // 100, "repeated")
        left -= count
    for _ in range(120):
        asset = rnd.choice(list(UNIT))
        transfer(person(), person(), when(), asset, world.amount(asset), "other")
        left -= 1
    for _ in range(60):
        who, asset, number, chain = person(), rnd.choice(list(UNIT)), rnd.randrange(3), rnd.choice(CHAINS)
        time, value = when(), world.amount(asset)
        source = into(chain, time, who, asset, value, number)
        back = world.send(chain, time + world.delay(), BRIDGES[chain][number], who, asset, world.less(value))
        world.truth[source] = ("refund", back)
        left -= 1
    for _ in range(40):     # to a chain that nobody has read
        who, asset, chain = person(), rnd.choice(list(UNIT)), rnd.choice(CHAINS)
        world.truth[into(chain, when(), who, asset, world.amount(asset), rnd.randrange(3))] = ("gone", "")
        left -= 1
    for _ in range(30):     # the same person has money come from a third chain at that hour, too, about as much
        who, time, asset = person(), when(), rnd.choice(list(UNIT))
        value, chain = world.amount(asset), rnd.choice(CHAINS)
        transfer(who, who, time, asset, value, "rival")
        world.send(chain, time + rnd.randrange(60, 1800), BRIDGES[chain][rnd.randrange(3)], who, asset, world.less(value))
        left -= 1
    for _ in range(left):
        who, asset = person(), rnd.choice(list(UNIT))
        transfer(who, who, when(), asset, world.amount(asset), "plain")
    for _ in range(1500):   # other people's, to and from a third chain
        asset, chain = rnd.choice(list(UNIT)), rnd.choice(CHAINS)
        world.send(chain, when(), person(), BRIDGES[chain][rnd.randrange(3)], asset, world.amount(asset))
        asset, chain = rnd.choice(list(UNIT)), rnd.choice(CHAINS)
        world.send(chain, when(), BRIDGES[chain][rnd.randrange(3)], person(), asset, world.amount(asset))
    while world.count < others + 1000:
        asset, chain = rnd.choice(list(UNIT)), rnd.choice(CHAINS)
        world.send(chain, when(), person(), person(), asset, world.amount(asset))
    return thief


def write(world, thief, folder):
    head = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value,fee,kind"
    rows = sorted(world.rows)
    with open(folder / "transfers.csv", "w") as file:
        print(head, file=file)
        for time, number, chain, tx, frm, to, asset, value in rows:
            kind = "external" if asset == "native" else "token"
            # A block has one time.
            block = (time - START) // 12 if chain == "ethereum" else (time - START) * 4
            time = START + 12 * block if chain == "ethereum" else time
            print(f"{chain},{block},{number},0,{time},{tx},{frm},{to},{asset},{value},,{kind}", file=file)
    with open(folder / "labels.csv", "w") as file:
        print("address,chain,label,category", file=file)
        for chain in CHAINS:
            print(f"{BRIDGES[chain][2]},{chain},A bridge,bridge", file=file)
    with open(folder / "truth.csv", "w") as file:
        print("source_transaction,kind,destination_transaction", file=file)
        for source, (kind, out) in world.truth.items():
            print(f"{source},{kind},{out}", file=file)
    (folder / "case.toml").write_text(f'''name = "Bridges"
[[input]]
path = "transfers.csv"
[[labels]]
path = "labels.csv"
[[theft]]
id = "T"
[[theft.seed]]
address = "{thief}"
asset = "*"
''' + "".join(f'[[theft.seed]]\naddress = "{thief}"\nchain = "{chain}"\nasset = "{name}"\n'
              for chain in CHAINS for name in ASSETS[chain].values() if name != "native"))


def score(world, folder):
    """Precision and recall by band, and what became of what was not paired."""
    rows = list(csv.DictReader(open(folder / "out" / "links.csv")))
    bands, fates = {}, Counter()
    receiver = {tx: to for _, _, _, tx, _, to, _, _ in world.rows}
    seen = set()
    for row in rows:
        source, out = row["source_transaction"], row["destination_transaction"]
        kind, true = world.truth.get(source, ("none", ""))
        seen.add(source)
        if kind != "none":
            fates[kind, row["fate"]] += 1
        if row["band"]:
            band = bands.setdefault(row["band"], Counter())
            band["found"] += 1
            band["right"] += out == true and true != ""
            band[row["fate"]] += 1
            band["person"] += out == true != "" or receiver.get(out, "-") == receiver.get(true, "")
            band["confidence"] = row["link_confidence"]
    print(f"{len(world.rows)} transfers, {len(world.truth)} into bridges with known truth, {len(seen & set(world.truth))} of them in links.csv")
    print(f"{'band':24}{'found':>7}{'right':>7}{'precision':>11}{'receiver':>10}{'confidence':>12}  fate")
    for name in ("same_address", "same_address_in_order", "refund", "other_address"):
        band = bands.get(name, Counter(found=0))
        if band["found"]:
            share = f"{100 * band['right'] / band['found']:.1f} %"
            person = f"{100 * band['person'] / band['found']:.1f} %"
            fate = ", ".join(f"{word} {band[word]}" for word in ("followed", "candidate") if band[word])
            print(f"{name:24}{band['found']:7}{band['right']:7}{share:>11}{person:>10}{band['confidence']:>12}  {fate}")
    followed = [row for row in rows if row["fate"] == "followed"]
    right = sum(world.truth.get(row["source_transaction"], ("", ""))[1] == row["destination_transaction"] for row in followed)
    true = sum(1 for _, out in world.truth.values() if out)
    print(f"followed: {len(followed)}, right {right}: precision {100 * right / max(1, len(followed)):.1f} %, "
          f"recall {100 * right / true:.1f} % of {true} that came out")
    print("what became of each kind:")
    for kind in ("plain", "repeated", "rival", "other", "refund", "gone"):
        parts = {fate: count for (of, fate), count in sorted(fates.items()) if of == kind}
        print(f"  {kind:9} {sum(parts.values()):5}  " + ", ".join(f"{fate} {count}" for fate, count in parts.items()))


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--bin", required=True)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--others", type=int, default=100_000)
    args.add_argument("--keep")
    args = args.parse_args()
    folder = Path(args.keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    world = World(args.seed)
    write(world, make(world, args.others), folder)
    done = subprocess.run([args.bin, "trace", str(folder / "case.toml"), "--out", str(folder / "out")], capture_output=True, text=True)
    if done.returncode not in (0, 2):
        sys.exit(done.stderr)
    score(world, folder)
    differences = {row["difference"] for row in csv.DictReader(open(folder / "out" / "conservation.csv"))}
    print("differences in conservation.csv:", ", ".join(sorted(differences)))
    verify = subprocess.run([args.bin, "verify", str(folder / "out")], capture_output=True, text=True)
    print("verify:", (verify.stdout + verify.stderr).strip().splitlines()[-1] if verify.stdout + verify.stderr else verify.returncode)
    if differences != {"0"} or verify.returncode != 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
