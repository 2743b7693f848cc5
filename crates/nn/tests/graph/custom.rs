//! Layers of the tests' own: one with state, and one that draws random numbers and leaves marks.

use pellucid_nn::*;

/// Batch normalisation without scale and shift, but with a factor g: y = g (x - m) / sqrt(v + e), with mean and variance of
/// the batch in training and the running ones in evaluation.
///
/// With z = (x - m) / s and s = sqrt(v + e): dL/dg = sum dy z and, in training,
/// dx = g / s (dy - mean(dy) - z mean(dy z)).
#[derive(Debug)]
pub struct Normalize;

const EPSILON: f64 = 0.1;

/// Mean and variance of each column.
fn moments<F: Scalar>(x: &[F], mean: &mut [F], variance: &mut [F]) {
    let (width, rows) = (mean.len(), F::from_f64((x.len() / mean.len()) as f64));
    mean.fill(F::ZERO);
    variance.fill(F::ZERO);
    for x in x.chunks_exact(width) {
        for (mean, &x) in mean.iter_mut().zip(x) {
            *mean += x / rows;
        }
    }
    for x in x.chunks_exact(width) {
        for ((variance, &mean), &x) in variance.iter_mut().zip(&*mean).zip(x) {
            *variance += (x - mean) * (x - mean) / rows;
        }
    }
}

impl<F: Scalar> Layer<F> for Normalize {
    fn kind(&self) -> &'static str {
        "normalize"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({"kind": "normalize"})
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        let columns = || input.clone();
        Ok(Need {
            parameters: vec![TensorSpec::new("factor", columns()).without_decay()],
            state: vec![
                TensorSpec::new("mean", columns()),
                TensorSpec::new("variance", columns()).starting_at(1.0),
            ],
            saved: vec![
                TensorSpec::new("mean", columns()),
                TensorSpec::new("variance", columns()),
                TensorSpec::per_sample("normal", columns()),
            ],
            scratch: 2 * input.len(),
            backward_scratch: 2 * input.len(),
            ..Need::output(columns(), 0)
        })
    }
    fn init(&self, parameters: TensorsMut<'_, F>, _input: &Shape, _stream: Stream) {
        let [factor] = parameters.get();
        factor.fill(F::ONE);
    }
    fn forward(&self, io: Forward<'_, F>) {
        let width = io.input.len();
        let ([factor], epsilon) = (io.parameters.get(), F::from_f64(EPSILON));
        let (mean, variance) = io.scratch.split_at_mut(width);
        if io.mode == Mode::Evaluate {
            let [of_mean, of_variance] = io.state.get();
            mean.copy_from_slice(of_mean);
            variance.copy_from_slice(of_variance);
        } else {
            moments(io.x, mean, variance);
        }
        for (y, x) in io.y.chunks_exact_mut(width).zip(io.x.chunks_exact(width)) {
            for i in 0..width {
                y[i] = factor[i] * (x[i] - mean[i]) / (variance[i] + epsilon).sqrt();
            }
        }
        if let Some(saved) = io.saved {
            let [of_mean, of_variance, normal] = saved.get();
            of_mean.copy_from_slice(mean);
            of_variance.copy_from_slice(variance);
            for (z, x) in normal.chunks_exact_mut(width).zip(io.x.chunks_exact(width)) {
                for i in 0..width {
                    z[i] = (x[i] - mean[i]) / (variance[i] + epsilon).sqrt();
                }
            }
        }
    }
    fn backward(&self, io: Backward<'_, F>) {
        let (width, rows) = (io.input.len(), F::from_f64(io.batch as f64));
        let ([factor], [dfactor]) = (io.parameters.get(), io.dparameters.get());
        let [_, variance, normal] = io.saved.get();
        let (dy_mean, dyz_mean) = io.scratch.split_at_mut(width);
        dy_mean.fill(F::ZERO);
        dfactor.fill(F::ZERO);
        for (dy, z) in io.dy.chunks_exact(width).zip(normal.chunks_exact(width)) {
            for i in 0..width {
                dy_mean[i] += dy[i] / rows;
                dfactor[i] += dy[i] * z[i];
            }
        }
        for i in 0..width {
            dyz_mean[i] = dfactor[i] / rows;
        }
        if io.mode == Mode::Evaluate {
            dy_mean.fill(F::ZERO);
            dyz_mean.fill(F::ZERO);
        }
        if let Some(dx) = io.dx {
            let rows = dx.chunks_exact_mut(width).zip(io.dy.chunks_exact(width));
            for ((dx, dy), z) in rows.zip(normal.chunks_exact(width)) {
                for i in 0..width {
                    let slope = factor[i] / (variance[i] + F::from_f64(EPSILON)).sqrt();
                    dx[i] = slope * (dy[i] - dy_mean[i] - z[i] * dyz_mean[i]);
                }
            }
        }
    }
    fn remember(&self, io: Remember<'_, F>) {
        let ([mean, variance, _], [running_mean, running_variance]) = (io.saved.get(), io.state.get());
        for (running, new) in [(running_mean, mean), (running_variance, variance)] {
            for (running, &new) in running.iter_mut().zip(new) {
                *running = F::from_f64(0.9) * *running + F::from_f64(0.1) * new;
            }
        }
    }
}

/// Dropout of half of the elements: y = 2 x where a bit drawn for the element is set, else 0. The bits are marks.
#[derive(Debug)]
pub struct Halve;

impl<F: Scalar> Layer<F> for Halve {
    fn kind(&self) -> &'static str {
        "halve"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({"kind": "halve"})
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        Ok(Need { marks: input.len(), ..Need::output(input.clone(), input.len() as u64) })
    }
    fn forward(&self, io: Forward<'_, F>) {
        let kept = |i: usize| match io.mode.stream() {
            Some(stream) => 2 * u8::from(stream.child(i as u64).index(2) == 0),
            None => 1,
        };
        for (i, (y, &x)) in io.y.iter_mut().zip(io.x).enumerate() {
            *y = F::from_f64(f64::from(kept(i))) * x;
        }
        if let Some(marks) = io.marks {
            marks.iter_mut().enumerate().for_each(|(i, mark)| *mark = kept(i));
        }
    }
    fn backward(&self, io: Backward<'_, F>) {
        assert_eq!(io.marks.len(), io.batch * io.input.len());
        if let Some(dx) = io.dx {
            for ((dx, &dy), &mark) in dx.iter_mut().zip(io.dy).zip(io.marks) {
                *dx = F::from_f64(f64::from(mark)) * dy;
            }
        }
    }
}
