"""Golden values for boxes, masks and what enlarges images, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes detection.safetensors; the tests read that file, never Python.
Images are [m, channels, height, width]; gradients are autograd's.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(24)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


# Focal loss over 6 by 7 cells: 4 with an object, then none.
for name, objects, alpha, gamma in [("focal", 4, 0.25, 2.0), ("focalHalf", 3, 0.6, 0.5), ("focalEmpty", 0, 0.25, 2.0)]:
    z, t = leaf(6, 7, scale=2.0), torch.zeros(42)
    t[torch.randperm(42)[:objects]] = 1
    t = t.reshape(6, 7)
    u = (2 * t - 1) * z
    a = alpha * t + (1 - alpha) * (1 - t)
    loss = -(a * (1 - torch.sigmoid(u)) ** gamma * F.logsigmoid(u)).sum() / max(1, objects)
    loss.backward()
    keep(name, z=z, t=t, loss=loss.reshape(1), dz=z.grad)

# Boxes from four numbers each, cells of 8 pixels, 16 pixels as the usual width.
t, cells = leaf(5, 4), torch.randint(0, 7, (5, 2)).double()
centre, size = (cells + torch.sigmoid(t[:, :2])) * 8, 16 * torch.exp(t[:, 2:])
corners = torch.cat([centre - size / 2, centre + size / 2], 1)
upstream = torch.randn(5, 4)
corners.backward(upstream)
keep("decode", t=t, cells=cells, dy=upstream, y=corners, dt=t.grad)

# Smooth L1, summed over the boxes' edges and divided by the boxes.
p, t = leaf(6, 4), torch.randn(6, 4)
loss = F.smooth_l1_loss(p, t, beta=0.7, reduction="sum") / 6
loss.backward()
keep("smoothL1", p=p, t=t, loss=loss.reshape(1), dp=p.grad)


# Pairs of boxes: overlapping, one in the other both ways, apart in x, in y, in both.
def overlap(p, t, hull):
    low, high = torch.maximum(p[:, :2], t[:, :2]), torch.minimum(p[:, 2:], t[:, 2:])
    area = lambda b: (b[:, 2:] - b[:, :2]).prod(1)
    common = (high - low).clamp(min=0).prod(1)
    union = area(p) + area(t) - common
    around = (torch.maximum(p[:, 2:], t[:, 2:]) - torch.minimum(p[:, :2], t[:, :2])).prod(1)
    ratio = common / union
    return ratio, (1 - ratio + (around - union) / around if hull else 1 - ratio).mean()


t = torch.tensor([[2.0, 1, 7, 6], [1, 1, 9, 8], [4, 4, 5, 6], [20, 2, 24, 7], [1, 11, 6, 15], [9, 9, 11, 12.5]])
start = torch.tensor([[1.0, 3, 5, 9], [3, 2, 6, 5], [1, 2, 8, 9], [3, 3, 6, 6], [2, 1, 5, 4], [1, 2, 4, 3.5]])
for name, hull in [("iou", False), ("giou", True)]:
    p = start.clone().requires_grad_()
    ratio, loss = overlap(p, t, hull)
    loss.backward()
    keep(name, p=p, t=t, ratio=ratio, loss=loss.reshape(1), dp=p.grad)

# Soft Dice over a batch of three masks of four classes, one of which is nowhere.
p = torch.softmax(torch.randn(3, 4, 5, 2), 1).requires_grad_()
t = F.one_hot(torch.randint(0, 3, (3, 5, 2)), 4).permute(0, 3, 1, 2).double()
axes = (0, 2, 3)
loss = 1 - ((2 * (p * t).sum(axes) + 1) / (p.sum(axes) + t.sum(axes) + 1)).mean()
loss.backward()
keep("dice", p=p, t=t, loss=loss.reshape(1), dp=p.grad)

# Transposed convolutions; PyTorch has weights [in, out, kh, kw] as well.
for name, kernel, stride, padding in [("transposed", (3, 2), 2, 1), ("doubled", (2, 2), 2, 0), ("overlapping", (3, 3), 1, 0)]:
    x, w, b = leaf(3, 2, 4, 5), leaf(2, 3, *kernel), leaf(3)
    y = F.conv_transpose2d(x, w, b, stride=stride, padding=padding)
    upstream = torch.randn_like(y)
    y.backward(upstream)
    keep(name, x=x, p0=w, p1=b, dy=upstream, y=y, dx=x.grad, d0=w.grad, d1=b.grad)

# Upsampling by copies, and a skip beside it: a convolution 1x1, then [conv(x), x].
x = leaf(2, 3, 4, 3)
y = F.interpolate(x, scale_factor=2, mode="nearest")
upstream = torch.randn_like(y)
y.backward(upstream)
keep("enlarged", x=x, dy=upstream, y=y, dx=x.grad)
x, w, b = leaf(2, 3, 4, 3), leaf(2, 3, 1, 1), leaf(2)
y = torch.cat([F.conv2d(x, w, b), x], 1)
upstream = torch.randn_like(y)
y.backward(upstream)
keep("beside", x=x, p0=w, p1=b, dy=upstream, y=y, dx=x.grad, d0=w.grad, d1=b.grad)
u, skip = leaf(2, 3, 2, 3), leaf(2, 1, 4, 6)
y = torch.cat([F.interpolate(u, scale_factor=2, mode="nearest"), skip], 1)
upstream = torch.randn_like(y)
y.backward(upstream)
keep("step", u=u, skip=skip, dy=upstream, y=y, du=u.grad, dskip=skip.grad)

# A row for each pixel: the pixels of one place stand side by side, sample after sample.
x = leaf(2, 3, 4, 3)
y = x.permute(2, 3, 0, 1).reshape(-1, 3)
upstream = torch.randn_like(y)
y.backward(upstream)
keep("pixels", x=x, dy=upstream, y=y, dx=x.grad)

# Regions that overlap, in 2 by 2 bins: PyTorch's adaptive pooling has the same bounds.
x = leaf(2, 3, 6, 7)
regions = [(0, 0, 0, 7, 6), (0, 1, 2, 4, 5), (1, 3, 1, 4, 2), (1, 2, 0, 7, 3), (0, 1, 2, 4, 5)]
y = torch.cat([F.adaptive_max_pool2d(x[n : n + 1, :, y1:y2, x1:x2], 2) for n, x1, y1, x2, y2 in regions])
upstream = torch.randn_like(y)
y.backward(upstream)
keep("regions", x=x, regions=torch.tensor(regions).double(), dy=upstream, y=y, dx=x.grad)

save_file(golden, "detection.safetensors")
print(len(golden), "tensors")
