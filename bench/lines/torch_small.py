"""The small autoencoder job in PyTorch, as short as a user writes it."""
import gzip
import numpy as np
import torch
from torch import nn

def images(part):
    with gzip.open(f"data/mnist/{part}-images-idx3-ubyte.gz") as file:
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255)

x, test = images("train")[:2000], images("t10k")
widths = [784, 256, 128, 64, 32, 64, 128, 256, 784]
layers = []
for i in range(8):
    linear = nn.Linear(widths[i], widths[i + 1])
    (nn.init.xavier_normal_ if i == 7 else nn.init.kaiming_normal_)(linear.weight)
    nn.init.zeros_(linear.bias)
    layers += [linear] if i == 3 else [linear, nn.Sigmoid() if i == 7 else nn.ReLU()]
net, mse = nn.Sequential(*layers), nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(15):
    losses = []
    for rows in torch.randperm(2000).split(32):
        optimizer.zero_grad()
        loss = mse(net(x[rows]), x[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
with torch.no_grad():
    print(f"loss {torch.stack(losses).mean():.5f}, test {mse(net(test), test):.5f}")
