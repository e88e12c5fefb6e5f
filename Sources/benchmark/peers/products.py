"""Matrix products in NumPy, Float, GFLOP/s. A variant is the size N of N×N·N×N. The number of
threads and OpenBLAS's kernels come from the environment."""

import numpy as np

from peer import rate, serve

matrices = {}


def measure(variant, seconds):
    n = int(variant)
    if n not in matrices:
        random = np.random.default_rng(1)
        a, b = (random.random((n, n), dtype=np.float32) for _ in range(2))
        matrices[n] = a, b, np.empty((n, n), np.float32)
    a, b, c = matrices[n]
    return rate(lambda: np.matmul(a, b, out=c), seconds, 2e-9 * n**3, warmup=1)


serve(measure)
