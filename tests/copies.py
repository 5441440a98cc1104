"""Fills an outbox with copies of the one update in it, as other builds. usage: copies.py FOLDER COUNT"""

import hashlib
import json
import os
import sys

folder, count = sys.argv[1], int(sys.argv[2])
(name,) = [name for name in os.listdir(folder) if name.endswith(".json")]
with open(os.path.join(folder, name), encoding="utf-8") as file:
    entry = json.load(file)
sequence, created, site, _ = name.split(".")[0].split("-")
for number in range(2, count + 1):
    build = entry["body"]["builds"][0]
    entry["sequence"] = build["updateSequenceNumber"] = int(sequence) + number
    entry["key"]["buildNumber"] = build["buildNumber"] = number
    entry["name"] = f"build torture #{number} successful"
    key = json.dumps(entry["key"], separators=(",", ":"), sort_keys=True)
    identity = f"{entry['site']}\n{entry['data']}\n{key}"
    entity = hashlib.sha256(identity.encode()).hexdigest()[:24]
    path = f"{entry['sequence']:016}-{created}-{site}-{entity}.v1.json"
    with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
        json.dump(entry, file, indent=2)
