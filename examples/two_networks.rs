//! Two networks trained in turn: a generator that imitates points of a circle, and a discriminator that tells its points from
//! real ones (a small generative adversarial network, Goodfellow et al. 2014).
//!
//! `cargo run --release --example two_networks`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

const BATCH: usize = 64;

fn generator<F: Scalar>() -> Sequential<F> {
    Sequential::new(2)
        .with(Dense::new(24).activation(Tanh))
        .with(Dense::new(24).activation(Tanh))
        .with(Dense::new(2))
}

fn discriminator<F: Scalar>() -> Sequential<F> {
    Sequential::new(2)
        .with(Dense::new(24).activation(LeakyRelu(0.2)))
        .with(Dense::new(24).activation(LeakyRelu(0.2)))
        .with(Dense::new(1))
}

fn learner(network: Sequential<f64>, seed: u64) -> Result<Learner<f64>, pellucid::Error> {
    let objective = Objective::new().with(Term::new("loss", BceWithLogits));
    let adam = Adam { beta1: 0.5, ..Default::default() };
    Learner::new(Model::new(network, seed)?, objective, Box::new(adam), &Pool::shared(1))
}

/// The generator's points for fresh noise, from its forward pass.
fn imagine(generator: &mut Learner<f64>, stream: Stream) -> Result<Vec<f64>, pellucid::Error> {
    stream.fill_normal(generator.input_mut(BATCH)?, 0.0, 1.0);
    generator.forward(Some(stream));
    Ok(generator.output().to_vec())
}

fn distance(points: &[f64]) -> f64 {
    points.chunks(2).map(|p| (p[0].hypot(p[1]) - 1.0).abs()).sum::<f64>() / (points.len() / 2) as f64
}

fn main() -> Result<(), pellucid::Error> {
    // The two as one network: the gradient that the discriminator hands back is right.
    let whole = Model::new(generator().with(Dense::new(24).activation(Tanh)).with(Dense::new(1)), 3)?;
    for check in
        GradientCheck::new("both", &whole, &BceWithLogits, &[0.3, -1.2, 0.8, 0.1], &[1.0, 1.0]).run()?
    {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let (mut g, mut d) = (learner(generator(), 1)?, learner(discriminator(), 2)?);
    let before = distance(&imagine(&mut g, Stream::new(9))?);
    for step in 0..4000 {
        let stream = Stream::new(5).child(step);
        // The discriminator learns to say 1 of real points and 0 of imagined ones.
        let mut points = imagine(&mut g, stream.child(0))?;
        let mut angles = [0.0_f64; BATCH];
        stream.child(1).fill_uniform(&mut angles, 0.0, std::f64::consts::TAU);
        points.extend(angles.iter().flat_map(|angle| [angle.cos(), angle.sin()]));
        d.input_mut(2 * BATCH)?.copy_from_slice(&points);
        d.forward(None);
        d.loss(&[[0.0; BATCH], [1.0; BATCH]].concat());
        d.backward(false);
        d.update(0.002);
        // The generator learns to be taken for real: its gradient comes back through the discriminator.
        let points = imagine(&mut g, stream.child(2))?;
        d.input_mut(BATCH)?.copy_from_slice(&points);
        d.forward(None);
        d.loss(&[1.0; BATCH]);
        d.backward(true);
        g.output_gradient_mut().copy_from_slice(d.input_gradient());
        g.backward(false);
        g.update(0.001);
    }
    let after = distance(&imagine(&mut g, Stream::new(9))?);
    println!("the points lie {before:.3} from the circle at first, {after:.3} in the end");
    assert!(after < 0.3 && after < before);
    Ok(())
}
