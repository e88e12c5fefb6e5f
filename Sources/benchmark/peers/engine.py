"""A scalar engine of micrograd's shape: an object a number, a set of parents, a closure for the
backward step, a recursive topological sort. Variant NODES or NODES,uncollected; the answer is million
nodes a second, forward and backward together."""

import gc
import sys
import time

from peer import serve

sys.setrecursionlimit(100_000)


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad = data, 0.0
        self._parents = set(parents)
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))

        def backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = backward
        return out

    def backward(self):
        order, visited = [], set()

        def visit(node):
            if node not in visited:
                visited.add(node)
                for parent in node._parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        return len(order)


def measure(variant, seconds):
    nodes, _, collector = variant.partition(",")
    chains = int(nodes) // 1000
    gc.collect()
    # Python's collector walks over all nodes again and again while they become more.
    (gc.disable if collector == "uncollected" else gc.enable)()
    start = time.perf_counter()
    w, b, total = Value(0.5), Value(0.25), Value(0.0)
    for chain in range(chains):
        x = Value(chain / chains)
        for _ in range(333):
            x = (x * w + b).relu()
        total = total + x
    nodes = total.backward()
    return nodes * 1e-6 / (time.perf_counter() - start)


serve(measure)
