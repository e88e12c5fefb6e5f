"""Golden values for recurrent networks, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes recurrent.safetensors; the tests read that file, never Python.
PyTorch keeps weights transposed, and has two biases: its second is zero here.
"""
import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(22)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().clone().contiguous()


def fill(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(torch.zeros_like(p) if "bias_hh" in name else 0.6 * torch.randn_like(p))


def parameters(case, wx, wh, b):
    keep(case, wx=wx.T, wh=wh.T, b=b, dwx=wx.grad.T, dwh=wh.grad.T, db=b.grad)


m, steps, inputs, hidden = 4, 6, 3, 5
for name, cell in [("rnnStep", torch.nn.RNNCell(inputs, hidden)), ("lstmStep", torch.nn.LSTMCell(inputs, hidden))]:
    fill(cell)
    x, h, dh = (torch.randn(m, n).requires_grad_() for n in (inputs, hidden, hidden))
    if name == "rnnStep":
        y = cell(x, h)
        y.backward(dh.detach())
    else:
        c, dc = torch.randn(m, hidden).requires_grad_(), torch.randn(m, hidden)
        y, cy = cell(x, (h, c))
        ((y * dh.detach()).sum() + (cy * dc).sum()).backward()
        keep(name, c=c, dcOut=dc, cOut=cy, dc=c.grad)
    keep(name, x=x, h=h, dy=dh, y=y, dx=x.grad, dh=h.grad)
    parameters(name, cell.weight_ih, cell.weight_hh, cell.bias_ih)

for name, net in [
    ("rnn", torch.nn.RNN(inputs, hidden, batch_first=True)),
    ("lstm", torch.nn.LSTM(inputs, hidden, batch_first=True)),
]:
    fill(net)
    x, dy = torch.randn(m, steps, inputs).requires_grad_(), torch.randn(m, steps, hidden)
    y, _ = net(x)
    y.backward(dy)
    keep(name, x=x, dy=dy, y=y, dx=x.grad)
    parameters(name, net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0)

save_file(golden, "recurrent.safetensors")
print(len(golden), "tensors")
