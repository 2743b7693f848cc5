//! The autoencoder in candle.

use bench_common::{Job, Outcome, Peer, RATE, WIDTHS, Weights, is_relu};
use candle_core::{Device, Tensor, Var};
use candle_nn::{Linear, Module, Optimizer, SGD, loss, ops::sigmoid};
// Named so that its feature of AVX-512 kernels counts.
use gemm as _;

struct Candle {
    job: Job,
    layers: Vec<Linear>,
    optimizer: SGD,
    images: Tensor,
}

impl Candle {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let mut h = x.clone();
        for (index, layer) in self.layers.iter().enumerate() {
            h = layer.forward(&h)?;
            if is_relu(index) {
                h = h.relu()?;
            }
        }
        if self.job == Job::Small { sigmoid(&h) } else { Ok(h) }
    }
}

impl Peer for Candle {
    fn new(job: Job, weights: Vec<Weights>, images: Vec<f32>) -> Outcome<Self> {
        let device = &Device::Cpu;
        let (mut layers, mut variables) = (vec![], vec![]);
        for Weights { inputs, outputs, values } in weights {
            // Candle's linear layer holds its weights as [outputs, inputs].
            let weight = Tensor::from_vec(values, (inputs, outputs), device)?.t()?.contiguous()?;
            let (weight, bias) =
                (Var::from_tensor(&weight)?, Var::zeros(outputs, candle_core::DType::F32, device)?);
            layers.push(Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone())));
            variables.extend([weight, bias]);
        }
        let rows = images.len() / WIDTHS[0];
        let images = Tensor::from_vec(images, (rows, WIDTHS[0]), device)?;
        Ok(Self { job, layers, optimizer: SGD::new(variables, RATE)?, images })
    }

    fn step(&mut self, rows: Vec<u32>) -> Outcome<f64> {
        let count = rows.len();
        let x = self.images.index_select(&Tensor::from_vec(rows, count, &Device::Cpu)?, 0)?;
        let y = self.forward(&x)?;
        let loss = match self.job {
            Job::Autoencoder => loss::binary_cross_entropy_with_logit(&y, &x)?,
            Job::Small => loss::mse(&y, &x)?,
        };
        self.optimizer.backward_step(&loss)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    }

    fn outputs(&self, images: Vec<f32>) -> Outcome<Vec<f32>> {
        let rows = images.len() / WIDTHS[0];
        let x = Tensor::from_vec(images, (rows, WIDTHS[0]), &Device::Cpu)?;
        Ok(self.forward(&x)?.flatten_all()?.to_vec1()?)
    }
}

fn main() -> Outcome<()> {
    bench_common::run::<Candle>("candle")
}
