"""MLP, LeNet-5 and the small ResNet in PyTorch's best form: fused Adam, data fetched through one
permutation instead of a DataLoader, both memory layouts, one and two threads. A variant is
NETWORK,BATCH,LAYOUT,THREADS such as lenet,64,channels_last,2."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer import rate, serve


def mlp():
    return nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, 10),
    )


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        def convolution():
            return nn.Conv2d(channels, channels, 3, padding=1)
        self.body = nn.Sequential(
            convolution(), nn.BatchNorm2d(channels), nn.ReLU(inplace=True),
            convolution(), nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return F.relu(self.body(x) + x, inplace=True)


def resnet():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(inplace=True),
        Block(16), Block(16), Block(16),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )


class Training:
    samples = 8192

    def __init__(self, network, batch, layout):
        torch.manual_seed(1)
        flat = network == "mlp"
        self.x = torch.rand(self.samples, 784) if flat else torch.rand(self.samples, 1, 28, 28)
        self.labels = torch.randint(0, 10, (self.samples,))
        self.network = {"mlp": mlp, "lenet": lenet, "resnet": resnet}[network]()
        if layout == "channels_last":
            self.network = self.network.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, fused=True)
        self.order = torch.randperm(self.samples)
        self.batch, self.place = batch, 0
        for _ in range(8):
            self.step()

    def step(self):
        if self.place + self.batch > self.samples:
            self.place = 0
        places = self.order[self.place : self.place + self.batch]
        self.place += self.batch
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.network(self.x[places]), self.labels[places])
        loss.backward()
        self.optimizer.step()


trainings = {}


def measure(variant, seconds):
    network, batch, layout, threads = variant.split(",")
    torch.set_num_threads(int(threads))
    key = (network, batch, layout)
    if key not in trainings:
        trainings[key] = Training(network, int(batch), layout)
    return rate(trainings[key].step, seconds, int(batch), warmup=4)


serve(measure)
