"""The accuracy record: presets x seeds, simulated, traced and scored, with intervals.

    python benches/accuracy/record.py target/release/dyetrace --out benches/record/accuracy

Each world is traced twice: with labels as incomplete as real ones ("sparse"), and with every deposit account
labelled ("given"). A figure is the mean over seeds with a 95 % interval of that mean (Student's t); the least and
the largest stand beside it in the JSON. Standard library only.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import tempfile

# Student's t, 97.5 %, by degrees of freedom.
T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 14: 2.14, 19: 2.09}
PRESETS = ["small", "smurf", "peel", "harmony", "ronin", "bybit"]


def run(words):
    """Runs the program; a result that is not complete (code 2) is one."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
    return done.stdout


def one(program, preset, seed, size, labels, folder, options):
    sim, result = f"{folder}/sim", f"{folder}/result"
    share = ["--deposit-labels", "1000"] if labels == "given" else []
    run([program, "simulate", "--preset", preset, "--seed", str(seed), "--size", str(size), "--out", sim] + share)
    run([program, "trace", f"{sim}/case.toml", "--threads", "1", "--no-graph", "--out", result] + options)
    return json.loads(run([program, "simulate", "score", result, sim, "--json"]))


def interval(values):
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, 0.0
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return mean, T.get(len(values) - 1, 1.96) * deviation / math.sqrt(len(values))


def ratio(part):
    return None if part is None or part["all"] == "0" else int(part["of"]) / int(part["all"])


def figures(scores):
    """subject, rule, measure -> values of all seeds that have one; notes of rows that are not built."""
    values, notes = {}, {}
    for score in scores:
        for row in score["rows"]:
            key = (row["subject"], row["rule"] or "")
            if row["note"]:
                notes[key] = row["note"]
            for measure in ("precision", "recall"):
                share = ratio(row[measure])
                if share is not None:
                    values.setdefault(key + (measure,), []).append(share)
    return values, notes


def cell(values):
    if not values:
        return "–"
    mean, half = interval(values)
    return f"{100 * mean:.1f} ± {100 * half:.1f}"


SHOWN = [
    ("accounts", "accounts reached, of all"),
    ("accounts_to_first_link", "accounts where plain transfers end"),
    ("amounts", "money by place, in the end"),
    ("amounts_to_first_link", "money by place, up to the first link"),
    ("deposits", "money at deposit accounts"),
    ("deposits_by_plain_transfers", "money at deposit accounts by plain transfers"),
    ("freezable", "money that can be stopped"),
]
COUNTS = [
    ("such places, all seeds", lambda score: score["listed"]),
    ("of them honest people downstream", lambda score: score["listed_downstream"]),
    ("of them **never touched**", lambda score: len(score["listed_untouched"])),
]
RULES = ["libr", "fifo", "lifo", "prorata", "taint_first"]


def table(kept):
    lines = []
    for labels, presets in kept.items():
        meaning = "every deposit account is labelled" if labels == "given" else "as incomplete as real ones"
        lines += [f"## Labels {labels}: {meaning}", ""]
        found = {preset: figures(scores) for preset, scores in presets.items()}
        lines += ["By `libr`, the default: precision, then recall.", ""]
        lines += ["| | " + " | ".join(presets) + " |", "|---|" + "---|" * len(presets)]
        for subject, words in SHOWN:
            for measure in ("precision", "recall"):
                cells = [cell(values.get((subject, "libr", measure))) for values, _ in found.values()]
                lines.append(f"| {words}: {measure} | " + " | ".join(cells) + " |")
        for measure in ("precision", "recall"):
            cells = [cell(values.get(("freezable_accounts", "", measure))) for values, _ in found.values()]
            lines.append(f"| places in freezable.csv (`amount_min` > 0): {measure} | " + " | ".join(cells) + " |")
        cells = [cell(values.get(("deposits_listed", "", "recall"))) for values, _ in found.values()]
        lines.append("| money at deposit accounts by plain transfers, listed by `amount_max`: recall | " + " | ".join(cells) + " |")
        for words, count in COUNTS:
            cells = [str(sum(count(score) for score in scores)) for scores in presets.values()]
            lines.append(f"| {words} | " + " | ".join(cells) + " |")
        notes = sorted({subject for _, notes in found.values() for subject, _ in notes})
        lines += ["", "Not built, so without a figure: " + ", ".join(notes) + "." if notes else "", ""]
        for subject, words in SHOWN:
            if subject not in ("amounts_to_first_link", "deposits_by_plain_transfers", "freezable"):
                continue
            lines += [f"Every rule, {words}: precision / recall.", ""]
            lines += ["| | " + " | ".join(RULES) + " |", "|---|" + "---|" * len(RULES)]
            for preset, (values, _) in found.items():
                both = [[cell(values.get((subject, rule, it))) for it in ("precision", "recall")] for rule in RULES]
                lines.append(f"| {preset} | " + " | ".join(" / ".join(pair) for pair in both) + " |")
            lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    parser.add_argument("--plain", action="store_true", help="follow plain transfers alone: no exchanges, no bridges")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    kept = {"given": {}, "sparse": {}}
    options = ["--no-swaps", "--no-bridges"] if args.plain else []
    name = "plain" if args.plain else "record"
    for labels, presets in kept.items():
        for preset in args.presets:
            presets[preset] = []
            for seed in range(1, args.seeds + 1):
                with tempfile.TemporaryDirectory() as folder:
                    presets[preset].append(one(args.program, preset, seed, args.size, labels, folder, options))
            print(labels, preset, "done", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    version = run([args.program, "--version"]).strip()
    head = (
        f"# Accuracy\n\n{version}, {len(args.presets)} presets × {args.seeds} seeds (1 to {args.seeds}), "
        f"{args.size:,} transfers each. Made by\n`{os.path.basename(__file__)}`; what each row means stands in "
        "`docs/simulate.md`. Per cent, mean over seeds ± half a 95 % interval of the mean.\n\n"
    )
    head += (
        "With `--no-swaps --no-bridges`: plain transfers alone. `record.md` is the default.\n\n"
        if args.plain
        else "The default: exchanges and bridges are seen through. Rows of `up to the first link` and of where plain transfers end\n"
        "ask where the money would be if nobody did: of the default they say nothing where a theft is exchanged (harmony, bybit);\n"
        "`plain.md` has them of plain transfers alone.\n\n"
    )
    (args.out / f"{name}.md").write_text(head + table(kept))
    summary = {}
    for labels, presets in kept.items():
        for preset, scores in presets.items():
            values, _ = figures(scores)
            summary[f"{labels}/{preset}"] = {
                "listed": sum(score["listed"] for score in scores),
                "listed_downstream": sum(score["listed_downstream"] for score in scores),
                "listed_untouched": sum(len(score["listed_untouched"]) for score in scores),
                "rows": {
                    "/".join(part for part in key if part): {
                        "mean": round(interval(it)[0], 6),
                        "half_interval": round(interval(it)[1], 6),
                        "least": round(min(it), 6),
                        "largest": round(max(it), 6),
                        "seeds": len(it),
                    }
                    for key, it in sorted(values.items())
                },
            }
    (args.out / f"{name}.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
