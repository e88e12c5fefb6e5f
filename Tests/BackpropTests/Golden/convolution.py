"""Golden values of convolutions and pooling, from PyTorch in float64.

Needs torch and safetensors: run `python3 convolution.py` beside this file. Writes
convolution.safetensors; the tests read that file, never Python. Images are [m, c, h, w]. Each case
has inputs, an upstream gradient dy, and results; `geometry` is stride, padding, dilation, groups,
or window, stride, padding.
"""
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

save_file(golden, "convolution.safetensors")
print(len(golden), "tensors")
