//! A session: the buffers of a model at work, and the forward and backward pass over them.

use std::ops::Range;
use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream};

use crate::layer::{Backward, Forward, Mode};
use crate::plan::zeros;
use crate::{Plan, PlanError, Sequential};

/// The memory in which a network, or a view of one, runs; it allocates when it is made and never again.
///
/// The parameters stay with the caller. Every activation and every gradient can be looked at by name afterwards.
///
/// ```
/// use pellucid_nn::{Activation::Tanh, Dense, Model, Session, Sequential};
/// use std::sync::Arc;
/// let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(3).activation(Tanh)).with(Dense::new(1)), 7)?;
/// let mut session = Session::inference(model.architecture(), 4, &Arc::default())?;
/// session.input_mut(2).copy_from_slice(&[0.0, 1.0, 1.0, 0.0]);
/// session.forward(model.parameters(), None);
/// let hidden = session.activation("dense1").unwrap();
/// assert_eq!((hidden.shape, hidden.data.len()), (vec![2, 3], 6));
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Session<F> {
    network: Arc<Sequential<F>>,
    plan: Plan,
    pool: Arc<Pool>,
    /// The samples of the last input.
    batch: usize,
    /// The input, then the output of every layer.
    activations: Buffer<F>,
    /// dL/d of each of them; empty for inference.
    gradients: Buffer<F>,
    saved: Buffer<F>,
    scratch: Buffer<F>,
}

/// A tensor looked at: its name, its shape and its numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorView<'a, F> {
    /// The name.
    pub name: &'a str,
    /// The dimensions; for activations and their gradients the batch comes first.
    pub shape: Vec<usize>,
    /// The numbers.
    pub data: &'a [F],
}

impl<F: Scalar> Session<F> {
    /// Memory for forward passes of a whole network.
    ///
    /// # Errors
    /// Where the network cannot be planned.
    pub fn inference(
        network: &Arc<Sequential<F>>,
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        Self::new(network, &network.whole(), max_batch, pool, false)
    }

    /// Memory for forward and backward passes of a whole network.
    ///
    /// # Errors
    /// Where the network cannot be planned.
    pub fn training(
        network: &Arc<Sequential<F>>,
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        Self::new(network, &network.whole(), max_batch, pool, true)
    }

    /// Memory for the layers `range`, with gradients where they are wanted.
    ///
    /// # Errors
    /// Where the network cannot be planned.
    pub fn new(
        network: &Arc<Sequential<F>>,
        range: &Range<usize>,
        max_batch: usize,
        pool: &Arc<Pool>,
        gradients: bool,
    ) -> Result<Self, PlanError> {
        let max_batch = max_batch.max(1);
        let plan = Plan::new(network, range, max_batch)?;
        Ok(Self {
            network: Arc::clone(network),
            pool: Arc::clone(pool),
            batch: 0,
            activations: zeros(plan.activations)?,
            gradients: zeros(if gradients { plan.activations } else { 0 })?,
            saved: zeros(plan.saved)?,
            scratch: zeros(plan.scratch)?,
            plan,
        })
    }

    /// Where everything lies.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The threads that the session runs on.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The number of samples of the current batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Begins a batch of `batch` samples: the slice to write them to.
    ///
    /// # Panics
    /// Where the batch is empty or larger than the session was made for.
    pub fn input_mut(&mut self, batch: usize) -> &mut [F] {
        assert!(
            (1..=self.plan.max_batch).contains(&batch),
            "a batch of {batch}, at most {}",
            self.plan.max_batch
        );
        self.batch = batch;
        &mut self.activations[..batch * self.plan.input.len()]
    }

    /// The forward pass over the current batch, from the input to [`Session::output`]. In training, `stream` is
    /// the random stream of the step; every layer gets its own child of it.
    ///
    /// # Panics
    /// Where `parameters` are not those of the network.
    pub fn forward(&mut self, parameters: &[F], stream: Option<Stream>) {
        self.forward_from(0, parameters, stream);
    }

    /// The forward pass from layer `first` of the session on, whose input is as the last pass left it.
    pub(crate) fn forward_from(&mut self, first: usize, parameters: &[F], stream: Option<Stream>) {
        assert_eq!(parameters.len(), self.plan.parameters, "parameters of the whole network");
        for place in first..self.plan.layers.len() {
            self.forward_layer(place, parameters, stream, None, None);
        }
    }

    /// The forward pass of one layer over the current batch, from and to the session's memory or the caller's.
    fn forward_layer(
        &mut self,
        place: usize,
        parameters: &[F],
        stream: Option<Stream>,
        x: Option<&[F]>,
        y: Option<&mut [F]>,
    ) {
        let (batch, layer) = (self.batch, &self.plan.layers[place]);
        let (before, after) = self.activations.split_at_mut(layer.y);
        self.network.layer(layer.index).forward(Forward {
            batch,
            mode: stream.map_or(Mode::Evaluate, |stream| Mode::Train(stream.child(layer.index as u64))),
            pool: &self.pool,
            parameters: &parameters[layer.parameters.clone()],
            x: x.unwrap_or(&before[layer.x..layer.x + batch * layer.input.len()]),
            y: y.unwrap_or(&mut after[..batch * layer.output.len()]),
            saved: &mut self.saved[layer.saved.clone()],
            scratch: &mut self.scratch[..layer.scratch],
        });
    }

    /// The outputs for the samples of `x`, row by row, of which there may be any number. The first layer reads `x` and
    /// the last writes `y` where they are: nothing is copied, and the session's own input and output mean nothing
    /// afterwards.
    ///
    /// ```
    /// use pellucid_nn::{Dense, Model, Session, Sequential};
    /// let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(3)).with(Dense::new(1)), 7)?;
    /// let mut session = Session::inference(model.architecture(), 2, &Default::default())?;
    /// let (x, mut y) = ([0.0, 0.0, 0.0, 1.0, 1.0, 0.0], [0.0; 3]);
    /// session.predict(model.parameters(), &x, &mut y);
    /// assert_eq!(y[..], model.predict(&x)?);
    /// # Ok::<(), pellucid_nn::Error>(())
    /// ```
    ///
    /// # Panics
    /// Where `parameters` are not those of the network, or the slices do not hold equally many samples.
    pub fn predict(&mut self, parameters: &[F], x: &[F], y: &mut [F]) {
        assert_eq!(parameters.len(), self.plan.parameters, "parameters of the whole network");
        let (n_in, n_out) = (self.plan.input.len(), self.plan.output().len());
        let samples = x.len() / n_in;
        assert!(x.len() == samples * n_in && y.len() == samples * n_out, "as many outputs as inputs");
        let last = self.plan.layers.len() - 1;
        for (x, y) in x.chunks(self.plan.max_batch * n_in).zip(y.chunks_mut(self.plan.max_batch * n_out)) {
            self.batch = x.len() / n_in;
            for place in 0..=last {
                let (x, y) = ((place == 0).then_some(x), (place == last).then_some(&mut *y));
                self.forward_layer(place, parameters, None, x, y);
            }
        }
    }

    /// The output of the last forward pass.
    pub fn output(&self) -> &[F] {
        let begin = self.plan.layers.last().map_or(0, |layer| layer.y);
        &self.activations[begin..begin + self.batch * self.plan.output().len()]
    }

    /// The input of the last forward pass.
    pub fn input(&self) -> &[F] {
        &self.activations[..self.batch * self.plan.input.len()]
    }

    /// What a loss needs before [`Session::backward`]: the input (the target of an autoencoder), the output, and the
    /// slice to write dL/d output to.
    ///
    /// # Panics
    /// Where the session was made for inference.
    pub fn loss_slices(&mut self) -> (&[F], &[F], &mut [F]) {
        assert!(!self.gradients.is_empty(), "a session for inference has no gradients");
        let (before, after) = self.activations.split_at(self.plan.layers.last().map_or(0, |layer| layer.y));
        let len = self.batch * self.plan.output().len();
        let gradient = &mut self.gradients[before.len()..before.len() + len];
        (&before[..self.batch * self.plan.input.len()], &after[..len], gradient)
    }

    /// The backward pass over the current batch: from dL/d output to `dparameters` (overwritten), and to dL/d input
    /// where `input_gradient` asks for it.
    ///
    /// # Panics
    /// Where the session was made for inference, or the slices are not those of the network.
    pub fn backward(&mut self, parameters: &[F], dparameters: &mut [F], input_gradient: bool) {
        assert_eq!(parameters.len(), self.plan.parameters, "parameters of the whole network");
        assert_eq!(dparameters.len(), self.plan.parameters, "gradients of the whole network");
        let batch = self.batch;
        for (place, layer) in self.plan.layers.iter().enumerate().rev() {
            let (before, after) = self.gradients.split_at_mut(layer.y);
            let (x_len, y_len) = (batch * layer.input.len(), batch * layer.output.len());
            self.network.layer(layer.index).backward(Backward {
                batch,
                pool: &self.pool,
                parameters: &parameters[layer.parameters.clone()],
                x: &self.activations[layer.x..layer.x + x_len],
                y: &self.activations[layer.y..layer.y + y_len],
                dy: &after[..y_len],
                saved: &self.saved[layer.saved.clone()],
                scratch: &mut self.scratch[..layer.scratch],
                dx: (place > 0 || input_gradient).then_some(&mut before[layer.x..layer.x + x_len]),
                dparameters: &mut dparameters[layer.parameters.clone()],
            });
        }
    }

    /// The output of the layer `name` in the last forward pass, or the `input`.
    pub fn activation(&self, name: &str) -> Option<TensorView<'_, F>> {
        self.look(name, &self.activations)
    }

    /// dL/d output of the layer `name` in the last backward pass, or dL/d `input`.
    pub fn gradient(&self, name: &str) -> Option<TensorView<'_, F>> {
        if self.gradients.is_empty() { None } else { self.look(name, &self.gradients) }
    }

    fn look<'a>(&'a self, name: &str, buffer: &'a [F]) -> Option<TensorView<'a, F>> {
        let layer = self.plan.layers.iter().find(|layer| layer.name == name);
        let (name, begin, sample) = match layer {
            Some(layer) => (layer.name.as_str(), layer.y, &layer.output),
            None if name == "input" => ("input", 0, &self.plan.input),
            None => return None,
        };
        let shape = std::iter::once(self.batch).chain(sample.dims().iter().copied()).collect();
        Some(TensorView { name, shape, data: &buffer[begin..begin + self.batch * sample.len()] })
    }
}
