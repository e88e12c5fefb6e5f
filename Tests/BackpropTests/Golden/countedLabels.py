"""Golden values of cross-entropy with ignored labels, class weights and smoothing, and of average
pooling that does not count its padding, from PyTorch in float64.

    python3 countedLabels.py    writes countedLabels.safetensors beside itself
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
values = {}

logits = 2 * torch.randn(7, 4)
labels = torch.tensor([0, 3, 1, 1, 2, 0, 3])
some = torch.tensor([0, -100, 1, 1, -100, 0, 3])
weights = torch.tensor([0.5, 3.0, 1.25, 0.0])
values |= {"logits": logits, "labels": labels.double(), "someLabels": some.double()}
values["weights"] = weights

losses = {
    "ignored": (some, {}),
    "weightedIgnored": (some, {"weight": weights}),
    "weightedSmoothed": (labels, {"weight": weights, "label_smoothing": 0.1}),
    "weightedSmoothedIgnored": (some, {"weight": weights, "label_smoothing": 0.3}),
}
for name, (target, options) in losses.items():
    z = logits.clone().requires_grad_()
    loss = F.cross_entropy(z, target, **options)
    loss.backward()
    values |= {f"{name}.loss": loss.detach(), f"{name}.gradient": z.grad}

poolings = {
    "padded": ((3, 2, 7, 6), (3, 2, 1)),
    "overlapping": ((2, 3, 5, 8), (5, 1, 2)),
    "halfPadded": ((2, 1, 3, 4), (2, 1, 1)),
}
for name, (shape, (window, stride, padding)) in poolings.items():
    x = torch.randn(shape, requires_grad=True)
    y = F.avg_pool2d(x, window, stride, padding, count_include_pad=False)
    dy = torch.randn(y.shape)
    y.backward(dy)
    values |= {f"{name}.x": x.detach(), f"{name}.y": y.detach(), f"{name}.dy": dy}
    values[f"{name}.dx"] = x.grad

save_file({name: value.contiguous() for name, value in values.items()},
          Path(__file__).with_suffix(".safetensors"))
