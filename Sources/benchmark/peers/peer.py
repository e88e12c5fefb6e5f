"""What the peers share: they announce their variants, then measure one whenever a line asks for it.

A line of input is "VARIANT SECONDS"; the answer is one number, the rate in that time."""

import sys
import time


def rate(step, seconds, per_step, warmup=0):
    """How much a second: calls step() until the time is over."""
    for _ in range(warmup):
        step()
    calls, start = 0, time.perf_counter()
    while True:
        for _ in range(4 if calls else 1):
            step()
            calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return calls * per_step / elapsed


def serve(measure):
    """Answers requests until the input ends; measure(variant, seconds) -> number."""
    print("ready", flush=True)
    for line in sys.stdin:
        variant, seconds = line.split()
        print(measure(variant, float(seconds)), flush=True)
