"""The largest memory of one epoch of the MLP on MNIST, in MiB. Argument: the folder of IDX files.

The images stay bytes and become floats a batch at a time, which is PyTorch's leanest form."""

import pathlib
import resource
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F


def idx(name, header):
    path = pathlib.Path(sys.argv[1]) / name
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8, offset=header)


torch.set_num_threads(2)
images = idx("train-images-idx3-ubyte", 16).view(-1, 784)
labels = idx("train-labels-idx1-ubyte", 8).long()
network = nn.Sequential(
    nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
order = torch.randperm(len(images))
for start in range(0, len(images) - 63, 64):
    places = order[start : start + 64]
    optimizer.zero_grad()
    loss = F.cross_entropy(network(images[places].float() / 255), labels[places])
    loss.backward()
    optimizer.step()
if sys.platform == "linux":  # what getrusage tells includes the process that started this one
    status = pathlib.Path("/proc/self/status").read_text().split()
    print(int(status[status.index("VmHWM:") + 1]) / 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20))
