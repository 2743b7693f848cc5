//! The forward pass over the nodes of a session.

use pellucid_compute::{Scalar, Stream};

use super::{Session, Weights};
use crate::layer::{OperationForward, Tensors, TensorsMut};
use crate::network::Node;

impl<F: Scalar> Session<F> {
    /// Runs the forward pass over the current batch, from the inputs to [`Session::output`]. In training, `stream` is
    /// the random stream of the step; every layer gets its own child of it, by its name.
    ///
    /// # Panics
    /// Panics if `weights` are not those of the network.
    pub fn forward<'w>(&mut self, weights: impl Into<Weights<'w, F>>, stream: Option<Stream>) {
        self.forward_from(0, weights.into(), stream);
    }

    /// The forward pass from node `first` of the session on, whose inputs are as the last pass left them.
    pub(crate) fn forward_from(&mut self, first: usize, weights: Weights<'_, F>, stream: Option<Stream>) {
        self.check(weights);
        self.stream = stream;
        for place in first..self.plan.nodes.len() {
            self.forward_node(place, weights, stream, None, None);
        }
    }

    pub(super) fn check(&self, weights: Weights<'_, F>) {
        assert_eq!(weights.parameters.len(), self.plan.parameters, "parameters of the whole network");
        assert_eq!(weights.state.len(), self.plan.state, "state of the whole network");
    }

    /// The forward pass of one node over the current batch, from and to the session's memory or the caller's.
    fn forward_node(
        &mut self,
        place: usize,
        weights: Weights<'_, F>,
        stream: Option<Stream>,
        x: Option<&[F]>,
        y: Option<&mut [F]>,
    ) {
        let (batch, node) = (self.batch, &self.plan.nodes[place]);
        let Some(Node { computation, .. }) = self.network.node(node.value) else { return };
        let (inputs, own) = node.cut(batch, &mut self.activations, &self.indices, x, y);
        let training = self.way_back.is_some();
        let (marks, each) = node.marks;
        computation.forward(OperationForward {
            batch,
            mode: node.mode(stream),
            pool: &self.pool,
            inputs,
            output: &node.output,
            parameters: Tensors::new(weights.parameters, &node.parameters, batch),
            state: Tensors::new(weights.state, &node.state, batch),
            y: own,
            saved: training.then(|| TensorsMut::new(&mut self.saved, &node.saved, batch)),
            marks: training.then(|| &mut self.marks[marks..marks + batch * each]),
            scratch: &mut self.scratch[..node.scratch],
        });
    }

    /// Writes the outputs for the samples of `x`, row by row, of which there may be any number. The nodes that are fed with the
    /// input read `x` and the last writes `y` where they are: nothing is copied, and the session's own input and output
    /// mean nothing afterwards.
    ///
    /// ```
    /// use pellucid_nn::{Dense, Model, Session, Sequential};
    /// let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(3)).with(Dense::new(1)), 7)?;
    /// let mut session = Session::inference(model.architecture(), 2, &Default::default())?;
    /// let (x, mut y) = ([0.0, 0.0, 0.0, 1.0, 1.0, 0.0], [0.0; 3]);
    /// session.predict(&model, &x, &mut y);
    /// assert_eq!(y[..], model.predict(&x)?);
    /// # Ok::<(), pellucid_nn::Error>(())
    /// ```
    ///
    /// # Panics
    /// Panics if `weights` are not those of the network, the slices do not hold equally many samples, or the session has
    /// another input than one of numbers.
    pub fn predict<'w>(&mut self, weights: impl Into<Weights<'w, F>>, x: &[F], y: &mut [F]) {
        let weights = weights.into();
        self.check(weights);
        assert!(self.plan.takes_numbers_alone(), "a session of one input of numbers");
        let (n_in, n_out) = (self.plan.input().len(), self.plan.output().len());
        let samples = x.len() / n_in;
        assert!(x.len() == samples * n_in && y.len() == samples * n_out, "as many outputs as inputs");
        // Nodes after the output are run for losses of theirs only.
        let last = self.plan.output - self.plan.inputs().len();
        for (x, y) in x.chunks(self.plan.max_batch * n_in).zip(y.chunks_mut(self.plan.max_batch * n_out)) {
            self.batch = x.len() / n_in;
            for place in 0..=last {
                let y = (place == last).then_some(&mut *y);
                self.forward_node(place, weights, None, Some(x), y);
            }
        }
    }
}
