"""Golden values for normalization and residual blocks, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes normalization.safetensors; the tests read that file, never Python.
Images are stored with samples first, [m, channels, height, width].
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


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


# Three batches in training, each with its gradients and the running statistics after it; then one in use.
for name, layer, shape in [
    ("features", torch.nn.BatchNorm1d(3), (7, 3)),
    ("images", torch.nn.BatchNorm2d(3), (5, 3, 4, 2)),
    ("oneImage", torch.nn.BatchNorm2d(3), (1, 3, 3, 3)),
]:
    with torch.no_grad():
        layer.weight.copy_(torch.randn(3))
        layer.bias.copy_(torch.randn(3))
    keep(name, scale=layer.weight, shift=layer.bias)
    for batch in range(4):
        if batch == 3:
            layer.eval()
        x, dy = (3 * torch.randn(*shape) + 2).requires_grad_(), torch.randn(*shape)
        layer.zero_grad()
        y = layer(x)
        y.backward(dy)
        keep(f"{name}.{batch}", x=x, dy=dy, y=y, dx=x.grad, dScale=layer.weight.grad,
             dShift=layer.bias.grad, mean=layer.running_mean, variance=layer.running_var)

# Layer norm of rows.
x, scale, shift, dy = leaf(6, 5, scale=3), leaf(5), leaf(5), torch.randn(6, 5)
y = F.layer_norm(x, [5], scale, shift)
y.backward(dy)
keep("rows", x=x, scale=scale, shift=shift, dy=dy, y=y, dx=x.grad, dScale=scale.grad, dShift=shift.grad)


# Residual blocks: convolution and batch norm in training, ReLU where He et al. have it.
def convolution(outputs, inputs, k):
    return dict(w=leaf(outputs, inputs, k, k, scale=0.5), b=leaf(outputs))


def norm(channels):
    return dict(scale=leaf(channels), shift=leaf(channels))


def conv(x, p, stride=1):
    return F.conv2d(x, p["w"], p["b"], stride=stride, padding=p["w"].shape[2] // 2)


def bn(x, p):
    return F.batch_norm(x, None, None, p["scale"], p["shift"], training=True)


def basic(x, p):
    h = F.relu(bn(conv(x, p[0]), p[1]))
    return F.relu(bn(conv(h, p[2]), p[3]) + x)


def projected(x, p):
    h = F.relu(bn(conv(x, p[0], 2), p[1]))
    return F.relu(bn(conv(h, p[2]), p[3]) + bn(conv(x, p[4], 2), p[5]))


def bottleneck(x, p):
    h = F.relu(bn(conv(x, p[0]), p[1]))
    h = F.relu(bn(conv(h, p[2]), p[3]))
    return F.relu(bn(conv(h, p[4]), p[5]) + x)


def pre_activation(x, p):
    h = conv(F.relu(bn(x, p[0])), p[1])
    return conv(F.relu(bn(h, p[2])), p[3]) + x


blocks = {
    "basic": (basic, [convolution(3, 3, 3), norm(3), convolution(3, 3, 3), norm(3)], 3),
    "projected": (
        projected,
        [convolution(4, 3, 3), norm(4), convolution(4, 4, 3), norm(4), convolution(4, 3, 1), norm(4)], 3),
    "bottleneck": (
        bottleneck,
        [convolution(2, 8, 1), norm(2), convolution(2, 2, 3), norm(2), convolution(8, 2, 1), norm(8)], 8),
    "preActivation": (
        pre_activation, [norm(3), convolution(3, 3, 3), norm(3), convolution(3, 3, 3)], 3),
}
for name, (block, parameters, channels) in blocks.items():
    x = leaf(4, channels, 5, 6)
    y = block(x, parameters)
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(name, x=x, dy=dy, y=y, dx=x.grad)
    flat = [t for p in parameters for t in p.values()]
    for index, tensor in enumerate(flat):
        keep(name, **{f"p{index}": tensor, f"d{index}": tensor.grad})

save_file(golden, "normalization.safetensors")
print(len(golden), "tensors")
