//! A network of two inputs: an image of a digit, and numbers beside it. It says which of two digits is larger: one is shown,
//! the other is told.
//!
//! `cargo run --release --example two_inputs`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

fn network<F: Scalar>() -> Graph<F> {
    let mut graph = Graph::new();
    let image = graph.input("image", 784);
    let numbers = graph.input("numbers", 10);
    let seen = graph.then(image, Dense::new(32).activation(Relu));
    let told = graph.then(numbers, Dense::new(32).activation(Relu));
    let both = graph.join(Concatenate, &[seen, told]);
    let h = graph.then(both, Dense::new(32).activation(Tanh));
    graph.then(h, Dense::new(1));
    graph
}

/// Images, another digit for each as ten numbers, and whether that is less than the digit of the image.
fn larger(mnist: &Mnist, count: usize) -> Result<Dataset, pellucid::Error> {
    let all = mnist.official_split(Task::Classify)?.train;
    let data = all.subset(&(0..count as u32).collect::<Vec<_>>())?;
    let (mut pixels, mut told, mut is_larger) =
        (vec![0.0_f32; count * 784], vec![0.0_f32; count * 10], Vec::new());
    data.gather_inputs(&(0..count as u32).collect::<Vec<_>>(), &mut pixels);
    for sample in 0..count {
        let digit = Stream::new(7).child(sample as u64).index(10);
        told[sample * 10 + digit] = 1.0;
        is_larger.push(f32::from(u8::from(data.label(sample).unwrap_or(0) as usize > digit)));
    }
    let column = |width, numbers| {
        Ok::<_, pellucid::Error>(Column::numbers(Features::F32(Matrix::new(count, width, numbers)?)))
    };
    Ok(Dataset::from_columns([
        ("image", column(784, pixels)?),
        ("numbers", column(10, told)?),
        ("target", column(1, is_larger)?),
    ])?)
}

fn main() -> Result<(), pellucid::Error> {
    let mnist = Mnist::load("data/mnist")?;
    let data = larger(&mnist, 4000)?;
    let few = data.subset(&[0, 1, 2])?;
    let objective = Objective::new().with(Term::new("loss", BceWithLogits));
    for check in
        GradientCheck::of("two inputs", &Model::new(network(), 1)?, &objective, &few).sample(200).run()?
    {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let config = TrainConfig {
        epochs: 15,
        loss: BceWithLogits.into(),
        optimizer: Adam::default().into(),
        schedule: Schedule::constant(0.002),
        ..Default::default()
    };
    let (train, test) =
        (data.subset(&(0..3500).collect::<Vec<_>>())?, data.subset(&(3500..4000).collect::<Vec<_>>())?);
    let mut trainer = Trainer::new(Model::<f32>::new(network(), 1)?, config, &Pool::shared(2))?;
    trainer.fit(&train, None, &mut ())?;
    let model = trainer.model();
    let logits = predict(model, &model.architecture().whole(), &test, &Pool::shared(2))?;
    let mut wanted = vec![0.0_f32; 500];
    test.gather("target", &(0..500).collect::<Vec<_>>(), &mut wanted);
    let right =
        logits.iter().zip(&wanted).filter(|(logit, wanted)| (**logit > 0.0) == (**wanted > 0.5)).count();
    println!("right about {right} of 500 pairs that it has not seen");
    assert!(right > 400);
    Ok(())
}
