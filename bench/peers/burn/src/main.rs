//! The autoencoder in burn, on its Flex backend.

use bench_common::{Job, Outcome, Peer, RATE, WIDTHS, Weights, is_relu};
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::{log_sigmoid, relu, sigmoid};
use burn::tensor::{Device, Int, Tensor, TensorData};

#[derive(Module, Debug)]
struct Autoencoder {
    layers: Vec<Linear>,
}

impl Autoencoder {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().enumerate().fold(x, |h, (index, layer)| {
            let h = layer.forward(h);
            if is_relu(index) { relu(h) } else { h }
        })
    }
}

struct Burn {
    job: Job,
    /// Taken out during an update, which burn makes by value.
    network: Option<Autoencoder>,
    optimizer: ModuleOptimizer,
    images: Tensor<2>,
    device: Device,
}

impl Burn {
    fn network(&self) -> Outcome<&Autoencoder> {
        self.network.as_ref().ok_or_else(|| "an update failed".into())
    }
}

impl Peer for Burn {
    fn new(job: Job, weights: Vec<Weights>, images: Vec<f32>) -> Outcome<Self> {
        let device = Device::flex().autodiff();
        let layer = |Weights { inputs, outputs, values }| {
            let weight = Tensor::from_data(TensorData::new(values, [inputs, outputs]), &device);
            let bias = Tensor::<1>::zeros([outputs], &device);
            Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) }
        };
        let network = Some(Autoencoder { layers: weights.into_iter().map(layer).collect() });
        let rows = images.len() / WIDTHS[0];
        let images = Tensor::from_data(TensorData::new(images, [rows, WIDTHS[0]]), &device);
        Ok(Self { job, network, optimizer: SgdConfig::new().init(), images, device })
    }

    fn step(&mut self, rows: Vec<u32>) -> Outcome<f64> {
        let count = rows.len();
        let rows: Vec<i32> = rows.into_iter().map(u32::cast_signed).collect();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &self.device);
        let x = self.images.clone().select(0, rows);
        let network = self.network.take().ok_or("an update failed")?;
        let y = network.forward(x.clone());
        let loss = match self.job {
            // As burn's own loss for whole-number targets has it.
            Job::Autoencoder => ((x.neg() + 1.0) * y.clone() - log_sigmoid(y)).mean(),
            Job::Small => (sigmoid(y) - x).powi_scalar(2).mean(),
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.optimizer.step(RATE, network, gradients));
        Ok(f64::from(loss.into_scalar::<f32>()))
    }

    fn outputs(&self, images: Vec<f32>) -> Outcome<Vec<f32>> {
        let rows = images.len() / WIDTHS[0];
        let device = Device::flex();
        let x = Tensor::from_data(TensorData::new(images, [rows, WIDTHS[0]]), &device);
        let y = self.network()?.clone().forward(x);
        let y = if self.job == Job::Small { sigmoid(y) } else { y };
        y.into_data().try_to_vec().map_err(|error| format!("{error:?}").into())
    }
}

fn main() -> Outcome<()> {
    bench_common::run::<Burn>("burn")
}
