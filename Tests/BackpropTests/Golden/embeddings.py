"""Golden values for tables, distances and factors, from PyTorch in float64: run beside this file.

Needs torch and safetensors. Writes embeddings.safetensors; the tests read that file, never Python.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(25)
golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        golden[f"{case}.{name}"] = tensor.detach().double().clone().contiguous()


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


# A table, with ids that come twice in a sequence and in two, and rows without a use.
table, ids = leaf(7, 3), torch.tensor([[0, 6, 2, 6], [2, 2, 0, 5]])
y = F.embedding(ids, table)
upstream = torch.randn_like(y)
y.backward(upstream)
keep("table", e=table, ids=ids, dy=upstream, y=y, de=table.grad)

# Rows of length one.
x, upstream = leaf(4, 5), torch.randn(4, 5)
y = F.normalize(x, dim=1, eps=1e-12)
y.backward(upstream)
keep("unit", x=x, dy=upstream, y=y, dx=x.grad)

# Triplets, some of them silent, and all distances.
a, p, n = leaf(6, 4), leaf(6, 4), leaf(6, 4)
brackets = ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 0.5
loss = F.relu(brackets).mean()
loss.backward()
assert 0 < (brackets > 0).sum() < 6
keep("triplet", a=a, p=p, n=n, loss=loss.reshape(1), da=a.grad, dp=p.grad, dn=n.grad)
keep("distances", a=a, y=torch.cdist(a, a) ** 2)

# Two views of each thing.
a, b = leaf(5, 3), leaf(5, 3)
s = a @ b.T / 0.3
loss = (F.cross_entropy(s, torch.arange(5)) + F.cross_entropy(s.T, torch.arange(5))) / 2
loss.backward()
keep("partners", a=a, b=b, loss=loss.reshape(1), da=a.grad, db=b.grad)

# Words: pairs that share words, with three drawn ones each, one of them the pair's own.
u, v = leaf(6, 4), leaf(6, 4)
centres, contexts = torch.tensor([0, 3, 0, 5]), torch.tensor([1, 1, 4, 5])
negatives = torch.tensor([[2, 2, 5], [0, 1, 3], [4, 1, 0], [5, 3, 2]])
score = lambda w: (u[centres].unsqueeze(1) * v[w]).sum(2)
loss = (-F.logsigmoid(score(contexts.unsqueeze(1))).sum(1) - F.logsigmoid(-score(negatives)).sum(1)).mean()
loss.backward()
keep("words", u=u, v=v, centres=centres, contexts=contexts, negatives=negatives)
keep("words", loss=loss.reshape(1), du=u.grad, dv=v.grad)
counts = torch.tensor([9.0, 1, 0, 250, 16])
keep("noise", counts=counts, y=counts**0.75 / (counts**0.75).sum())

# Counts of pairs, some of them 0, some above 100.
x = torch.tensor([[3.0, 0, 140, 1], [0, 25, 7, 0], [100, 2, 0, 11]])
w, c, b, b2 = leaf(3, 2), leaf(4, 2), leaf(3), leaf(4)
known = x > 0
e = (w @ c.T + b[:, None] + b2[None, :])[known] - torch.log(x[known])
loss = (torch.clamp((x[known] / 100) ** 0.75, max=1) * e**2).sum()
loss.backward()
keep("glove", counts=x, w=w, c=c, b=b, b2=b2, loss=loss.reshape(1))
keep("glove", dw=w.grad, dc=c.grad, db=b.grad, db2=b2.grad)

# Ratings: user 2 and item 3 have none.
p, q, b, c = leaf(4, 2), leaf(5, 2), leaf(4), leaf(5)
users, items = torch.tensor([0, 0, 1, 3, 3, 1]), torch.tensor([1, 4, 1, 0, 2, 4])
stars = torch.tensor([5.0, 2, 4, 1, 3, 3])
r = 3.2 + b[users] + c[items] + (p[users] * q[items]).sum(1)
loss = ((r - stars) ** 2).mean() + 0.07 / 2 * ((p**2).sum() + (q**2).sum())
loss.backward()
keep("ratings", p=p, q=q, b=b, c=c, users=users, items=items, stars=stars, loss=loss.reshape(1))
keep("ratings", dp=p.grad, dq=q.grad, db=b.grad, dc=c.grad)

# A filter's step, with noises that are no multiples of the identity.
symmetric = lambda n, scale: (lambda a: scale * (a @ a.T) + 0.1 * torch.eye(n))(torch.randn(n, n))
x, cov, q, r, z = torch.randn(4), symmetric(4, 1), symmetric(4, 0.1), symmetric(2, 0.3), torch.randn(2)
f, h = torch.eye(4) + torch.diag(torch.ones(2), 2), torch.eye(2, 4)
xp, pp = f @ x, f @ cov @ f.T + q
y, s = z - h @ xp, h @ pp @ h.T + r
k = pp @ h.T @ torch.linalg.inv(s)
keep("kalman", x=x, p=cov, q=q, r=r, z=z, predicted=xp, predictedP=pp, difference=y, s=s)
keep("kalman", distance=(y @ torch.linalg.solve(s, y)).reshape(1), logdet=torch.logdet(s).reshape(1))
keep("kalman", next=xp + k @ y, nextP=(torch.eye(4) - k @ h) @ pp)

save_file(golden, "embeddings.safetensors")
print(len(golden), "tensors")
