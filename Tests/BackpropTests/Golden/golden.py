"""Golden values for the library, from PyTorch in float64: run `python3 golden.py` beside this file.

Needs torch and safetensors. Writes golden.safetensors; the tests read that file, never Python.
Each case has inputs (x, t, w …), an upstream gradient dy where the output is a tensor, and results.
"""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(20)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


# Activations: y = f(x), and dx for a random dy.
activations = {
    "identity": lambda x: x * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leakyReLU": lambda x: F.leaky_relu(x, 0.1),
    "elu": lambda x: F.elu(x, 0.7),
    "softplus": F.softplus,
    "silu": F.silu,
    "gelu": F.gelu,
    "softmax": lambda x: F.softmax(x, dim=1),
}
for name, f in activations.items():
    x, dy = leaf(5, 7, scale=2), torch.randn(5, 7)
    y = f(x)
    y.backward(dy)
    keep(name, x=x, dy=dy, y=y, dx=x.grad)

# Losses: the loss, and its gradient with respect to the first input.
weights = torch.tensor([0.5, 2.0, 1.0, 4.0])
labels = torch.tensor([3, 0, 2, 1, 1, 0])
soft = torch.softmax(torch.randn(6, 4), dim=1)
losses = {
    "meanSquaredError": lambda x, t: F.mse_loss(x, t),
    "meanAbsoluteError": lambda x, t: F.l1_loss(x, t),
    "huber": lambda x, t: F.huber_loss(x, t, delta=0.8),
    "binaryCrossEntropyOnLogits": lambda x, t: F.binary_cross_entropy_with_logits(x, torch.sigmoid(t)),
    "softTargets": lambda x, t: F.cross_entropy(x, soft),
    "labels": lambda x, t: F.cross_entropy(x, labels),
    "weighted": lambda x, t: F.cross_entropy(x, labels, weight=weights),
    "smoothed": lambda x, t: F.cross_entropy(x, labels, label_smoothing=0.1),
}
for name, f in losses.items():
    x, t = leaf(6, 4, scale=2), torch.randn(6, 4)
    loss = f(x, t)
    loss.backward()
    keep(name, x=x, t=t, loss=loss.reshape(1), dx=x.grad)
keep("losses", labels=labels.double(), soft=soft, weights=weights)

p, t = torch.rand(6, 4).requires_grad_(), torch.rand(6, 4)
loss = F.binary_cross_entropy(p, t)
loss.backward()
keep("binaryCrossEntropyOnProbabilities", x=p, t=t, loss=loss.reshape(1), dx=p.grad)

# A dense layer; PyTorch keeps its weight transposed.
x, w, b, dy = leaf(5, 3), leaf(3, 4), leaf(4), torch.randn(5, 4)
y = F.linear(x, w.T, b)
y.backward(dy)
keep("dense", x=x, w=w, b=b, dy=dy, y=y, dx=x.grad, dW=w.grad, db=b.grad)

# A network 3-5-4-2 with ReLU, cross-entropy and ten steps of each optimizer, weights by formula.
sizes = [3, 5, 4, 2]


def formula(*shape, shift):
    n = math.prod(shape)
    return torch.tensor([math.sin(1.7 * i + shift) for i in range(n)]).reshape(shape)


inputs = formula(6, 3, shift=0.3)
targets = torch.tensor([0, 1, 1, 0, 1, 0])
optimizers = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.9, 0.999), eps=1e-8),
    "sgdL2": lambda p: torch.optim.SGD(p, lr=0.1),
}
for name, make in optimizers.items():
    ws = [formula(a, b, shift=i).requires_grad_() for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
    bs = [torch.zeros(n, requires_grad=True) for n in sizes[1:]]
    optimizer = make(ws + bs)
    history = []
    for _ in range(10):
        optimizer.zero_grad()
        h = inputs
        for i, (w, b) in enumerate(zip(ws, bs)):
            h = h @ w + b
            if i < 2:
                h = F.relu(h)
        loss = F.cross_entropy(h, targets)
        history.append(loss.item())
        if name == "sgdL2":
            loss = loss + 0.5 * 0.01 * sum((w**2).sum() for w in ws)
        loss.backward()
        optimizer.step()
    keep(name, losses=torch.tensor(history), w0=ws[0], w1=ws[1], w2=ws[2], b0=bs[0], b1=bs[1], b2=bs[2])

save_file(golden, "golden.safetensors")
print(len(golden), "tensors")
