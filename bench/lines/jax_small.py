"""The small autoencoder job in JAX, as short as a user writes it."""
import gzip
import jax
import jax.numpy as jnp
import numpy as np

def images(part):
    with gzip.open(f"data/mnist/{part}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255

x, test = jnp.asarray(images("train")[:2000]), jnp.asarray(images("t10k"))
widths = [784, 256, 128, 64, 32, 64, 128, 256, 784]
keys = jax.random.split(jax.random.PRNGKey(1), 8)
he, glorot = jax.nn.initializers.he_normal(), jax.nn.initializers.glorot_normal()
params = [((glorot if i == 7 else he)(keys[i], (widths[i], widths[i + 1])), jnp.zeros(widths[i + 1])) for i in range(8)]

def loss(params, x):
    h = x
    for i, (w, b) in enumerate(params):
        h = h @ w + b
        if i not in (3, 7):
            h = jax.nn.relu(h)
    return jnp.mean((jax.nn.sigmoid(h) - x) ** 2)

@jax.jit
def step(params, x):
    value, grads = jax.value_and_grad(loss)(params, x)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), value

for epoch in range(15):
    order, losses = np.random.permutation(2000), []
    for i in range(0, 2000, 32):
        params, value = step(params, x[order[i:i + 32]])
        losses.append(value)
print(f"loss {jnp.stack(losses).mean():.5f}, test {loss(params, test):.5f}")
