//! What every loss keeps: weights of samples, class indices, threads, files.

use pellucid_nn::*;

fn normal(len: usize, seed: u64) -> Vec<f32> {
    let mut x = vec![0.0; len];
    Stream::new(seed).fill_normal(&mut x, 0.0, 2.0);
    x
}

/// Targets for which a loss is defined: numbers, and class indices where it takes them.
fn targets(loss: &dyn Loss<f32>, batch: usize, width: usize) -> (Vec<f32>, Option<Vec<u32>>) {
    let (least, most) = (loss.targets().start().max(-3.0), loss.targets().end().min(3.0));
    let mut values = vec![0.0; batch * width];
    Stream::new(8).fill_uniform(&mut values, least, most);
    let classes = (0..batch).map(|i| (i * 7 % width) as u32).collect();
    (values, loss.accepts(TargetKind::Classes).then_some(classes))
}

/// The loss, its gradient and the sums of the rows.
fn evaluate(
    loss: &dyn Loss<f32>,
    threads: usize,
    prediction: &[f32],
    target: Target<'_, f32>,
    weights: Option<&[f32]>,
    batch: usize,
) -> (f64, Vec<f32>, Vec<f64>) {
    let (mut gradient, mut sums) = (vec![f32::NAN; prediction.len()], vec![f64::NAN; batch]);
    let (pool, factor) = (Pool::new(threads), 1.0);
    let batch = LossBatch { prediction, target, weights, factor, gradient: &mut gradient, sums: &mut sums };
    let value = loss_and_gradient(loss, &pool, batch);
    (value, gradient, sums)
}

/// Every built-in loss with every target it takes.
fn each(batch: usize, width: usize, mut visit: impl FnMut(&dyn Loss<f32>, &[f32], Target<'_, f32>)) {
    for example in LossConfig::examples() {
        let loss = example.config.build::<f32>();
        let (prediction, (values, classes)) = (normal(batch * width, 3), targets(&*loss, batch, width));
        if loss.accepts(TargetKind::Values) {
            visit(&*loss, &prediction, Target::Values(&values));
        }
        if let Some(classes) = classes {
            visit(&*loss, &prediction, Target::Classes(&classes));
        }
        if loss.accepts(TargetKind::None) {
            visit(&*loss, &prediction, Target::None);
        }
    }
}

fn row(target: Target<'_, f32>, i: usize, width: usize) -> Target<'_, f32> {
    match target {
        Target::Values(values) => Target::Values(&values[i * width..][..width]),
        Target::Classes(classes) => Target::Classes(&classes[i..=i]),
        Target::None => Target::None,
    }
}

#[test]
fn weights_of_one_are_no_weights_to_the_bit() {
    each(7, 19, |loss, prediction, target| {
        let plain = evaluate(loss, 1, prediction, target, None, 7);
        assert_eq!(evaluate(loss, 1, prediction, target, Some(&[1.0; 7]), 7), plain, "{loss:?}");
    });
}

#[test]
fn a_weighted_loss_is_the_weighted_mean_of_its_rows() {
    let (batch, width) = (5, 11);
    let weights = [0.5, 0.0, 3.0, 1.0, 0.25];
    each(batch, width, |loss, prediction, target| {
        let (value, gradient, _) = evaluate(loss, 1, prediction, target, Some(&weights), batch);
        let total = total_weight(Some(&weights), batch);
        let mut expected = 0.0;
        for (i, weight) in weights.iter().enumerate() {
            let prediction = &prediction[i * width..][..width];
            let (row, slope, _) = evaluate(loss, 1, prediction, row(target, i, width), None, 1);
            expected += f64::from(*weight) * row / total;
            for (found, slope) in gradient[i * width..].iter().zip(slope) {
                let expected = f64::from(*weight) * f64::from(slope) / total;
                assert!((f64::from(*found) - expected).abs() <= 1e-6 * expected.abs(), "{loss:?}");
            }
        }
        assert!((value / expected - 1.0).abs() < 1e-12, "{loss:?}: {value} {expected}");
    });
}

/// Padding: what such a sample predicts does not matter.
#[test]
fn samples_of_weight_zero_count_for_nothing() {
    each(3, 4, |loss, prediction, target| {
        let mut prediction = prediction.to_vec();
        prediction[4..8].copy_from_slice(&[f32::NAN, f32::INFINITY, 0.0, -1.0]);
        let (value, gradient, _) = evaluate(loss, 1, &prediction, target, Some(&[1.0, 0.0, 1.0]), 3);
        assert!(value.is_finite() && gradient.iter().all(|g| g.is_finite()), "{loss:?}");
        assert_eq!(gradient[4..8], [0.0; 4]);
        let (value, gradient, _) = evaluate(loss, 1, &prediction, target, Some(&[0.0; 3]), 3);
        assert_eq!((value, gradient), (0.0, vec![0.0; 12]), "{loss:?}");
    });
}

#[test]
fn a_factor_scales_the_gradient_and_not_the_loss() {
    each(4, 6, |loss, prediction, target| {
        let (plain, slopes, _) = evaluate(loss, 1, prediction, target, None, 4);
        for weights in [None, Some(&[1.0_f32; 4][..])] {
            let (mut gradient, mut sums) = (vec![0.0; 24], vec![0.0; 4]);
            let (factor, gradient, sums) = (0.25, &mut gradient, &mut sums);
            let batch = LossBatch { prediction, target, weights, factor, gradient, sums };
            assert_eq!(loss_and_gradient(loss, &Pool::single(), batch), plain);
            assert!(gradient.iter().zip(&slopes).all(|(g, s)| (g - 0.25 * s).abs() <= 1e-6 * s.abs()));
        }
    });
}

#[test]
fn class_indices_are_one_hot_rows_to_the_bit() {
    let (batch, width) = (40, 13);
    let loss = CrossEntropyWithLogits;
    let mut prediction = normal(batch * width, 4);
    // Ties, sure predictions, right ones and wrong ones.
    prediction[..width].fill(1.5);
    prediction[width..2 * width].fill(-90.0);
    for (i, far) in [30.0, -30.0, 60.0, 120.0].into_iter().enumerate() {
        prediction[(i + 1) * width + i] = far;
        prediction[(i + 5) * width] = far;
    }
    for shift in 0..width {
        let classes: Vec<u32> = (0..batch).map(|i| ((i + shift) % width) as u32).collect();
        let mut one_hot = vec![0.0; batch * width];
        for (row, &class) in one_hot.chunks_mut(width).zip(&classes) {
            row[class as usize] = 1.0;
        }
        let bits = |target| {
            let (value, gradient, sums) = evaluate(&loss, 1, &prediction, target, None, batch);
            let gradient: Vec<u32> = gradient.into_iter().map(f32::to_bits).collect();
            (value.to_bits(), gradient, sums.into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        assert!(bits(Target::Classes(&classes)) == bits(Target::Values(&one_hot)), "shift {shift}");
    }
}

/// Batches of 300 x 50 elements are shared among the threads.
#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let weights = normal(300, 5).into_iter().map(f32::abs).collect::<Vec<_>>();
    each(300, 50, |loss, prediction, target| {
        for weights in [None, Some(&*weights)] {
            let one = evaluate(loss, 1, prediction, target, weights, 300);
            for threads in 2..=4 {
                assert!(evaluate(loss, threads, prediction, target, weights, 300) == one, "{loss:?}");
            }
        }
    });
}

#[test]
#[should_panic(expected = "the mean squared error takes other targets than class indices as targets")]
fn a_loss_refuses_targets_that_it_does_not_take() {
    evaluate(&Mse, 1, &[0.0; 2], Target::Classes(&[0, 0]), None, 2);
}

/// As in the files of version 0.1.
#[test]
fn losses_are_written_as_they_always_were() {
    for (config, text) in [
        (LossConfig::Mse, r#"{"kind":"mse"}"#),
        (LossConfig::BceWithLogits, r#"{"kind":"bce_with_logits"}"#),
        (LossConfig::CrossEntropyWithLogits, r#"{"kind":"cross_entropy_with_logits"}"#),
        (Huber { delta: 0.5 }.into(), r#"{"kind":"huber","delta":0.5}"#),
    ] {
        assert_eq!(serde_json::to_string(&config).unwrap(), text);
        assert_eq!(serde_json::from_str::<LossConfig>(text).unwrap(), config);
    }
    for (text, expected) in [
        (r#"{"kind":"huber"}"#, "missing field `delta`"),
        (r#"{"kind":"huber","delta":1,"rate":1}"#, "unknown field `rate`"),
        (r#"{"kind":"hubert"}"#, "unknown variant `hubert`"),
    ] {
        let message = serde_json::from_str::<LossConfig>(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}
