#!/usr/bin/env python3
"""Holds every freeze request of a result against docs/request.schema.json.

    python3 sample-data/check_requests.py out/harmony
"""

import json
import sys
from pathlib import Path

import jsonschema


def main() -> int:
    schema = Path(__file__).parent.parent / "docs" / "request.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text()))
    requests = sorted(Path(sys.argv[1]).glob("packs/*/request.json"))
    faults = 0
    for path in requests:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            faults += 1
            print(f"{path}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
    print(f"{len(requests)} requests, {faults} faults")
    return 1 if faults or not requests else 0


if __name__ == "__main__":
    sys.exit(main())
