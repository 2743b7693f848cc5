//! A run that never happened: an XOR network trained for a while by plain loops, and made-up numbers for the rest.

#![allow(dead_code)] // each test uses a part of it

mod svm;

use pellucid_report::{
    ActivationCheck, AutoencoderEvidence, AutoencoderResults, DigitPair, Evidence, GradcheckResults,
    GradientCheck, Hyperparameters, LatentPlane, LatentPoint, LossCheck, Matrix, Network, NetworkLayer,
    Performance, Results, Role, SplitSizes, Surface, XorEvidence, XorResults, XorStep,
};

/// Results and evidence of all parts; `digits` are images to show instead of made-up ones.
pub fn sample(digits: Option<Vec<DigitPair>>) -> (Results, Evidence) {
    let (xor, xor_evidence) = xor();
    let (autoencoder, autoencoder_evidence) = autoencoder(digits);
    let (svm, svm_evidence) = svm::svm(autoencoder_evidence.latent.clone());
    let results = Results {
        version: "0.0.0-sample".into(),
        preset: "quick".into(),
        seed: 42,
        threads: 2,
        cpu: "Sample CPU @ 2.00GHz".into(),
        command: "pellucid reproduce --preset quick --seed 42".into(),
        system: "linux x86_64".into(),
        date: Some("2026-11-22T17:30:00Z".into()),
        seconds: 58.2,
        gradcheck: Some(gradcheck()),
        xor: Some(xor),
        autoencoder: Some(autoencoder),
        svm: Some(svm),
        performance: Some(comparison()),
    };
    let evidence = Evidence {
        xor: Some(xor_evidence),
        autoencoder: Some(autoencoder_evidence),
        svm: Some(svm_evidence),
    };
    (results, evidence)
}

/// A comparison of made-up numbers; nothing in it was measured.
pub fn comparison() -> Performance {
    Performance::read(&comparison_file()).unwrap()
}

pub fn comparison_file() -> std::path::PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/made-up-comparison.json").into()
}

/// The text without the data of its images, in which any word may turn up by chance.
pub fn without_images(text: &str) -> String {
    let mut parts = text.split("data:image/png;base64,");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
}

fn gradcheck() -> GradcheckResults {
    let check = |component: &str, parameter: &str, norm: f64, relative_error: f64| GradientCheck {
        component: component.into(),
        parameter: parameter.into(),
        analytic_norm: norm,
        numeric_norm: norm * (1.0 + relative_error),
        relative_error,
    };
    let activation = |name: &str, forward_error, backward_error| ActivationCheck {
        activation: name.into(),
        forward_error,
        backward_error,
    };
    GradcheckResults {
        max_relative_error: 3.2e-9,
        step: 6.055e-6,
        tolerance: 1e-7,
        checks: vec![
            check("Dense 3-2", "weight", 1.402_113, 2.1e-11),
            check("Dense 3-2", "bias", 0.913_004, 1.3e-11),
            check("Dense 3-2", "input", 2.113_8, 4.4e-11),
            check("ReLU", "input", 1.7, 8.0e-12),
            check("XOR model", "all", 0.03, 3.2e-9),
        ],
        activations: vec![
            activation("ReLU", 0.0, 8e-12),
            activation("Sigmoid", 1.1e-16, 3e-11),
            activation("Tanh", 2.2e-16, 5e-11),
            activation("LeakyReLU", 0.0, 9e-12),
        ],
        mse: Some(LossCheck {
            value: 0.734_211,
            computed_norm: 0.699_62,
            expected_norm: 0.699_62,
            max_absolute_difference: 1.4e-17,
        }),
    }
}

/// The numbers of one step: plain loops over `[sample][unit]`.
fn step(w1: &[[f64; 4]; 2], b1: &[f64; 4], w2: &[f64; 4], b2: f64, rate: f64) -> XorStep {
    let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let t = [0.0, 1.0, 1.0, 0.0];
    let (mut z1, mut a1, mut z2, mut y) = ([[0.0; 4]; 4], [[0.0; 4]; 4], [0.0; 4], [0.0_f64; 4]);
    let (mut dy, mut dz2, mut da1, mut dz1) = ([0.0; 4], [0.0; 4], [[0.0; 4]; 4], [[0.0; 4]; 4]);
    let (mut dw1, mut db1, mut dw2, mut db2) = ([[0.0; 4]; 2], [0.0; 4], [0.0; 4], 0.0);
    for n in 0..4 {
        for h in 0..4 {
            z1[n][h] = x[n][0] * w1[0][h] + x[n][1] * w1[1][h] + b1[h];
            a1[n][h] = f64::tanh(z1[n][h]);
        }
        z2[n] = (0..4).map(|h| a1[n][h] * w2[h]).sum::<f64>() + b2;
        y[n] = 1.0 / (1.0 + f64::exp(-z2[n]));
        dy[n] = (y[n] - t[n]) / 2.0;
        dz2[n] = dy[n] * y[n] * (1.0 - y[n]);
        db2 += dz2[n];
        for h in 0..4 {
            dw2[h] += a1[n][h] * dz2[n];
            da1[n][h] = dz2[n] * w2[h];
            dz1[n][h] = da1[n][h] * (1.0 - a1[n][h] * a1[n][h]);
            db1[h] += dz1[n][h];
            dw1[0][h] += x[n][0] * dz1[n][h];
            dw1[1][h] += x[n][1] * dz1[n][h];
        }
    }
    let column = |values: [f64; 4]| Matrix::new(4, 1, values);
    let square = |values: [[f64; 4]; 4]| Matrix::new(4, 4, values.concat());
    let less = |p: f64, g: f64| p - rate * g;
    XorStep {
        x: Matrix::new(4, 2, x.concat()),
        t: column(t),
        w1: Matrix::new(2, 4, w1.concat()),
        b1: Matrix::new(1, 4, *b1),
        z1: square(z1),
        a1: square(a1),
        w2: column(*w2),
        b2: Matrix::new(1, 1, [b2]),
        z2: column(z2),
        y: column(y),
        loss: (0..4).map(|n| (y[n] - t[n]).powi(2)).sum::<f64>() / 4.0,
        dy: column(dy),
        dz2: column(dz2),
        dw2: column(dw2),
        db2: Matrix::new(1, 1, [db2]),
        da1: square(da1),
        dz1: square(dz1),
        dw1: Matrix::new(2, 4, dw1.concat()),
        db1: Matrix::new(1, 4, db1),
        new_w1: Matrix::new(2, 4, w1.concat().into_iter().zip(dw1.concat()).map(|(p, g)| less(p, g))),
        new_b1: Matrix::new(1, 4, b1.iter().zip(db1).map(|(&p, g)| less(p, g))),
        new_w2: Matrix::new(4, 1, w2.iter().zip(dw2).map(|(&p, g)| less(p, g))),
        new_b2: Matrix::new(1, 1, [less(b2, db2)]),
        learning_rate: rate,
    }
}

fn xor() -> (XorResults, XorEvidence) {
    let mut w1 = [[0.81, -0.44, 0.37, -0.62], [-0.35, 0.93, 0.58, -0.21]];
    let (mut b1, mut w2, mut b2) = ([0.0; 4], [0.71, 0.42, -0.55, 0.18], 0.0);
    let first = step(&w1, &b1, &w2, b2, 0.5);
    let mut loss = Vec::new();
    let mut y = [0.0; 4];
    for _ in 0..5000 {
        let now = step(&w1, &b1, &w2, b2, 0.5);
        loss.push(now.loss);
        for h in 0..4 {
            w1[0][h] = now.new_w1.at(0, h);
            w1[1][h] = now.new_w1.at(1, h);
            b1[h] = now.new_b1.at(0, h);
            w2[h] = now.new_w2.at(h, 0);
        }
        b2 = now.new_b2.at(0, 0);
        y.copy_from_slice(&now.y.values);
    }
    let output = |[p, q]: [f64; 2]| {
        let hidden = |h: usize| f64::tanh(p * w1[0][h] + q * w1[1][h] + b1[h]);
        1.0 / (1.0 + f64::exp(-(0..4).map(|h| hidden(h) * w2[h]).sum::<f64>() - b2))
    };
    let surface = Surface {
        low: -0.5,
        high: 1.5,
        side: 101,
        values: Surface::points(-0.5, 1.5, 101).into_iter().map(output).collect(),
    };
    let results = XorResults {
        initial_loss: loss[0],
        final_loss: loss[4999],
        accuracy: 1.0,
        predictions: y,
        seconds: 0.0063,
        hyperparameters: Hyperparameters {
            architecture: "2-4-1".into(),
            parameters: 17,
            learning_rate: 0.5,
            epochs: 5000,
            batch_size: 4,
            loss: "MSE".into(),
            optimizer: "SGD".into(),
            schedule: "constant".into(),
            initialization: "Xavier normal".into(),
            precision: "f32".into(),
        },
    };
    let network = network(&[("Input", 2, None), ("Hidden", 4, Some("tanh")), ("Output", 1, Some("sigmoid"))]);
    (results, XorEvidence { network, loss, surface, step: Some(first) })
}

fn network(layers: &[(&str, usize, Option<&str>)]) -> Network {
    let role = |name: &str| match name {
        "Input" => Role::Input,
        "Latent" => Role::Latent,
        "Output" => Role::Output,
        _ => Role::Hidden,
    };
    let layer = |&(name, width, activation): &(&str, usize, Option<&str>)| NetworkLayer {
        name: name.into(),
        width,
        activation: activation.map(Into::into),
        role: role(name),
    };
    Network { layers: layers.iter().map(layer).collect(), edges: Vec::new() }
}

fn autoencoder(digits: Option<Vec<DigitPair>>) -> (AutoencoderResults, AutoencoderEvidence) {
    let mut normal = normal(12_345);
    let epochs = 30;
    let decay = |from: f64, to: f64, e: usize| to + (from - to) * (-(e as f64) / 5.0).exp();
    let errors: Vec<f32> = (0..14_000).map(|_| (0.006 * (0.5 * normal()).exp()) as f32).collect();
    let centre = |digit: f64| (4.0 * (digit * 0.9).cos(), 2.5 * (digit * 1.7).sin());
    let points = (0..14_000)
        .map(|i| {
            let label = (i % 10) as u8;
            let (x, y) = centre(f64::from(label));
            LatentPoint { x: x + 1.1 * normal(), y: y + 0.9 * normal(), label }
        })
        .collect();
    let results = AutoencoderResults {
        epochs,
        train_loss: (0..epochs).map(|e| decay(0.19, 0.0815, e)).collect(),
        validation_loss: (0..epochs).map(|e| decay(0.16, 0.0822, e)).collect(),
        validation_mse: (0..epochs).map(|e| decay(0.022, 0.0069, e)).collect(),
        learning_rate: (0..epochs).map(|e| 0.001 * (1.0 + (e as f64 / 9.6).cos())).collect(),
        initial_train_loss: None,
        best_epoch: None,
        test_bce: 0.0823,
        test_mse: 0.006_86,
        test_mae: 0.0262,
        mean_sample_mse: 0.006_86,
        std_sample_mse: 0.0041,
        range_preservation: 0.999_98,
        logits_min: -88.4,
        logits_max: 31.2,
        seconds: 14.2,
        seconds_per_epoch: 0.47,
        samples_per_second: 107_234.0,
        peak_rss_mb: Some(148.0),
        checkpoint: Some("autoencoder.safetensors".into()),
        hyperparameters: Hyperparameters {
            architecture: "784-256-128-64-32-64-128-256-784".into(),
            parameters: 489_136,
            learning_rate: 0.002,
            epochs,
            batch_size: 256,
            loss: "BCE with logits".into(),
            optimizer: "Adam".into(),
            schedule: "cosine".into(),
            initialization: "He normal; last layer Xavier normal".into(),
            precision: "f32".into(),
        },
        split: SplitSizes { kind: "stratified".into(), train: 50_400, validation: 5_600, test: 14_000 },
    };
    let relu = Some("ReLU");
    let layers = [
        ("Input", 784, None),
        ("Hidden", 256, relu),
        ("Hidden", 128, relu),
        ("Hidden", 64, relu),
        ("Latent", 32, None),
        ("Hidden", 64, relu),
        ("Hidden", 128, relu),
        ("Hidden", 256, relu),
        ("Output", 784, None),
    ];
    let evidence = AutoencoderEvidence {
        network: network(&layers),
        digits: digits.unwrap_or_else(|| (0..10).map(ring).collect()),
        sample_errors: errors,
        latent: LatentPlane { points, explained: [0.2831, 0.1422], dimensions: 32 },
    };
    (results, evidence)
}

/// Numbers that are nearly normal, from a linear congruential generator.
fn normal(mut state: u64) -> impl FnMut() -> f64 {
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0
}

/// A ring of ink, and a paler one.
fn ring(label: u8) -> DigitPair {
    let pixel = |i: usize| {
        let (x, y) = ((i % 28) as f32 - 13.5, (i / 28) as f32 - 13.5);
        (1.0 - ((x * x + y * y).sqrt() - 4.0 - f32::from(label) / 2.0).abs() / 2.0).clamp(0.0, 1.0)
    };
    let original: Vec<f32> = (0..784).map(pixel).collect();
    let reconstruction =
        original.iter().enumerate().map(|(i, v)| 0.85 * v + if i % 5 == 0 { 0.06 } else { 0.0 }).collect();
    DigitPair { label, original, reconstruction }
}
