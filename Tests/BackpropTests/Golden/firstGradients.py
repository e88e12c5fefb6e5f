"""The length of the first layer's gradient in deep networks, from PyTorch in float64: prints a table.

The tests' expectations in StackTests.swift: `depth` layers 64x64 without biases and an output 64 -> 1,
batch 128, inputs and targets N(0, 1), mean squared error; the geometric mean of 25 seeds, and the
standard deviation of a single seed's logarithm.
"""
import math

import torch

torch.set_default_dtype(torch.float64)
glorot, he = (lambda i, o: math.sqrt(2 / (i + o))), (lambda i, o: math.sqrt(2 / i))
cases = [(d, "sigmoid", torch.sigmoid, glorot) for d in (2, 5, 10, 20)] + [
    (20, "relu, He", torch.relu, he),
    (20, "tanh, Glorot", torch.tanh, glorot),
    (20, "relu, N(0, 1)", torch.relu, lambda i, o: 1.0),
]
for depth, name, activation, deviation in cases:
    logs = []
    for seed in range(25):
        torch.manual_seed(seed)
        sizes = [(64, 64)] * depth + [(64, 1)]
        weights = [(deviation(i, o) * torch.randn(i, o)).requires_grad_() for i, o in sizes]
        h, target = torch.randn(128, 64), torch.randn(128, 1)
        for w in weights[:-1]:
            h = activation(h @ w)
        ((h @ weights[-1] - target) ** 2).mean().backward()
        logs.append(math.log(weights[0].grad.norm().item()))
    logs = torch.tensor(logs)
    print(f"{depth:3} {name:14} {math.exp(logs.mean()):.2e}  factor e^±{logs.std():.2f}")
