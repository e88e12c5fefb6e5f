"""Golden values for graphs and attention, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes attention.safetensors; the tests read that file, never Python.
Blocks are PyTorch's own `TransformerEncoderLayer`, the norm first; its attention's biases are zero, and
its weights stand transposed.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(27)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().double().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


def numbered(case, start, values, gradients):
    for i, (value, gradient) in enumerate(zip(values, gradients)):
        keep(case, **{f"p{start + i}": value, f"d{start + i}": gradient})


# A graph of five nodes, one of them alone, mixed symmetrically and by rows.
edges = [(0, 1), (0, 2), (1, 2), (2, 3)]
a = torch.eye(5)
for i, j in edges:
    a[i, j] = a[j, i] = 1
degree = a.sum(1)
keep("adjacency", edges=torch.tensor(edges), symmetric=a / torch.sqrt(degree[:, None] * degree), rows=a / degree[:, None])
x, w, b, dy = leaf(5, 3), leaf(3, 4), leaf(4), torch.randn(5, 4)
y = (a / degree[:, None]) @ x @ w + b
y.backward(dy)
keep("graph", x=x, p0=w, p1=b, dy=dy, y=y, dx=x.grad, d0=w.grad, d1=b.grad)

# Products of many small matrices, and rows with masked places.
a, b = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 5, 6)
keep("products", a=a, b=b, aT=a.transpose(2, 3), bT=b.transpose(2, 3), y=a @ b)
s = torch.randn(2, 4, 4)
seen = torch.tensor([[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0], [1, 1, 1, 1]])
keep("softmax", s=s, seen=seen, y=torch.softmax(s.masked_fill(seen == 0, -torch.inf), 2))

# Attention alone, with the causal mask and without; V has a width of its own.
for name, causal in [("attention", False), ("causal", True)]:
    q, k, v = leaf(2, 3, 4, 5), leaf(2, 3, 4, 5), leaf(2, 3, 4, 2)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(name, q=q, k=k, v=v, dy=dy, y=y, dq=q.grad, dk=k.grad, dv=v.grad)


def future(t):
    return torch.full((t, t), -torch.inf).triu(1)


def randomize(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            attention_bias = "in_proj_bias" in name or "out_proj.bias" in name
            p.copy_(torch.zeros_like(p) if attention_bias else 0.5 * torch.randn_like(p))


def attention_parameters(layer):
    """Wq, Wk, Wv, Wo and their gradients, as x·W has them."""
    values = list(layer.in_proj_weight.chunk(3)) + [layer.out_proj.weight]
    gradients = list(layer.in_proj_weight.grad.chunk(3)) + [layer.out_proj.weight.grad]
    return [p.T for p in values], [g.T for g in gradients]


# Two heads over a width of six.
layer = nn.MultiheadAttention(6, 2, batch_first=True)
randomize(layer)
x, dy = leaf(2, 4, 6), torch.randn(2, 4, 6)
y, _ = layer(x, x, x, attn_mask=future(4), need_weights=False)
y.backward(dy)
keep("heads", x=x, dy=dy, y=y, dx=x.grad, split=x.reshape(2, 4, 2, 3).transpose(1, 2))
numbered("heads", 0, *attention_parameters(layer))


def block():
    layer = nn.TransformerEncoderLayer(6, 2, 24, dropout=0, activation=F.gelu, batch_first=True, norm_first=True)
    randomize(layer)
    return layer


def block_parameters(layer):
    weights, slopes = attention_parameters(layer.self_attn)
    plain = lambda module: [module.weight, module.bias]
    dense = lambda module: [module.weight.T, module.bias]
    dense_slopes = lambda module: [module.weight.grad.T, module.bias.grad]
    slope = lambda module: [module.weight.grad, module.bias.grad]
    return (
        plain(layer.norm1) + weights + plain(layer.norm2) + dense(layer.linear1) + dense(layer.linear2),
        slope(layer.norm1) + slopes + slope(layer.norm2) + dense_slopes(layer.linear1) + dense_slopes(layer.linear2),
    )


layer = block()
x, dy = leaf(2, 4, 6), torch.randn(2, 4, 6)
y = layer(x, src_mask=future(4))
y.backward(dy)
keep("block", x=x, dy=dy, y=y, dx=x.grad)
numbered("block", 0, *block_parameters(layer))

# A table of positions, longer than the sequences.
x, table, dy = leaf(3, 4, 2), leaf(6, 2), torch.randn(3, 4, 2)
y = x + table[:4]
y.backward(dy)
keep("positions", x=x, p0=table, dy=dy, y=y, dx=x.grad, d0=table.grad)


# Patches by a convolution whose stride is its kernel; the class token in front, and positions.
def patches(x, weight, bias, token, table):
    rows = F.conv2d(x, weight, bias, stride=2).flatten(2).transpose(1, 2)
    return torch.cat([token.expand(len(x), 1, -1), rows], 1) + table


x, w, b, token, table = leaf(2, 3, 4, 6), leaf(6, 3, 2, 2), leaf(6), leaf(6), leaf(7, 6)
y = patches(x, w, b, token, table)
dy = torch.randn_like(y)
y.backward(dy)
keep("patches", x=x, dy=dy, y=y, dx=x.grad)
numbered(
    "patches", 0, [w.flatten(1).T, b, token, table], [w.grad.flatten(1).T, b.grad, token.grad, table.grad])

# A small vision transformer: two blocks, a norm, and a dense layer on the class token.
x, w, b, token, table = leaf(2, 3, 4, 6), leaf(6, 3, 2, 2), leaf(6), leaf(6), leaf(7, 6)
layers, norm, head = [block(), block()], nn.LayerNorm(6), nn.Linear(6, 3)
randomize(norm)
y = patches(x, w, b, token, table)
for layer in layers:
    y = layer(y)
y = head(norm(y[:, 0]))
dy = torch.randn_like(y)
y.backward(dy)
keep("vision", x=x, dy=dy, y=y, dx=x.grad)
values, slopes = [w.flatten(1).T, b, token, table], [w.grad.flatten(1).T, b.grad, token.grad, table.grad]
for layer in layers:
    more, more_slopes = block_parameters(layer)
    values, slopes = values + more, slopes + more_slopes
values += [norm.weight, norm.bias, head.weight.T, head.bias]
slopes += [norm.weight.grad, norm.bias.grad, head.weight.grad.T, head.bias.grad]
numbered("vision", 0, values, slopes)

# A small GPT: the table reads and writes.
table, positions, ids = leaf(5, 6), leaf(7, 6), torch.tensor([[0, 3, 3, 1], [4, 0, 2, 0]])
layers, norm = [block(), block()], nn.LayerNorm(6)
randomize(norm)
y = F.embedding(ids, table) + positions[:4]
for layer in layers:
    y = layer(y, src_mask=future(4))
y = (norm(y) @ table.T).reshape(8, 5)
dy = torch.randn_like(y)
y.backward(dy)
keep("gpt", ids=ids, dy=dy, y=y)
values, slopes = [table, positions], [table.grad, positions.grad]
for layer in layers:
    more, more_slopes = block_parameters(layer)
    values, slopes = values + more, slopes + more_slopes
numbered("gpt", 0, values + [norm.weight, norm.bias], slopes + [norm.weight.grad, norm.bias.grad])

save_file(golden, "attention.safetensors")
print(len(golden), "tensors")
