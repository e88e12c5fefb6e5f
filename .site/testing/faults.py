"""What is wrong with the website, and where."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".site" / "built"

faults = []


def check(holds, page, what):
    if not holds:
        faults.append(f"{page}: {what}")
        print(f"site: {faults[-1]}", file=sys.stderr)
