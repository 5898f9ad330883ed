#!/usr/bin/env python3
"""Small random ledgers, traced by the engine and by rederive.py; every difference is kept and made smaller.

    fuzz.py --seed S --count N --bin PATH/dyetrace [--keep DIR] [--edgy] [--errors] [--no-shrink]

--edgy also makes what the documents can be read two ways about. --errors also reports a case that
rederive refuses and the engine takes.
"""
import argparse, copy, csv, os, random, shutil, subprocess, sys, tempfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import rederive

ZERO = rederive.ZERO
TOKENS = ["0x" + "ee" * 20, "0x" + "0c" * 20, "0xdac17f958d2ee523a2206206994597c13d831ec7"]
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
COLUMNS = ("chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,"
           "asset,value,fee,kind").split(",")
LABEL_COLUMNS = "address,chain,label,category,entity,source,as_of,confidence".split(",")
CATEGORIES = ["exchange", "exchange_deposit", "mixer", "bridge", "dex", "defi", "token", "issuer", "miner", "payment",
              "gambling", "sanctioned", "theft", "burn", "service", "other"]
GENESIS = 1_600_000_000


def make(rng, edgy):
    """One random case: rows, labels, seeds and options as plain dicts of text."""
    chains = ["ethereum"] if rng.random() < 0.7 else ["ethereum", "bsc"]
    accounts = ["0x" + f"{rng.randrange(1, 256):02x}" * 20 for _ in range(rng.randint(3, 8))]
    assets = ["native"] + rng.sample(TOKENS, rng.choice([0, 1, 1, 2, 2]))
    if rng.random() < 0.25:   # a wrapped coin, whose contract takes part
        accounts, assets = accounts + [WETH], assets + [WETH]
    if len(assets) > 1 and rng.random() < 0.25:   # a vault: its shares are minted by itself
        accounts.append(assets[1])
    clock = rng.choice(["both", "both", "block", "time"]) if len(chains) == 1 else rng.choice(["both", "both", "time"])
    index = rng.choice(["all", "all", "all", "some", "none"])
    event = rng.choice(["all", "all", "some", "none"])
    hashed = rng.choice(["all", "all", "all", "some", "none"])
    fees = rng.random() < 0.5
    iso = rng.random() < 0.5
    labels = make_labels(rng, chains, accounts, edgy)
    pools = [l["address"] for l in labels if l["category"] in rederive.NETTING]
    big = rng.random() < 0.1

    rows, have = [], {}
    block = {c: 100 for c in chains}
    next_index = {c: 0 for c in chains}
    target, serial = rng.randint(4, 40), 0
    while len(rows) < target:
        chain = rng.choice(chains)
        step = rng.choice([0, 0, 1, 1, 2, 5])
        if step:
            block[chain] += step
            next_index[chain] = 0
        txi = next_index[chain]
        next_index[chain] += rng.randint(1, 3)
        serial += 1
        tx_hash = f"0x{serial * 0x9E3779B97F4A7C15 % 2**64:064x}"
        if hashed == "none" or (hashed == "some" and rng.random() < 0.3):
            tx_hash = ""
        fee = str(rng.randint(0, 4)) if fees and rng.random() < 0.6 else ""
        hops = make_transaction(rng, accounts, assets, pools, have, chain, big)
        fee_row = rng.randrange(len(hops)) if edgy else 0
        fee_all = rng.random() < 0.2
        ev = 0
        for n, (frm, to, asset, value, kind) in enumerate(hops):
            ev += rng.choice([1, 1, 2] + [0] * edgy)
            stamp = GENESIS + 12 * block[chain]
            when = datetime.fromtimestamp(stamp, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if iso else str(stamp)
            payer = fee if n == fee_row or (fee_all and (edgy or frm == hops[fee_row][0])) else ""
            if frm in ("", ZERO) and not edgy:
                payer = ""
            rows.append(dict(zip(COLUMNS, [
                chain, "" if clock == "time" else str(block[chain]),
                str(txi) if index == "all" or (index == "some" and rng.random() < 0.6) else "",
                str(ev) if event == "all" or (event == "some" and rng.random() < 0.6) else "",
                "" if clock == "block" else when, tx_hash, frm, to, asset, str(value), payer, kind])))
            at, into = (chain, frm, asset), (chain, to, asset)
            have[at] = max(0, have.get(at, 0) - value)
            have[into] = have.get(into, 0) + value
    order = list(range(len(rows)))
    if rng.random() < 0.3:
        rng.shuffle(order)
    rows = [rows[i] for i in order]
    files = 2 if hashed == "all" and rng.random() < 0.2 else 1
    split = {h: rng.randrange(files) for h in sorted({r["transaction_hash"] for r in rows})}
    case = {"rows": [(split[r["transaction_hash"]], r) for r in rows], "labels": labels,
            "seeds": make_seeds(rng, chains, accounts, assets, rows, clock, edgy),
            "covers": [None if rng.random() < 0.5 else "all" if rng.random() < 0.4 else
                       rng.sample(accounts, rng.randint(1, len(accounts))) for _ in range(files)],
            "trace": make_options(rng, chains, assets, rows, clock)}
    # A token that bears the coin's symbol: no seed takes it that does not name it.
    case["links"] = make_links(rng, rows)
    case["fakes"] = [t for t in assets[1:] if rng.random() < 0.2]
    return case


def make_links(rng, rows):
    """Links between transactions of one transfer each: which transfer is meant is then told."""
    count = Counter(r["transaction_hash"] for r in rows)
    single = [r["transaction_hash"] for r in rows if r["transaction_hash"] and count[r["transaction_hash"]] == 1]
    if len(single) < 2 or rng.random() < 0.5:
        return []
    pairs = [rng.sample(single, 2) for _ in range(rng.randint(1, 5))]
    pairs = [sorted(pair, key=single.index) if rng.random() < 0.9 else pair for pair in pairs]
    return [[*pair, rng.choice(["exact", "by_hand"]), rng.choice(["1", "0.95", "0.5"])] for pair in pairs]


def make_labels(rng, chains, accounts, edgy):
    labels = []
    for _ in range(rng.choice([0, 1, 2, 3, 5])):
        who = rng.choice(accounts)
        category = rng.choice(CATEGORIES + ["exchange", "exchange_deposit", "dex", "dex", "defi"] + [""] * edgy)
        if not edgy and any(l["address"] == who for l in labels) and category in rederive.STOPS + rederive.NETTING:
            continue  # which of two stop categories to name is left open
        labels.append(dict(zip(LABEL_COLUMNS, [
            who, rng.choice(["", "", *chains]), f"{category or 'note'} {rng.randint(1, 9)}", category,
            rng.choice(["", "Entity A", "Entity B"]), rng.choice(["", "list1", "list2"]),
            rng.choice(["", "2022-01-01", "2023-05-01"]), rng.choice(["", "10", "50", "90"])])))
    return labels


def make_transaction(rng, accounts, assets, pools, have, chain, big):
    """The transfers of one transaction: (from, to, asset, value, kind)."""
    def amount(who, asset):
        held = have.get((chain, who, asset), 0)
        roll = rng.random()
        if roll < 0.06:
            return 0
        if held and roll < 0.35:
            return held
        if held and roll < 0.75:
            return rng.randint(1, held)
        if big and roll < 0.85:
            return rng.randrange(2**rng.choice([64, 127, 190]))
        return rng.randint(1, 30)

    roll = rng.random()
    who = rng.choice(accounts)
    asset = rng.choice(assets)
    if roll < 0.06:
        return [("", who, "native", rng.randint(0, 30), rng.choice(["reward", "withdrawal"]))]
    if roll < 0.12:
        return [(ZERO, who, asset, rng.randint(1, 30), "")]
    if roll < 0.17:
        return [(who, ZERO, asset, amount(who, asset), "")]
    if roll < 0.21:
        return [(who, who, asset, amount(who, asset), "")]
    if pools and roll < 0.40:
        # through a pool account: nets, nearly nets, swaps, or hands on before it receives
        pool, end = rng.choice(pools), rng.choice(accounts)
        value = amount(who, asset)
        out = rng.choice([value, value, value, max(0, value - 1)])
        other = rng.choice(assets)
        hops = [(who, pool, asset, value, ""), (pool, end, asset if rng.random() < 0.7 else other, out, "")]
        if rng.random() < 0.2:
            hops.reverse()
        if rng.random() < 0.3:
            half = value // 2
            hops = [(who, pool, asset, half, ""), (rng.choice(accounts), pool, asset, value - half, ""),
                    (pool, end, asset, value, "")]
        return hops
    if roll < 0.48 and len(assets) > 1:
        return make_exchange(rng, accounts, assets, amount)
    if roll < 0.55 and len(assets) > 1:
        # a swap: one asset out, another in
        sold, bought = rng.sample(assets, 2)
        other = rng.choice(accounts)
        hops = [(who, other, sold, amount(who, sold), ""), (other, who, bought, rng.randint(1, 20), "")]
        return hops[::rng.choice([1, -1])]
    hops = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        asset = rng.choice(assets)
        hops.append((who, rng.choice(accounts), asset, amount(who, asset), ""))
        if rng.random() < 0.4:
            who = hops[-1][1]
    return hops


def make_exchange(rng, accounts, assets, amount):
    """An exchange over a router and pools, with fees, parts that come back, several assets; a wrap; a vault."""
    actor, router, pool, second, taker = (rng.choice(accounts) for _ in range(5))
    roll = rng.random()
    if roll < 0.15 and WETH in assets:
        value = max(1, amount(actor, "native"))
        hops = [(actor, WETH, "native", value, "")] if rng.random() < 0.6 else [(WETH, actor, "native", value, "")]
        if rng.random() < 0.3:
            there = hops[0][0] == actor
            nobody = rng.choice([ZERO, WETH])
            hops.append((nobody, actor, WETH, value, "") if there else (actor, nobody, WETH, value, ""))
        if rng.random() < 0.5:
            hops += [(actor, pool, WETH, value, ""), (pool, actor, rng.choice(assets), rng.randint(1, 20), "")]
        return hops
    if roll < 0.3:
        vaults = [a for a in assets[1:] if a in accounts]
        if vaults:
            vault, asset = vaults[0], rng.choice(assets)
            if rng.random() < 0.6:
                return [(actor, vault, asset, amount(actor, asset), ""), (ZERO, actor, vault, rng.randint(1, 20), "")]
            return [(actor, ZERO, vault, amount(actor, vault), ""), (vault, actor, asset, rng.randint(1, 20), "")]
    sold, bought = rng.sample(assets, 2)
    value, got, fee = amount(actor, sold), rng.randint(1, 20), rng.randint(0, 3)
    by_router = rng.random() < 0.5
    hops = [(actor, router if by_router else pool, sold, value, "")]
    if by_router:
        hops += [(router, pool, sold, value - min(fee, value), ""), (router, taker, sold, min(fee, value), "")]
    last = pool
    if rng.random() < 0.4:
        last = second
        hops.append((pool, second, rng.choice(assets), rng.randint(1, 20), ""))
    hops.append((last, router if by_router else actor, bought, got, ""))
    if by_router:
        hops.append((router, actor, bought, got - rng.choice([0, 0, min(1, got)]), ""))
    if rng.random() < 0.3:
        hops.append((pool, actor, sold, rng.randint(1, 3), ""))
    if rng.random() < 0.3:
        ends = [actor, pool]
        rng.shuffle(ends)
        hops.append((*ends, rng.choice(assets), rng.randint(1, 9), ""))
    if rng.random() < 0.15:
        hops.append((pool, taker, bought, rng.randint(1, 30), ""))
    if rng.random() < 0.5:
        rng.shuffle(hops)
    return hops


def make_seeds(rng, chains, accounts, assets, rows, clock, edgy):
    seeds = []
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        seed = {"theft": rng.choice(["T1", "T1", "T2"])}
        row = rng.choice(rows)   # the seed is made to fit this row, most often
        if row["transaction_hash"] and rng.random() < 0.35:
            seed["transaction"] = row["transaction_hash"]
            into = [(r["to_address"], r["asset"]) for r in rows if r["transaction_hash"] == row["transaction_hash"]]
            # Which units of several payments into one purse were gained is read in two ways, where other taint comes too.
            unclear = not edgy and len(set(into)) < len(into)
            if (unclear or rng.random() < 0.5) and row["to_address"] != ZERO:
                seed["address"] = row["to_address"]
        else:
            seed["address"] = rng.choice([a for a in (row["from_address"], row["to_address"]) if a not in ("", ZERO)]
                                         or accounts)
            back = rng.choice([0, 0, 0, 1, 3, -1])
            if rng.random() < 0.5 and clock == "both":
                seed["since_block"] = int(row["block_number"]) - back
            elif rng.random() < 0.6:
                word = row["block_timestamp"]
                if word:
                    seed["since"] = rederive.seconds(word) - 12 * back
                else:
                    seed["since_block"] = int(row["block_number"]) - back
        if rng.random() < 0.2:
            seed["asset"] = f"{row['chain']}:{row['asset']}"
        if rng.random() < 0.2 or (len(chains) > 1 and rng.random() < 0.3):
            seed["chain"] = row["chain"]
        seeds.append(seed)
    return seeds


def make_options(rng, chains, assets, rows, clock):
    trace = {"rule": rng.choice(rederive.RULES + rederive.RULES[:5])}
    if rng.random() < 0.7:
        trace["compare"] = [r for r in rederive.RULES if r != trace["rule"] and rng.random() < 0.8]
    roll = rng.random()
    if roll < 0.2:
        trace["stop"] = "none"
    elif roll < 0.45:
        trace["stop"] = [c for c in rederive.STOPS + rederive.NETTING if rng.random() < 0.5]
    if rng.random() < 0.2:
        trace["hub_transfers"] = rng.randint(1, 8)
    if rng.random() < 0.2:
        trace["max_hops"] = rng.randint(1, 4)
    if rng.random() < 0.2:
        spot = 100 + rng.randint(3, 30)
        stamp = datetime.fromtimestamp(GENESIS + 12 * spot, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        trace["until"] = f"block:{spot}" if clock == "block" or (clock == "both" and rng.random() < 0.5) else stamp
    if rng.random() < 0.1:
        trace["swaps"] = False
    if rng.random() < 0.1:
        trace["follow_noise"] = True
    if rng.random() < 0.25:
        trace["min_amount"] = {f"{rng.choice(chains)}:{rng.choice(assets)}": str(rng.randint(1, 8))}
    return trace


# ---------------------------------------------------------------- writing and running

def toml(value):
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else '"' + value + '"'


def write_case(case, folder):
    folder.mkdir(parents=True, exist_ok=True)
    lines = ['name = "fuzz"']
    for n, covers in enumerate(case["covers"]):
        with open(folder / f"transfers{n}.csv", "w", newline="") as f:
            out = csv.DictWriter(f, COLUMNS, lineterminator="\n")
            out.writeheader()
            out.writerows(row for at, row in case["rows"] if at == n)
        lines += ["[[input]]", f'path = "transfers{n}.csv"'] + ([f"covers = {toml(covers)}"] if covers else [])
    with open(folder / "labels.csv", "w", newline="") as f:
        out = csv.DictWriter(f, LABEL_COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(case["labels"])
    lines += ["[[labels]]", 'path = "labels.csv"']
    if case["fakes"]:
        chains = sorted({row["chain"] for _, row in case["rows"]})
        coins = {"ethereum": "ETH", "bsc": "BNB"}
        tokens = [f"{chain},{token},{coins[chain]},0" for chain in chains for token in case["fakes"]]
        (folder / "tokens.csv").write_text("\n".join(["chain,contract,symbol,decimals", *tokens, ""]))
        lines += ["[[tokens]]", 'path = "tokens.csv"']
    if case["links"]:
        head = "source_transaction,destination_transaction,method,confidence"
        (folder / "links.csv").write_text("\n".join([head, *map(",".join, case["links"]), ""]))
        lines += ["[[links]]", 'path = "links.csv"']
    for theft in dict.fromkeys(s["theft"] for s in case["seeds"]):
        lines += ["[[theft]]", f'id = "{theft}"']
        for seed in case["seeds"]:
            if seed["theft"] == theft:
                lines.append("[[theft.seed]]")
                for k, v in seed.items():
                    if k == "since":
                        lines.append("since = " + datetime.fromtimestamp(v, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
                    elif k != "theft":
                        lines.append(f"{k} = {toml(v)}")
    lines.append("[trace]")
    lines += [f"{k} = {toml(v)}" for k, v in case["trace"].items() if k != "min_amount"]
    if "min_amount" in case["trace"]:
        lines.append("[trace.min_amount]")
        lines += [f'"{k}" = "{v}"' for k, v in case["trace"]["min_amount"].items()]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")


def run(case, folder, binary, errors=False):
    """Differences of one case; None where it is no case that can be traced."""
    shutil.rmtree(folder, ignore_errors=True)
    write_case(case, folder)
    out = folder / "out"
    try:
        did = subprocess.run([binary, "trace", str(folder / "case.toml"), "--out", str(out)], capture_output=True,
                             text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return ["the engine did not end in 60 seconds"]
    refused = None
    try:
        tables = rederive.derive(folder / "case.toml", result=out)
    except rederive.CaseError as why:
        refused = why
        if not errors:
            return None
    if refused is not None:
        return [f"engine took what rederive refuses: {refused}"] if did.returncode in (0, 2) else None
    if did.returncode not in (0, 2):
        return [f"engine: exit {did.returncode}: {did.stderr.strip()[-400:]}"]
    laws = [f"conservation does not add up: {row}" for row in tables["conservation.csv"][1] if row[-1] != "0"]
    verified = subprocess.run([binary, "verify", str(out)], capture_output=True, text=True, timeout=60)
    faults = [] if verified.returncode == 0 else [f"verify: {verified.stdout.strip()[-400:]}"]
    return laws + faults + rederive.compare(tables, out)


def kind_of(found):
    """What a difference is about, so that shrinking does not wander to another one."""
    return found[0].split(":")[0].split(" row ")[0]


def shrink(case, folder, binary, found):
    """Drop rows, labels, seeds, options and cells while the same kind of difference remains."""
    want = kind_of(found)

    def still(trial):
        if not trial["rows"] or not trial["seeds"]:
            return None
        got = run(trial, folder, binary)
        return got if got and kind_of(got) == want else None

    changed = True
    while changed:
        changed = False
        for part in ("rows", "labels", "seeds", "fakes", "links"):
            size = max(1, len(case[part]) // 2)
            while size:
                n = 0
                while n < len(case[part]):
                    trial = copy.deepcopy(case)
                    del trial[part][n:n + size]
                    got = still(trial)
                    if got:
                        case, found, changed = trial, got, True
                    else:
                        n += size
                size //= 2
        for key in list(case["trace"]):
            trials = []
            if key == "compare":
                trials = [[r for r in case["trace"]["compare"] if r != drop] for drop in case["trace"]["compare"]]
            elif key != "rule":
                trials = [None]
            for value in trials:
                trial = copy.deepcopy(case)
                if value is None:
                    del trial["trace"][key]
                else:
                    trial["trace"][key] = value
                got = still(trial)
                if got:
                    case, found, changed = trial, got, True
                    break
        for n in range(len(case["rows"])):
            for column, plain in (("fee", ""), ("kind", "")):
                if case["rows"][n][1][column] != plain:
                    trial = copy.deepcopy(case)
                    trial["rows"][n][1][column] = plain
                    got = still(trial)
                    if got:
                        case, found, changed = trial, got, True
        for n in range(len(case["seeds"])):
            for key in ("since", "since_block", "asset", "chain"):
                if key in case["seeds"][n]:
                    trial = copy.deepcopy(case)
                    del trial["seeds"][n][key]
                    got = still(trial)
                    if got:
                        case, found, changed = trial, got, True
    run(case, folder, binary)
    return case, found


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--count", type=int, default=100)
    ask.add_argument("--bin", required=True)
    ask.add_argument("--keep", default="fuzz-kept")
    ask.add_argument("--most", type=int, default=10, help="stop after so many differences")
    ask.add_argument("--edgy", action="store_true")
    ask.add_argument("--errors", action="store_true")
    ask.add_argument("--no-shrink", action="store_true")
    opt = ask.parse_args()
    work = Path(tempfile.mkdtemp(prefix="dyefuzz"))
    done = refused = bad = 0
    for n in range(opt.count):
        case = make(random.Random(f"{opt.seed}/{n}"), opt.edgy)
        found = run(case, work / "case", os.path.abspath(opt.bin), opt.errors)
        if found is None:
            refused += 1
            continue
        done += 1
        if not found:
            continue
        bad += 1
        kept = Path(opt.keep) / f"{opt.seed}-{n}"
        if opt.no_shrink:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(work / "case", kept)
        else:
            _, found = shrink(case, kept, os.path.abspath(opt.bin), found)
        print(f"--- case {opt.seed}/{n}, kept in {kept}")
        print("\n".join("    " + line for line in found[:6]))
        if bad >= opt.most:
            break
    shutil.rmtree(work, ignore_errors=True)
    print(f"{done} cases compared, {refused} left out as untraceable, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
