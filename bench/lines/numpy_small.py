"""The small autoencoder job in NumPy alone, gradients by hand, as short as a user writes it."""
import gzip
import numpy as np

def images(part):
    with gzip.open(f"data/mnist/{part}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255

random = np.random.default_rng(1)
x, test = images("train")[:2000], images("t10k")
widths = [784, 256, 128, 64, 32, 64, 128, 256, 784]
layers = []
for i in range(8):
    scale = np.sqrt(2 / (widths[i] + widths[i + 1] if i == 7 else widths[i]))
    weight = random.standard_normal((widths[i], widths[i + 1]), np.float32) * np.float32(scale)
    layers.append([weight, np.zeros(widths[i + 1], np.float32)])

def forward(x):
    values = [x]
    for i, (w, b) in enumerate(layers):
        h = values[-1] @ w + b
        values.append(h if i == 3 else 1 / (1 + np.exp(-h)) if i == 7 else np.maximum(h, 0))
    return values

for epoch in range(15):
    losses = []
    for rows in np.array_split(random.permutation(2000), range(32, 2000, 32)):
        values = forward(x[rows])
        y = values[-1]
        losses.append(np.mean((y - x[rows]) ** 2))
        gradient = 2 * (y - x[rows]) * y * (1 - y) / np.float32(y.size)
        for i in reversed(range(8)):
            w, b = layers[i]
            if i not in (3, 7):
                gradient = gradient * (values[i + 1] > 0)
            dw, db = values[i].T @ gradient, gradient.sum(0)
            gradient = gradient @ w.T
            w -= np.float32(0.1) * dw
            b -= np.float32(0.1) * db
print(f"loss {np.mean(losses):.5f}, test {np.mean((forward(test)[-1] - test) ** 2):.5f}")
