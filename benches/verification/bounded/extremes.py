"""What is deep, long or much, answered in a thread with a stack of 256 KiB."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from typing import Any

from tests.differential.asking import ask
from tests.differential.descriptions import Sent

from harness.contenders import BENCHES
from verification.part import Effort
from verification.row import Row

STACK = 256 * 1024
POWERS = range(1, 7)
QUICK_POWERS = range(1, 6)

BODIES = {
    "arrays": lambda count: "[" * count + "]" * count,
    "objects": lambda count: '{"a":' * count + "1" + "}" * count,
    "both": lambda count: '[{"a":' * (count // 2) + "1" + "}]" * (count // 2),
    "open arrays": lambda count: "[" * count,
    "digits": lambda count: "9" * count,
    "fraction": lambda count: "0." + "1" * count,
    "exponent": lambda count: "1e" + "9" * count,
    "keys": lambda count: json.dumps({str(number): 1 for number in range(count // 10)}),
    "items": lambda count: "[" + "1," * (count // 10) + "1]",
    "errors": lambda count: "[" + '"x",' * (count // 10) + "1]",
    "characters": lambda count: json.dumps("x" * count),
}
"""By what there is much of."""

TREES = {
    "tree": lambda count: '{"child":' * min(count, 12) + '{"value":1}' + "}" * min(count, 12),
    "deep tree": lambda count: '{"child":{"value":' * (count // 2),
}


def requests(powers: range) -> list[tuple[str, Sent]]:
    """Each body in each size, to each path."""
    found = []
    for path, bodies in (("/untyped", BODIES), ("/integers", BODIES), ("/tree", TREES)):
        for name, make in bodies.items():
            for power in powers:
                sent: Sent = {
                    "method": "POST",
                    "path": path,
                    "query": "",
                    "headers": [("content-type", "application/json")],
                    "body": [make(10**power)],
                }
                found.append((f"{path}: {name}, 10^{power}", sent))
    return found


def main(largest: int) -> None:
    """Answers them in this process, a line of output each."""
    from verification.bounded.service import app

    logging.disable(logging.CRITICAL)

    async def answer_all() -> None:
        for name, sent in requests(range(1, largest + 1)):
            print(json.dumps([name, None, None]), flush=True)
            answer = await ask(app, sent, [])
            print(json.dumps([name, answer["status"], answer["error"]]), flush=True)

    threading.stack_size(STACK)
    thread = threading.Thread(target=lambda: asyncio.run(answer_all()))
    thread.start()
    thread.join()


PROGRAM = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from verification.bounded.extremes import main
main(int(sys.argv[2]))
"""


def run(effort: Effort) -> list[Row]:
    """Tries them in a process that may not survive it."""
    powers = QUICK_POWERS if effort.quick else POWERS
    paths = json.dumps([str(BENCHES), str(BENCHES.parent)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, paths, str(max(powers))],
        capture_output=True,
        text=True,
        timeout=effort.seconds,
        check=False,
    )
    answers: dict[str, tuple[Any, Any]] = {
        name: (status, error) for name, status, error in map(json.loads, done.stdout.splitlines())
    }
    failed = 0
    for name, (status, error) in answers.items():
        if status is None or status >= 500:
            failed += 1
            print(f"  {name}: {status} {str(error)[:300]} {done.returncode} {done.stderr[-500:]}")
    wanted = len(requests(powers))
    trials = "deep, long and large bodies"
    return [Row("F12", "crashes and answers 5xx", failed, 0, len(answers), wanted, trials)]
