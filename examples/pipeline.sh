#!/usr/bin/env bash
# Who holds how much, and what to freeze first, in a shell: `dyetrace … --json` and jq. Amounts are texts in the JSON,
# since numbers there lose digits.
set -euo pipefail
cd "$(dirname "$0")/.."
dyetrace=${DYETRACE_BIN:-target/release/dyetrace}

# The five best places, one a line.
"$dyetrace" trace sample-data/harmony/case.toml --out out/harmony-shell --json |
    jq -r '.freezable[:5][] | [.rank, .holder, .state, .address, .amount_rule, .symbol] | @tsv'

# Not complete? Then it ends with code 2, and says why.
"$dyetrace" trace sample-data/harmony/case.toml --max-hops 3 --json > out/three-hops.json || test $? -eq 2
jq -r '"complete: \(.complete)", (.missing[] | "\(.kind): \(.detail)")' out/three-hops.json

# The manifest's hash goes elsewhere; whoever is handed the folder holds it against that.
kept=$(sha256sum out/harmony-shell/manifest.json | cut -d ' ' -f 1)
"$dyetrace" verify out/harmony-shell --sha256 "$kept" --json | jq -r '"holds: \(.holds), \(.figures) figures"'
