"""The detector, the U-Net and the two models of names in PyTorch's best form: fused optimizers, both memory
layouts for images, one and two threads. A variant is TASK,BATCH,LAYOUT,THREADS such as
unet,32,channels_last,2."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer import rate, serve


def block(channels, outputs):
    return nn.Sequential(
        nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Beside(nn.Module):
    def __init__(self, *body):
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x):
        return torch.cat([self.body(x), x], 1)


def detector():
    pool = nn.MaxPool2d(2)
    return nn.Sequential(
        block(1, 8), pool, block(8, 16), pool, block(16, 32), pool, block(32, 64), block(64, 64),
        nn.Conv2d(64, 15, 1),
    )


def unet():
    pool, up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="nearest")
    bottom = Beside(pool, block(32, 64), block(64, 64), up)
    small = Beside(pool, block(16, 32), bottom, block(96, 32), up)
    middle = Beside(pool, block(8, 16), small, block(48, 16), up)
    return nn.Sequential(block(1, 8), middle, block(24, 16), nn.Conv2d(16, 11, 1))


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.lstm, self.out = nn.Embedding(27, 32), nn.LSTM(32, 64, batch_first=True), nn.Linear(64, 27)

    def forward(self, ids):
        return self.out(self.lstm(self.table(ids))[0])


class Attention(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        m, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(m, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(m, t, d))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.positions = nn.Embedding(27, 32), nn.Parameter(0.02 * torch.randn(16, 32))
        self.blocks, self.norm = nn.Sequential(Attention(), Attention()), nn.LayerNorm(32)

    def forward(self, ids):
        x = self.blocks(self.table(ids) + self.positions)
        return F.linear(self.norm(x), self.table.weight)


class Training:
    def __init__(self, task, batch, layout):
        torch.manual_seed(1)
        self.network = {"detector": detector, "unet": unet, "lstm": LSTM, "gpt": GPT}[task]()
        self.loss = getattr(self, task)
        if task in ("detector", "unet"):
            self.x = torch.rand(batch, 1, 56, 56)
            if layout == "channels_last":
                self.network = self.network.to(memory_format=torch.channels_last)
                self.x = self.x.to(memory_format=torch.channels_last)
            self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, fused=True)
        else:
            self.x = torch.randint(0, 27, (batch, 16))
            self.next = torch.randint(0, 27, (batch * 16,))
            self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=1e-3, weight_decay=0.01, fused=True)
        self.clips = task == "lstm"
        if task == "unet":
            self.labels = torch.randint(0, 11, (batch, 56, 56))
            self.hot = F.one_hot(self.labels, 11).permute(0, 3, 1, 2).float()
        if task == "detector":
            self.places = torch.arange(2 * batch) * 49 // 2
            self.object = torch.zeros(49 * batch)
            self.object[self.places] = 1
            self.cells = torch.stack([self.places % 7, self.places // 7 % 7], 1).float()
            self.boxes = torch.tensor([8.0, 8, 28, 30]).expand(2 * batch, 4)
            self.classes = self.places % 10
        for _ in range(8):
            self.step()

    def detector(self, y):
        rows = y.permute(0, 2, 3, 1).reshape(-1, 15)
        u = (2 * self.object - 1) * rows[:, 0]
        a = 0.25 * self.object + 0.75 * (1 - self.object)
        focal = -(a * torch.sigmoid(-u) ** 2 * F.logsigmoid(u)).sum() / len(self.places)
        chosen = rows[self.places]
        centre, size = (self.cells + torch.sigmoid(chosen[:, 1:3])) * 8, 16 * torch.exp(chosen[:, 3:5])
        p, t = torch.cat([centre - size / 2, centre + size / 2], 1), self.boxes
        common = (torch.minimum(p[:, 2:], t[:, 2:]) - torch.maximum(p[:, :2], t[:, :2])).clamp(min=0).prod(1)
        around = (torch.maximum(p[:, 2:], t[:, 2:]) - torch.minimum(p[:, :2], t[:, :2])).prod(1)
        union = size.prod(1) + (t[:, 2:] - t[:, :2]).prod(1) - common
        giou = (2 - common / union - union / around).mean()
        return 4 * focal + 2 * giou + F.cross_entropy(chosen[:, 5:], self.classes)

    def unet(self, y):
        p = torch.softmax(y, 1)
        axes = (0, 2, 3)
        dice = (2 * (p * self.hot).sum(axes) + 1) / (p.sum(axes) + self.hot.sum(axes) + 1)
        return F.cross_entropy(y, self.labels) + 1 - dice.mean()

    def lstm(self, y):
        return F.cross_entropy(y.reshape(-1, 27), self.next)

    gpt = lstm

    def step(self):
        self.optimizer.zero_grad()
        self.loss(self.network(self.x)).backward()
        if self.clips:
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()


trainings = {}


def measure(variant, seconds):
    task, batch, layout, threads = variant.split(",")
    torch.set_num_threads(int(threads))
    key = (task, batch, layout)
    if key not in trainings:
        trainings[key] = Training(task, int(batch), layout)
    return rate(trainings[key].step, seconds, int(batch), warmup=2)


serve(measure)
