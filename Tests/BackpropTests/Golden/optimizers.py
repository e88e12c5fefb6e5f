"""Golden values for optimizers and schedules, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes optimizers.safetensors; the tests read that file, never Python.
Every optimizer takes ten steps down one function; every schedule gives its first hundred rates.
"""
import math

import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
golden = {}


def formula(*shape, shift):
    n = math.prod(shape)
    return torch.tensor([math.sin(1.7 * i + shift) for i in range(n)]).reshape(shape)


optimizers = {
    "sgd": lambda w, b: torch.optim.SGD([w, b], lr=0.1),
    "momentum": lambda w, b: torch.optim.SGD([w, b], lr=0.05, momentum=0.8),
    "nesterov": lambda w, b: torch.optim.SGD([w, b], lr=0.05, momentum=0.8, nesterov=True),
    "adaGrad": lambda w, b: torch.optim.Adagrad([w, b], lr=0.1, eps=1e-3),
    "rmsProp": lambda w, b: torch.optim.RMSprop([w, b], lr=0.02, alpha=0.9, eps=1e-3),
    "adam": lambda w, b: torch.optim.Adam([w, b], lr=0.05, betas=(0.8, 0.95), eps=1e-3),
    "adamW": lambda w, b: torch.optim.AdamW(
        [w, b], lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3),
    "adamWWeightsOnly": lambda w, b: torch.optim.AdamW(
        [{"params": [w]}, {"params": [b], "weight_decay": 0.0}],
        lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3),
    "clipped": lambda w, b: torch.optim.SGD([w, b], lr=0.1),
}
for name, make in optimizers.items():
    w = (2 * formula(3, 5, shift=0)).requires_grad_()
    b = formula(5, shift=0.5).requires_grad_()
    optimizer = make(w, b)
    for _ in range(10):
        optimizer.zero_grad()
        # Slopes: w³ + b in every row, and b² - 1 with the column sums of w.
        ((w**4).sum() / 4 + (w * b).sum() + (b**3).sum() / 3 - b.sum()).backward()
        if name == "clipped":
            # PyTorch adds 1e-6 to the norm; the course does not.
            norm = torch.sqrt((w.grad**2).sum() + (b.grad**2).sum())
            for p in (w, b):
                p.grad *= min(1.0, 1.5 / norm.item())
        optimizer.step()
    golden[f"{name}.w"], golden[f"{name}.b"] = w.detach().clone(), b.detach().clone()


def rates(make, steps=100, losses=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = make(optimizer)
    result = []
    for step in range(steps):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if losses is None else [losses[step]]))
    return torch.tensor(result)


lrs = torch.optim.lr_scheduler
golden["constant"] = rates(lambda o: lrs.ConstantLR(o, factor=1.0))
golden["step"] = rates(lambda o: lrs.StepLR(o, step_size=7, gamma=0.6))
golden["exponential"] = rates(lambda o: lrs.ExponentialLR(o, gamma=0.95))
golden["inverse"] = rates(lambda o: lrs.LambdaLR(o, lambda k: 1 / (1 + 0.2 * k)))
golden["cosine"] = rates(lambda o: lrs.CosineAnnealingLR(o, T_max=100, eta_min=0.01), 101)
# Warm-up over 10 steps from a tenth of the rate, then the cosine over the 90 that are left.
golden["warmupCosine"] = rates(
    lambda o: lrs.SequentialLR(
        o,
        [lrs.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=9),
         lrs.CosineAnnealingLR(o, T_max=90, eta_min=0.01)],
        milestones=[10]), 101)
losses = [1 / (1 + k) + 0.3 * math.sin(1.7 * k) ** 2 for k in range(100)]
golden["plateau.losses"] = torch.tensor(losses)
golden["plateau"] = rates(
    lambda o: lrs.ReduceLROnPlateau(o, factor=0.5, patience=4, threshold=0.01, min_lr=0.01), losses=losses)

save_file({name: tensor.contiguous() for name, tensor in golden.items()}, "optimizers.safetensors")
print(len(golden), "tensors")
