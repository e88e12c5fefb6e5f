"""A network trained here, in Python; and one trained in Python, here.

    swift run chapter04 --quick --save net.safetensors
    python3 chapters/04-mlp/bridge.py read net.safetensors

    python3 chapters/04-mlp/bridge.py write torch.safetensors
    swift run chapter04 --load torch.safetensors

Both programs print how the network reads the 10,000 test images, and print the same.
Needs torch and safetensors (pip install torch safetensors).
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

# What the course's files say of themselves: a square matrix fits as well when it is transposed.
LAYOUT = "matrices [in, out], gates i f g o, filters [out, in, kh, kw]"
DATA = Path(__file__).resolve().parents[2] / "Sources/Datasets/Resources/mnist"


def images_and_labels(name):
    """The pixels as [images, 784], from 0 to 1, and the classes."""
    pixels = (DATA / f"{name}-images-idx3-ubyte").read_bytes()[16:]
    labels = (DATA / f"{name}-labels-idx1-ubyte").read_bytes()[8:]
    x = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).reshape(-1, 784).float() / 255
    return x, torch.tensor(list(labels))


def logits(net, x):
    """784-256-128-10 with ReLU. The course's W is [in, out], so it is x @ W, not x @ W.T."""
    h = torch.relu(x @ net["layer1.weight"] + net["layer1.bias"])
    h = torch.relu(h @ net["layer2.weight"] + net["layer2.bias"])
    return h @ net["layer3.weight"] + net["layer3.bias"]


def report(net):
    x, labels = images_and_labels("t10k")
    with torch.no_grad():
        z = logits(net, x)
    predicted = z.argmax(1)
    print("the first twenty are read as", "".join(str(int(p)) for p in predicted[:20]))
    print(f"right: {int((predicted == labels).sum())} of {len(labels)}")
    print(f"loss {functional.cross_entropy(z, labels):.5f}")


def train():
    """One epoch in PyTorch. Its own layers keep W as [out, in]: transpose those before you save."""
    torch.manual_seed(0)
    layers = [torch.nn.Linear(784, 256), torch.nn.Linear(256, 128), torch.nn.Linear(128, 10)]
    relu = torch.nn.ReLU()
    model = torch.nn.Sequential(layers[0], relu, layers[1], relu, layers[2])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    x, labels = images_and_labels("train")
    for places in torch.randperm(len(x)).split(64):
        optimizer.zero_grad()
        functional.cross_entropy(model(x[places]), labels[places]).backward()
        optimizer.step()
    net = {}
    for number, layer in enumerate(layers, start=1):
        net[f"layer{number}.weight"] = layer.weight.detach().T.contiguous()
        net[f"layer{number}.bias"] = layer.bias.detach()
    return net


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("read", "write"):
        sys.exit(__doc__)
    command, file = sys.argv[1:]
    if command == "write":
        save_file(train(), file, metadata={"layout": LAYOUT})
    report(load_file(file))
