"""Golden values for gated units, masks and alignments, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes sequenceLayers.safetensors; the tests read that file, never Python.
PyTorch keeps weights transposed, and has two biases: its second is zero here.
"""
import itertools

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(26)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().double().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


def fill(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(torch.zeros_like(p) if "bias_hh" in name else 0.6 * torch.randn_like(p))


m, steps, inputs, hidden = 4, 6, 3, 5
cell = torch.nn.GRUCell(inputs, hidden)
fill(cell)
x, h, dh = leaf(m, inputs), leaf(m, hidden), torch.randn(m, hidden)
y = cell(x, h)
y.backward(dh)
keep("gruStep", x=x, h=h, dy=dh, y=y, dx=x.grad, dh=h.grad)
keep("gruStep", wx=cell.weight_ih.T, wh=cell.weight_hh.T, b=cell.bias_ih)
keep("gruStep", dwx=cell.weight_ih.grad.T, dwh=cell.weight_hh.grad.T, db=cell.bias_ih.grad)

net = torch.nn.GRU(inputs, hidden, batch_first=True)
fill(net)
x, dy = leaf(m, steps, inputs), torch.randn(m, steps, hidden)
y, _ = net(x)
y.backward(dy)
keep("gru", x=x, dy=dy, y=y, dx=x.grad)
for i, p in enumerate([net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0]):
    keep("gru", **{f"p{i}": p.T if p.dim() == 2 else p, f"d{i}": p.grad.T if p.dim() == 2 else p.grad})

# Sequences of 5, 2 and 3 steps in one batch.
z, targets = leaf(3, 5, 4, scale=2.0), torch.randint(0, 4, (3, 5))
mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]])
loss = F.cross_entropy(z.reshape(15, 4), torch.where(mask == 1, targets, -100).reshape(15))
loss.backward()
keep("masked", z=z, targets=targets, mask=mask, loss=loss.reshape(1), dz=z.grad)

# One dense layer at every step.
x, w, b, dy = leaf(2, 4, 3), leaf(3, 5), leaf(5), torch.randn(2, 4, 5)
y = x @ w + b
y.backward(dy)
keep("everyStep", x=x, p0=w, p1=b, dy=dy, y=y, dx=x.grad, d0=w.grad, d1=b.grad)

# One question to each of three sequences, the second of two states.
q, states, dc = leaf(3, 4), leaf(3, 5, 4), torch.randn(3, 4)
mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 1, 1, 1]])
scores = torch.einsum("md,mtd->mt", q, states).masked_fill(mask == 0, -torch.inf)
weights = torch.softmax(scores, 1)
context = torch.einsum("mt,mtd->md", weights, states)
context.backward(dc)
keep("dotAttention", q=q, states=states, mask=mask, dc=dc, y=context, weights=weights, dq=q.grad, dstates=states.grad)

# Convolutions in time that see the past alone.
for name, taps, dilation in [("causal", 3, 1), ("dilated", 2, 3)]:
    x, w, b = leaf(2, 3, 7), leaf(4, 3, taps), leaf(4)
    y = F.conv1d(F.pad(x, ((taps - 1) * dilation, 0)), w, b, dilation=dilation)
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(name, x=x, p0=w, p1=b, dy=dy, y=y, dx=x.grad, d0=w.grad, d1=b.grad)

# CTC: equal neighbours, a label of one, and an empty one; the mean over sequences.
z, labels = leaf(6, 3, 4), [[2, 2, 1], [3], []]
loss = F.ctc_loss(
    torch.log_softmax(z, 2), torch.tensor(sum(labels, [])), torch.full((3,), 6),
    torch.tensor([len(label) for label in labels]), reduction="sum") / 3
loss.backward()
keep("ctc", z=z, loss=loss.reshape(1), dz=z.grad)


def read(path):
    return [k for i, k in enumerate(path) if k != 0 and (i == 0 or k != path[i - 1])]


# How probable each class is at each frame, given the label: by listing all paths.
y, occupation = torch.softmax(z.detach()[:, 0], 1), torch.zeros(6, 4)
for path in itertools.product(range(4), repeat=6):
    if read(path) == labels[0]:
        probability = torch.stack([y[t, k] for t, k in enumerate(path)]).prod()
        for t, k in enumerate(path):
            occupation[t, k] += probability
keep("occupation", z=z[:, 0], y=occupation / occupation[0].sum())
best = torch.full((3, 6), -1)
for n in range(3):
    found = read(z[:, n].argmax(1).tolist())
    best[n, : len(found)] = torch.tensor(found, dtype=torch.long)
keep("bestPath", z=z, y=best)

save_file(golden, "sequenceLayers.safetensors")
print(len(golden), "tensors")
