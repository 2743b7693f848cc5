"""TensorFlow with Keras, plain or with XLA (`jit`)."""
import os

import common
from common import LINEAR, WIDTHS

ARGS = common.arguments(["autoencoder", "small", "xor", "quality", "inference"], ["plain", "jit"])
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402 (after the threads are limited)

tf.config.threading.set_intra_op_parallelism_threads(ARGS.threads)
tf.config.threading.set_inter_op_parallelism_threads(ARGS.threads)
keras = tf.keras


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, recipe):
        self.recipe = recipe

    def __call__(self, step):
        return self.recipe.rate_at(tf.cast(step, tf.float32), tf.cos, tf.where)


def sigmoid_mse(x, h):
    return tf.reduce_mean((tf.sigmoid(h) - x) ** 2, -1)


class AfterEpoch(keras.callbacks.Callback):
    def __init__(self, act):
        super().__init__()
        self.act = act

    def on_epoch_end(self, epoch, logs=None):
        if self.act(logs["loss"]):
            self.model.stop_training = True


class TensorFlow:
    def __init__(self, variant):
        self.jit, self.model = variant == "jit", None

    def start(self, x, recipe, seed):
        keras.utils.set_random_seed(seed)
        self.x, self.recipe = x, recipe
        if self.model is None:  # A second training goes on with what was compiled.
            layers = [keras.layers.Dense(WIDTHS[i + 1], None if i in LINEAR else "relu") for i in range(8)]
            self.model = keras.Sequential([keras.layers.Input((784,)), *layers])
            rate = Schedule(recipe) if recipe.steps else recipe.rate
            optimizer = keras.optimizers.Adam(rate, beta_2=recipe.beta2, epsilon=1e-8) if recipe.adam else keras.optimizers.SGD(rate)
            loss = keras.losses.BinaryCrossentropy(from_logits=True) if recipe.loss == "bce" else sigmoid_mse
            self.model.compile(optimizer, loss, jit_compile=self.jit)
            self.forward = tf.function(lambda x: self.model(x, training=False), jit_compile=self.jit)
            self.mse = tf.function(lambda x: tf.reduce_mean(sigmoid_mse(x, self.model(x, training=False))), jit_compile=self.jit)
        self.model.set_weights([array for layer in common.initial_weights(seed) for array in layer])

    def train(self, epochs, after_epoch):
        self.model.fit(self.x, self.x, self.recipe.batch, epochs, verbose=0, callbacks=[AfterEpoch(after_epoch)])

    def error(self, x):
        return self.mse(tf.constant(x))

    def outputs(self, x):
        return self.forward(tf.constant(x)).numpy()

    def xor(self, steps, x, targets, weights):
        """Not `fit`, which takes minutes: a compiled step called in a loop, or with XLA the whole loop compiled."""
        if not hasattr(self, "variables"):
            self.variables = [tf.Variable(w) for w in weights]

            def step():
                a, b, c, d = self.variables
                with tf.GradientTape() as tape:
                    y = tf.sigmoid(tf.tanh(x @ a + b) @ c + d)
                    loss = tf.reduce_mean((y - targets) ** 2)
                for variable, gradient in zip(self.variables, tape.gradient(loss, self.variables)):
                    variable.assign_sub(0.5 * gradient)
                return loss

            def loop():
                loss = tf.constant(0.0)
                for _ in tf.range(steps):
                    loss = step()
                return loss

            self.step = tf.function(loop, jit_compile=True) if self.jit else tf.function(step)
        for variable, w in zip(self.variables, weights):
            variable.assign(w)
        if self.jit:
            return float(self.step())
        for _ in range(steps):
            loss = self.step()
        return float(loss)


common.run(TensorFlow(ARGS.variant), ARGS)
