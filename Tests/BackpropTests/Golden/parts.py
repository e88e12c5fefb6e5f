"""Golden values for what stands between the layers, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes parts.safetensors; the tests read that file, never Python.
Penalties, dropout with a mask of its own, the last step of a sequence, a stack, a bottleneck with a
projection, clipping by value, an accumulated gradient, and Newton's method.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(23)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


# Penalties of a weight.
w = leaf(4, 3)
for name, penalty in [("l2", lambda w: 0.3 / 2 * (w**2).sum()), ("l1", lambda w: 0.3 * w.abs().sum())]:
    w.grad = None
    loss = penalty(w)
    loss.backward()
    keep(name, w=w, loss=loss.reshape(1), dw=w.grad)

# Dropout, p = 0.3: the mask that PyTorch drew is found in its output.
x, dy = leaf(6, 5), torch.randn(6, 5)
y = F.dropout(x, 0.3)
y.backward(dy)
keep("dropout", x=x, dy=dy, mask=(y != 0).double() / 0.7, y=y, dx=x.grad)

# The last step of a sequence.
x, dy = leaf(4, 6, 3), torch.randn(4, 3)
y = x[:, -1]
y.backward(dy)
keep("lastStep", x=x, dy=dy, y=y, dx=x.grad)

# Images into features, [m, c, h, w] to [m, c·h·w].
x, dy = leaf(3, 2, 4, 5), torch.randn(3, 40)
y = x.flatten(1)
y.backward(dy)
keep("flatten", x=x, dy=dy, y=y, dx=x.grad)

# A stack of three dense layers with tanh, and its residual twin.
ws, bs = [leaf(4, 4) for _ in range(3)], [leaf(4) for _ in range(3)]
for name, residual in [("stack", 0), ("residualStack", 1)]:
    x, dy = leaf(5, 4), torch.randn(5, 4)
    h = x
    for w, b in zip(ws, bs):
        w.grad = b.grad = None
        h = torch.tanh(h @ w + b) + residual * h
    h.backward(dy)
    keep(name, x=x, dy=dy, y=h, dx=x.grad)
    for i, (w, b) in enumerate(zip(ws, bs)):
        keep(name, **{f"p{2 * i}": w, f"p{2 * i + 1}": b, f"d{2 * i}": w.grad, f"d{2 * i + 1}": b.grad})

# A bottleneck with stride 2 and a projection, batch norm in training.
p = []
for outputs, inputs, k in [(2, 4, 1), (2, 2, 3), (6, 2, 1), (6, 4, 1)]:
    p += [leaf(outputs, inputs, k, k, scale=0.5), leaf(outputs), leaf(outputs), leaf(outputs)]


def block(x, at, stride=1):
    w, b, scale, shift = p[4 * at : 4 * at + 4]
    x = F.conv2d(x, w, b, stride=stride, padding=w.shape[2] // 2)
    return F.batch_norm(x, None, None, scale, shift, training=True)


x = leaf(3, 4, 5, 6)
h = F.relu(block(F.relu(block(x, 0)), 1, 2))
y = F.relu(block(h, 2) + block(x, 3, 2))
dy = torch.randn_like(y)
y.backward(dy)
keep("projectedBottleneck", x=x, dy=dy, y=y, dx=x.grad)
for i, tensor in enumerate(p):
    keep("projectedBottleneck", **{f"p{i}": tensor, f"d{i}": tensor.grad})

# Gradients clipped: by value, by the norm of all together (1e-6 is added to it by PyTorch only).
w, b = leaf(4, 3), leaf(3)
w.grad, b.grad = 2 * torch.randn(4, 3), 2 * torch.randn(3)
keep("clip", w=w.grad, b=b.grad)
norm = torch.nn.utils.get_total_norm([w.grad, b.grad])
keep("clip", norm=norm.reshape(1), wByNorm=w.grad * (1.5 / norm), bByNorm=b.grad * (1.5 / norm))
torch.nn.utils.clip_grad_value_([w, b], 0.7)
keep("clip", wByValue=w.grad, bByValue=b.grad)

# The gradient of seven samples, which the tests put together from three and four.
x, w, b, t = torch.randn(7, 3), leaf(3, 4), leaf(4), torch.tensor([0, 3, 1, 2, 2, 0, 3])
F.cross_entropy(x @ w + b, t).backward()
keep("accumulated", x=x, w=w, b=b, t=t.double(), dW=w.grad, db=b.grad)


# Newton: one step on a function of four numbers, with gradient and Hessian by autograd.
def valley(x):
    return (x**4).sum() / 4 + (x[0] * x[1] - x[2]) ** 2 + torch.exp(0.3 * x[3]) + (x**2).sum()


x = torch.tensor([0.7, -0.4, 1.1, 0.2], requires_grad=True)
(gradient,) = torch.autograd.grad(valley(x), x)
hessian = torch.autograd.functional.hessian(valley, x)
step = lambda damping: x - torch.linalg.solve(hessian + damping * torch.eye(4), gradient)
keep("newton", x=x, gradient=gradient, hessian=hessian, next=step(0.0), damped=step(0.5))

save_file(golden, "parts.safetensors")
print(len(golden), "tensors")
