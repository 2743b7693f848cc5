//! Made-up numbers of support vector machines, of the size that real ones have.

use pellucid_report::{
    DiscriminativeFeature, FeatureDistribution, LatentPlane, SvmEvidence, SvmResults, SvmRun,
};

use super::normal;

pub fn svm(plane: LatentPlane) -> (SvmResults, SvmEvidence) {
    let run = |train_rows, dimensions, accuracy: f64, support_vectors, fit_seconds| SvmRun {
        train_rows,
        test_rows: 14_000,
        dimensions,
        kernel: "RBF".into(),
        c: 10.0,
        gamma: 0.012_34,
        tolerance: 1e-3,
        iterations: 20 * train_rows as u64,
        accuracy,
        macro_f1: accuracy - 0.0004,
        weighted_f1: accuracy - 0.0001,
        fit_seconds,
        predict_seconds: 1.5 * fit_seconds,
        support_vectors,
        dual_objective: 0.71 * support_vectors as f64,
        kkt_gap: 9.7e-4,
    };
    let (confusion, per_class_f1) = confusion();
    let mut normal = normal(99);
    let variances = [1.3481, 0.9712, 0.7033, 0.6541, 0.6098];
    let distributions = [17, 4, 29].into_iter().zip(variances).map(|(feature, variance)| {
        let values = std::array::from_fn(|digit| {
            let mean = variance * ((digit * feature) as f64).sin() * 1.4;
            (0..1400).map(|_| (mean + 0.6 * normal()) as f32).collect()
        });
        FeatureDistribution { feature, variance, values }
    });
    let features = [17, 4, 29, 11, 0].into_iter().zip(variances);
    let results = SvmResults {
        method: "SMO, second-order working sets, one-vs-one".into(),
        latent: run(5000, 32, 0.9513, 1421, 0.04),
        latent_all: Some(run(50_400, 32, 0.9758, 7037, 1.21)),
        latent_untrained: Some(run(5000, 32, 0.7361, 2966, 0.08)),
        raw: Some(run(3000, 784, 0.9501, 1694, 0.09)),
        latent_linear: Some(SvmRun {
            kernel: "linear".into(),
            gamma: 0.0,
            ..run(5000, 32, 0.8872, 1502, 0.14)
        }),
        confusion,
        per_class_f1,
        discriminative_features: features
            .map(|(feature, variance)| DiscriminativeFeature { feature, variance })
            .collect(),
    };
    (results, SvmEvidence { plane, distributions: distributions.collect() })
}

/// Confusions of 4 with 9, 3 with 5 and so on, and the F1 that follows from them.
fn confusion() -> ([[u64; 10]; 10], [f64; 10]) {
    let mut counts = [[0_u64; 10]; 10];
    for (digit, row) in counts.iter_mut().enumerate() {
        for (other, n) in row.iter_mut().enumerate() {
            *n = ((digit * 7 + other * 3) % 11 / 4) as u64;
        }
        row[digit] = 1330 + (digit as u64 * 37) % 60;
    }
    for (a, b, n) in [(4, 9, 41), (9, 4, 37), (3, 5, 25), (5, 3, 22), (7, 9, 24), (8, 3, 19), (2, 7, 11)] {
        counts[a][b] = n;
    }
    let f1 = std::array::from_fn(|digit| {
        let found: u64 = counts.iter().map(|row| row[digit]).sum();
        2.0 * counts[digit][digit] as f64 / (found + counts[digit].iter().sum::<u64>()) as f64
    });
    (counts, f1)
}
