"""Losses of whole models over ten steps of training, from PyTorch in float64.

Needs torch and safetensors: run `python3 models.py` beside this file. Writes models.safetensors; the
tests read that file, never Python. Weights and inputs come from a formula, so nothing is random and
nothing but the losses, and a few numbers of the last step, needs to be stored.
"""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
golden = {}


def formula(*shape, shift, scale=1.0):
    n = math.prod(shape)
    return torch.tensor([scale * math.sin(1.7 * i + shift) for i in range(n)]).reshape(shape)


def train(name, network, weights, biases, inputs, labels, make):
    optimizer = make(weights + biases)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(inputs, weights, biases), labels)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    golden[f"{name}.losses"] = torch.tensor(losses)
    golden[f"{name}.weight"] = weights[-1].detach().clone()
    golden[f"{name}.bias"] = biases[0].detach().clone()


def he(shapes, fans):
    return [
        formula(*s, shift=i, scale=2 / math.sqrt(f)).requires_grad_()
        for i, (s, f) in enumerate(zip(shapes, fans))
    ]


def zeros(*sizes):
    return [torch.zeros(n, requires_grad=True) for n in sizes]


def mlp(x, w, b):
    h = F.relu(x @ w[0] + b[0])
    h = F.relu(h @ w[1] + b[1])
    return h @ w[2] + b[2]


def lenet(x, w, b):
    # ReLU before pooling, as in the paper's order.
    h = F.max_pool2d(F.relu(F.conv2d(x, w[0], b[0], padding=2)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, w[1], b[1])), 2).flatten(1)
    h = F.relu(h @ w[2] + b[2])
    h = F.relu(h @ w[3] + b[3])
    return h @ w[4] + b[4]


optimizers = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.001),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
}
for optimizer, make in optimizers.items():
    train(
        f"mlp.{optimizer}", mlp, he([(784, 256), (256, 128), (128, 10)], [784, 256, 128]),
        zeros(256, 128, 10), formula(8, 784, shift=0.3), torch.tensor([3, 1, 4, 1, 5, 9, 2, 6]), make)
    train(
        f"lenet.{optimizer}", lenet,
        he([(6, 1, 5, 5), (16, 6, 5, 5), (400, 120), (120, 84), (84, 10)], [25, 150, 400, 120, 84]),
        zeros(6, 16, 120, 84, 10), formula(5, 1, 28, 28, shift=0.3), torch.tensor([3, 1, 4, 1, 5]), make)

save_file(golden, "models.safetensors")
for name, tensor in golden.items():
    if name.endswith("losses"):
        print(name, tensor.tolist())
