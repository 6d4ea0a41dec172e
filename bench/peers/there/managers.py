"""Calls through multiprocessing.managers, measured here because the caller has to be Python.

Reads jobs from standard input, one JSON object per line, `{"value": name, "ms": how long}`, and answers each with the
seconds that every call took.
"""

import json
import sys
import time
from multiprocessing.managers import BaseManager


class Functions:
    def add(self, a, b):
        return a + b

    def echo(self, value):
        return value


class Manager(BaseManager):
    pass


Manager.register("Functions", Functions)

VALUES = {
    "small object": {
        "id": 17,
        "name": "Ada Lovelace",
        "active": True,
        "score": 0.5,
        "tags": ["first", "second"],
    },
    "1,000 rows": [
        {
            "id": id,
            "name": f"row {id}",
            "city": "Zürich",
            "score": id / 3,
            "active": id % 2 == 0,
        }
        for id in range(1000)
    ],
    "text of 100 KB": "The quick brown fox jumps over the lazy dog. " * (100_000 // 45),
    "bytes of 1 MiB": b"\x07" * 1024 * 1024,
}


def main():
    with Manager() as manager:
        functions = manager.Functions()
        for line in sys.stdin:
            job = json.loads(line)
            value = VALUES.get(job.get("value"))
            times = []
            began = time.perf_counter()
            while len(times) < 3 or time.perf_counter() - began < job["ms"] / 1000:
                at = time.perf_counter()
                if value is None:
                    functions.add(1, 2)
                else:
                    functions.echo(value)
                times.append(time.perf_counter() - at)
            print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
