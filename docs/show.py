"""Prints a shortlist that the API answered in few lines: `curl … | python3 docs/show.py`."""

import json
import sys

shortlist = json.load(sys.stdin)
for entry in shortlist["entries"]:
    reasons = entry["reasons"]
    print(f"{entry['rank']}. {' / '.join(entry['expert']['name'].values())}  {entry['affinity']:.3f}")
    for item in reasons["items"][:2]:
        print(f"     {item['share']:4.0%} {item['title'] or '(' + item['kind'] + ')'}: {', '.join(item['words'][:5])}")
    terms = [f"{term['label']} {term['contribution']:.3f}" for term in reasons["terms"][:3]]
    print(f"     {'; '.join(terms)}")
print("left out:", ", ".join(f"{reason} {count}" for reason, count in sorted(shortlist["left_out"].items())))
print("gaps:", ", ".join(gap["code"] for gap in shortlist["gaps"]) or "none")
