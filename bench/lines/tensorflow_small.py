"""The small autoencoder job in TensorFlow with Keras, as short as a user writes it."""
import gzip
import numpy as np
from tensorflow import keras

def images(part):
    with gzip.open(f"data/mnist/{part}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255

x, test = images("train")[:2000], images("t10k")
dense = keras.layers.Dense
model = keras.Sequential([keras.layers.Input((784,))])
for units in (256, 128, 64, 32, 64, 128, 256):
    model.add(dense(units, None if units == 32 else "relu", kernel_initializer="he_normal"))
model.add(dense(784, "sigmoid", kernel_initializer="glorot_normal"))
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit(x, x, batch_size=32, epochs=15, verbose=0)
print(f"loss {history.history['loss'][-1]:.5f}, test {model.evaluate(test, test, verbose=0):.5f}")
