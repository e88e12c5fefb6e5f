"""Golden values of convolutions, pooling and LeNet-5, from PyTorch in float64.

Needs torch and safetensors: run `python3 convolution.py` beside this file. Writes
convolution.safetensors; the tests read that file, never Python. Images are [m, c, h, w]. Each case
has inputs, an upstream gradient dy, and results; `geometry` is stride, padding, dilation, groups,
or window, stride, padding.
"""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(21)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().clone().contiguous()


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


# Input, filters, (stride, padding, dilation, groups).
convolutions = {
    "plain": ((3, 2, 7, 5), (4, 2, 3, 3), (1, 0, 1, 1)),
    "strided": ((5, 3, 8, 9), (2, 3, 3, 2), (2, 1, 1, 1)),
    "dilated": ((2, 2, 9, 7), (3, 2, 3, 3), (1, 2, 2, 1)),
    "grouped": ((17, 4, 5, 6), (6, 2, 3, 3), (3, 1, 1, 2)),
    "depthwise": ((3, 5, 6, 5), (5, 1, 3, 3), (1, 1, 1, 5)),
    "pointwise": ((4, 6, 3, 4), (7, 6, 1, 1), (1, 0, 1, 1)),
    "whole": ((2, 3, 3, 2), (4, 3, 5, 4), (1, 1, 1, 1)),
}
for name, (xs, ws, (stride, padding, dilation, groups)) in convolutions.items():
    x, w, b = leaf(*xs), leaf(*ws), leaf(ws[0])
    y = F.conv2d(x, w, b, stride, padding, dilation, groups)
    dy = torch.randn_like(y)
    y.backward(dy)
    geometry = torch.tensor([stride, padding, dilation, groups], dtype=torch.float64)
    keep(name, x=x, w=w, b=b, geometry=geometry, dy=dy, y=y, dx=x.grad, dW=w.grad, db=b.grad)

# Input, (window, stride, padding).
poolings = {
    "halves": ((3, 2, 6, 5), (2, 2, 0)),
    "overlapping": ((2, 3, 7, 8), (3, 2, 1)),
    "dense": ((5, 1, 5, 4), (3, 1, 0)),
}
for name, (xs, (window, stride, padding)) in poolings.items():
    geometry = torch.tensor([window, stride, padding], dtype=torch.float64)
    for kind, pool in ("max", F.max_pool2d), ("average", F.avg_pool2d):
        # Rounded, so that there are ties.
        x = (2 * torch.randn(*xs)).round().requires_grad_()
        y = pool(x, window, stride, padding)
        dy = torch.randn_like(y)
        y.backward(dy)
        keep(f"{kind}.{name}", x=x, geometry=geometry, dy=dy, y=y, dx=x.grad)

x = leaf(3, 4, 5, 2)
y = F.adaptive_avg_pool2d(x, 1).flatten(1)
dy = torch.randn_like(y)
y.backward(dy)
keep("global", x=x, dy=dy, y=y, dx=x.grad)


# LeNet-5 in the usual order, ReLU before pooling: five steps of Adam, weights by formula.
def formula(*shape, shift, scale):
    n = math.prod(shape)
    return torch.tensor([scale * math.sin(1.7 * i + shift) for i in range(n)]).reshape(shape)


shapes = [(6, 1, 5, 5), (16, 6, 5, 5), (400, 120), (120, 84), (84, 10)]
fans = [25, 150, 400, 120, 84]
weights = [
    formula(*s, shift=i, scale=2 / math.sqrt(f)).requires_grad_()
    for i, (s, f) in enumerate(zip(shapes, fans))
]
biases = [torch.zeros(n, requires_grad=True) for n in (6, 16, 120, 84, 10)]
images, labels = formula(5, 1, 28, 28, shift=0.3, scale=1.0), torch.tensor([3, 1, 4, 1, 5])
optimizer = torch.optim.Adam(weights + biases, lr=0.001)
losses = []
for step in range(5):
    optimizer.zero_grad()
    h = F.max_pool2d(F.relu(F.conv2d(images, weights[0], biases[0], padding=2)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, weights[1], biases[1])), 2).flatten(1)
    h = F.relu(h @ weights[2] + biases[2])
    h = F.relu(h @ weights[3] + biases[3])
    logits = h @ weights[4] + biases[4]
    if step == 0:
        keep("lenet", logits=logits)
    loss = F.cross_entropy(logits, labels)
    losses.append(loss.item())
    loss.backward()
    optimizer.step()
keep("lenet", losses=torch.tensor(losses), filters=weights[0], bias=biases[1])

save_file(golden, "convolution.safetensors")
print(len(golden), "tensors")
