//! Learns exclusive or with a 2-4-1 network and prints what it makes of the four points.
//!
//! `cargo run --release --example xor`

use pellucid::prelude::*;

fn main() -> Result<(), pellucid::Error> {
    let points = [0., 0., 0., 1., 1., 0., 1., 1.];
    let x = Features::F32(Matrix::new(4, 2, points.to_vec())?);
    let t = Features::F32(Matrix::new(4, 1, vec![0., 1., 1., 0.])?);
    let data = Dataset::new(x, Targets::Values(t))?;

    let network = Sequential::<f32>::new(2)
        .with(Dense::new(4).activation(Tanh))
        .with(Dense::new(1).activation(Sigmoid));
    let config =
        TrainConfig { epochs: 5000, batch_size: 4, schedule: Schedule::constant(0.5), ..Default::default() };
    let mut trainer = Trainer::new(Model::new(network, 42)?, config, &Pool::shared(1))?;

    let start = std::time::Instant::now();
    trainer.fit(&data, None, &mut ())?;
    println!(
        "5,000 epochs in {:.2} ms, loss {:.6}",
        start.elapsed().as_secs_f64() * 1e3,
        trainer.evaluate(&data)?
    );
    for (point, y) in points.chunks(2).zip(trainer.model().predict(&points)?) {
        println!("{} xor {} = {y:.4}", point[0], point[1]);
    }
    Ok(())
}
