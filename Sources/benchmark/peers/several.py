"""The variational autoencoder, the game of two and the DQN in PyTorch's best form: fused Adam, no gradient
that nobody uses, a memory of tensors, one and two threads. A variant is TASK,BATCH,LAYOUT,THREADS such as
game,64,contiguous,2."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer import rate, serve


def adam(network, learning_rate, **options):
    return torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True, **options)


class Variational:
    def __init__(self, batch):
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 16))
        self.decoder = nn.Sequential(nn.Linear(8, 256), nn.ReLU(), nn.Linear(256, 784))
        self.optimizer = adam(nn.ModuleList([self.encoder, self.decoder]), 2e-3)
        self.x = torch.rand(batch, 784)

    def step(self):
        self.optimizer.zero_grad()
        mean, log_variance = self.encoder(self.x).chunk(2, 1)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        cost = F.binary_cross_entropy_with_logits(self.decoder(z), self.x, reduction="sum")
        divergence = (mean * mean + log_variance.exp() - 1 - log_variance).sum() / 2
        loss = (cost + divergence) / len(self.x)
        loss.backward()
        self.optimizer.step()
        return loss


class Game:
    def __init__(self, batch):
        def making(inputs):
            return nn.Linear(inputs, 256), nn.BatchNorm1d(256), nn.LeakyReLU(0.2, inplace=True)

        def looking(inputs):
            return nn.Linear(inputs, 256), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(0.3)

        self.generator = nn.Sequential(*making(42), *making(256), nn.Linear(256, 784), nn.Tanh())
        self.discriminator = nn.Sequential(*looking(794), *looking(256), nn.Linear(256, 1))
        self.generator_adam = adam(self.generator, 4e-4, betas=(0.5, 0.999))
        self.discriminator_adam = adam(self.discriminator, 2e-4, betas=(0.5, 0.999))
        self.made_by = list(self.generator.parameters())
        self.images = 2 * torch.rand(batch, 784) - 1
        self.digits = F.one_hot(torch.arange(batch) % 10, 10).float()

    def told(self, x):
        return torch.cat([x, self.digits], 1)

    def noise(self):
        return self.told(torch.randn(len(self.images), 32))

    def step(self):
        m = len(self.images)
        with torch.no_grad():
            fakes = self.generator(self.noise())
        self.discriminator_adam.zero_grad()
        logits = self.discriminator(torch.cat([self.told(self.images), self.told(fakes)]))
        loss = (F.softplus(-logits[:m]).sum() + F.softplus(logits[m:]).sum()) / m
        loss.backward()
        self.discriminator_adam.step()

        self.generator_adam.zero_grad()
        fooled = F.softplus(-self.discriminator(self.told(self.generator(self.noise())))).mean()
        # Not into the discriminator's weights: this is not its turn.
        fooled.backward(inputs=self.made_by)
        self.generator_adam.step()
        return loss + fooled


class DeepQ:
    count = 20_000

    def __init__(self, batch):
        def network():
            return nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

        self.network, self.copy = network(), network()
        self.renew()
        self.optimizer = adam(self.network, 1e-3)
        self.states, self.next_states = (2 * torch.rand(self.count, 4) - 1 for _ in range(2))
        self.actions = torch.randint(0, 2, (self.count, 1))
        self.rewards = torch.ones(self.count, 1)
        # γ where the task goes on, 0 where it has ended: one product instead of a choice.
        self.discounts = 0.99 * (torch.randint(0, 20, (self.count, 1)) > 0)
        self.batch, self.steps = batch, 0

    def renew(self):
        self.copy.load_state_dict(self.network.state_dict())

    def step(self):
        places = torch.randint(0, self.count, (self.batch,))
        with torch.no_grad():
            best = self.copy(self.next_states[places]).amax(1, keepdim=True)
            targets = torch.addcmul(self.rewards[places], self.discounts[places], best)
        self.optimizer.zero_grad()
        loss = F.mse_loss(self.network(self.states[places]).gather(1, self.actions[places]), targets)
        loss.backward()
        self.optimizer.step()
        self.steps += 1
        if self.steps % 100 == 0:
            self.renew()
        return loss


tasks = {"variational": Variational, "game": Game, "deepq": DeepQ}
trainings = {}


def measure(variant, seconds):
    task, batch, _, threads = variant.split(",")
    torch.set_num_threads(int(threads))
    if task not in trainings:
        torch.manual_seed(1)
        trainings[task] = tasks[task](int(batch))
    return rate(trainings[task].step, seconds, int(batch), warmup=8)


serve(measure)
