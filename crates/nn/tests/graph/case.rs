//! A network with inputs and losses, run and held against differences.

use std::sync::Arc;

use pellucid_nn::*;

/// The largest step of differences.
const H: f64 = 1.0 / 1024.0;

/// The samples of an input.
#[derive(Clone, Debug)]
pub enum Samples<F> {
    Numbers(Vec<F>),
    Indices(Vec<u32>),
}

/// A model, a batch, and losses L = sum u y + y^2 / 2 of some of its values, with a fixed u for each.
#[derive(Debug)]
pub struct Case<F> {
    pub model: Model<F>,
    pub batch: usize,
    pub samples: Vec<Samples<F>>,
    pub losses: Vec<Value>,
    directions: Vec<Vec<F>>,
    pub stream: Option<Stream>,
}

/// What a backward pass computes.
#[derive(Clone, Debug)]
pub struct Gradients<F> {
    pub parameters: Vec<F>,
    /// Of each input of numbers, by name.
    pub inputs: Vec<(String, Vec<F>)>,
}

fn numbers<F: Scalar>(len: usize, stream: Stream) -> Vec<F> {
    let mut numbers = vec![F::ZERO; len];
    stream.fill_normal(&mut numbers, 0.0, 1.0);
    numbers
}

impl<F: Scalar> Case<F> {
    /// Random parameters, samples and losses. The whole plan knows the shapes of all values.
    pub fn new(graph: Graph<F>, losses: &[Value], batch: usize, seed: u64) -> Self {
        let stream = Stream::new(seed).child(77);
        let mut model = Model::new(graph, seed).unwrap();
        let noise = numbers::<F>(model.parameters().len(), stream.child(0));
        for (parameter, noise) in model.parameters_mut().iter_mut().zip(noise) {
            *parameter += F::from_f64(0.3) * noise;
        }
        let mut samples = Vec::new();
        for (number, (_, _, port)) in (1..).zip(model.architecture().inputs()) {
            let len = batch * port.shape.len();
            samples.push(match port.below {
                None => Samples::Numbers(numbers(len, stream.child(number))),
                Some(below) => Samples::Indices(
                    (0..len as u64)
                        .map(|i| stream.child(number).child(i).index(below as usize) as u32)
                        .collect(),
                ),
            });
        }
        let plan = Session::training_for(model.architecture(), losses, 1, &Arc::default()).unwrap();
        let width = |value: &Value| {
            let planned = plan.plan().values.iter().find(|planned| planned.value == *value);
            planned.unwrap().port.shape.len()
        };
        let direction =
            |(number, value): (u64, &Value)| numbers(batch * width(value), stream.child(1000 + number));
        let directions = (0..).zip(losses).map(direction).collect();
        let stream = Some(Stream::new(seed).child(5));
        Self { model, batch, samples, losses: losses.to_vec(), directions, stream }
    }

    pub fn network(&self) -> &Arc<Graph<F>> {
        self.model.architecture()
    }

    pub fn session(&self, threads: usize) -> Session<F> {
        let pool = Arc::new(Pool::new(threads));
        Session::training_for(self.network(), &self.losses, self.batch, &pool).unwrap()
    }

    /// Writes the samples to a session of the whole network.
    pub fn load(&self, session: &mut Session<F>) {
        session.begin(self.batch);
        for (number, samples) in self.samples.iter().enumerate() {
            match samples {
                Samples::Numbers(x) => session.numbers_mut(number).copy_from_slice(x),
                Samples::Indices(x) => session.indices_mut(number).copy_from_slice(x),
            }
        }
    }

    /// The losses of the last forward pass, added up; writes their gradients, times `factor`.
    fn loss(&self, session: &mut Session<F>, factor: F) -> f64 {
        let mut total = 0.0;
        for (number, direction) in self.directions.iter().enumerate() {
            let slices = session.slices_of(number, None);
            for ((&y, &u), d) in slices.value.iter().zip(direction).zip(slices.gradient) {
                total += (u * y).to_f64() + (y * y).to_f64() / 2.0;
                *d = factor * (u + y);
            }
            session.close_loss(number);
        }
        total
    }

    /// One pass there and back after one of NaN, which every buffer of the session is full of where the pass does not
    /// overwrite it.
    pub fn gradients(&self, threads: usize, of_inputs: bool) -> Gradients<F> {
        let nan = F::from_f64(f64::NAN);
        let mut session = self.session(threads);
        let mut parameters = vec![nan; self.model.parameters().len()];

        self.load(&mut session);
        for (number, samples) in self.samples.iter().enumerate() {
            if let Samples::Numbers(_) = samples {
                session.numbers_mut(number).fill(nan);
            }
        }
        let bad = vec![nan; parameters.len()];
        session.forward(Weights { parameters: &bad, state: self.model.state() }, self.stream);
        self.loss(&mut session, nan);
        let weights = Weights { parameters: &bad, state: self.model.state() };
        session.backward(weights, &mut parameters, true);

        parameters.fill(nan);
        self.load(&mut session);
        session.forward(&self.model, self.stream);
        self.loss(&mut session, F::ONE);
        session.backward(&self.model, &mut parameters, of_inputs);
        let mut inputs = Vec::new();
        for (_, name, port) in self.network().inputs().filter(|_| of_inputs) {
            if !port.is_indices() {
                inputs.push((name.to_owned(), session.gradient(name).unwrap().data.to_vec()));
            }
        }
        Gradients { parameters, inputs }
    }
}

impl Case<f64> {
    /// Holds every gradient against differences.
    pub fn check(&self, tolerance: f64) {
        for (name, error) in self.errors() {
            assert!(error <= tolerance, "{name} is off by {error:e}");
        }
    }

    /// How far each gradient is from Richardson's extrapolation of central differences, relative to its norm.
    pub fn errors(&self) -> Vec<(String, f64)> {
        let analytic = self.gradients(1, true);
        let mut session = self.session(1);
        let mut moved = |parameters: &[f64], input: Option<(usize, usize, f64)>| {
            self.load(&mut session);
            if let Some((number, i, h)) = input {
                session.numbers_mut(number)[i] += h;
            }
            session.forward(Weights { parameters, state: self.model.state() }, self.stream);
            self.loss(&mut session, 1.0)
        };
        let richardson = |f: &mut dyn FnMut(f64) -> f64| {
            let mut difference = |h: f64| (f(h) - f(-h)) / (2.0 * h);
            let (coarse, fine, finer) = (difference(H), difference(H / 2.0), difference(H / 4.0));
            let (a, b) = ((4.0 * fine - coarse) / 3.0, (4.0 * finer - fine) / 3.0);
            (16.0 * b - a) / 15.0
        };
        let mut pairs: Vec<(String, Vec<f64>, Vec<f64>)> = Vec::new();
        let mut parameters = self.model.parameters().to_vec();
        for tensor in &self.model.plan().tensors {
            let mut numeric = Vec::new();
            for i in tensor.range.clone() {
                let value = parameters[i];
                numeric.push(richardson(&mut |h| {
                    parameters[i] = value + h;
                    moved(&parameters, None)
                }));
                parameters[i] = value;
            }
            pairs.push((tensor.name.clone(), analytic.parameters[tensor.range.clone()].to_vec(), numeric));
        }
        let mut named = analytic.inputs.iter();
        for (number, samples) in self.samples.iter().enumerate() {
            let Samples::Numbers(x) = samples else { continue };
            let numeric = (0..x.len()).map(|i| richardson(&mut |h| moved(&parameters, Some((number, i, h)))));
            let numeric = numeric.collect();
            let (name, ours) = named.next().unwrap();
            pairs.push((name.clone(), ours.clone(), numeric));
        }
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        let largest = pairs.iter().map(|(_, _, numeric)| norm(numeric)).fold(0.0, f64::max);
        let error = |(name, ours, numeric): (String, Vec<f64>, Vec<f64>)| {
            let off: Vec<f64> = ours.iter().zip(&numeric).map(|(a, b)| a - b).collect();
            let size = norm(&numeric).max(1e-2 * largest);
            (name, if size == 0.0 { norm(&off) } else { norm(&off) / size })
        };
        pairs.into_iter().map(error).collect()
    }
}
