//! Parameter groups: a step of each against its formula, and tensors that stay as they are.

use std::sync::Arc;

use pellucid_nn::*;

use crate::two_terms::{assert_close, data, model, terms};

const ETA: f64 = 0.1;
const DECAY: f64 = 0.02;

fn optimizers() -> [OptimizerConfig; 3] {
    [
        Sgd { weight_decay: DECAY, ..Default::default() }.into(),
        Adam { weight_decay: DECAY, ..Default::default() }.into(),
        AdamW { weight_decay: DECAY, ..Default::default() }.into(),
    ]
}

/// The first step of a parameter: moments that begin with 0 make of a gradient g its sign.
fn stepped(optimizer: &OptimizerConfig, theta: f64, g: f64, rate: f64, decay: f64) -> f64 {
    let sign = |g: f64| g / ((g * g).sqrt() + 1e-8);
    match optimizer {
        OptimizerConfig::Sgd(_) => theta - rate * (g + decay * theta),
        OptimizerConfig::Adam(_) => theta - rate * sign(g + decay * theta),
        OptimizerConfig::AdamW(_) => theta - rate * decay * theta - rate * sign(g),
        OptimizerConfig::RmsProp(_) => panic!("none of the optimisers here"),
    }
}

fn trainer(config: TrainConfig) -> Trainer<f64> {
    let config = TrainConfig { batch_size: 12, terms: terms(), schedule: Schedule::constant(ETA), ..config };
    Trainer::new(model(), config, &Arc::default()).unwrap()
}

/// A group with its own rate and decay, one with its own decay, one that is frozen. The bias of the first layer is in the
/// first group, which names it first.
fn groups() -> Vec<ParameterGroup> {
    vec![
        ParameterGroup { rate: 0.25, weight_decay: Some(0.5), ..ParameterGroup::new("dense1.*") },
        ParameterGroup { weight_decay: Some(0.3), ..ParameterGroup::new("*.bias") },
        ParameterGroup { frozen: true, ..ParameterGroup::new("val*.weight") },
    ]
}

#[test]
fn a_step_of_every_group_and_mode_of_decay_is_the_formula() {
    let mut plain = trainer(TrainConfig::default());
    let (data, all) = (data(12), (0..12).collect::<Vec<u32>>());
    plain.step(&data, &all, 1);
    let (gradient, before) = (plain.gradients(), model());
    for optimizer in optimizers() {
        for mode in [DecayOf::Auto, DecayOf::All, DecayOf::Weights] {
            for groups in [Vec::new(), groups()] {
                let grouped = !groups.is_empty();
                let config = TrainConfig { optimizer, decay: mode, groups, ..Default::default() };
                let mut trainer = trainer(config);
                trainer.step(&data, &all, 1);
                for tensor in &before.plan().tensors {
                    let of_mode = match mode {
                        DecayOf::Auto => {
                            matches!(optimizer, OptimizerConfig::Sgd(_) | OptimizerConfig::Adam(_))
                        }
                        DecayOf::All => true,
                        DecayOf::Weights => false,
                    };
                    let default = if of_mode || tensor.name.ends_with("weight") { DECAY } else { 0.0 };
                    let (rate, decay) = match &*tensor.name {
                        "values.weight" if grouped => (0.0, 0.0),
                        "dense1.weight" | "dense1.bias" if grouped => (0.25 * ETA, 0.5),
                        "values.bias" | "logits.bias" if grouped => (ETA, 0.3),
                        _ => (ETA, default),
                    };
                    let range = tensor.range.clone();
                    let numbers = before.parameters()[range.clone()].iter().zip(&gradient[range.clone()]);
                    let expected: Vec<f64> =
                        numbers.map(|(&theta, &g)| stepped(&optimizer, theta, g, rate, decay)).collect();
                    let what = format!("{} of {optimizer:?}, {mode:?}", tensor.name);
                    assert_close(&trainer.model().parameters()[range], &expected, 1e-15, &what);
                }
            }
        }
    }
}

#[test]
fn frozen_tensors_keep_their_bits_and_count_for_nothing_in_clipping() {
    for optimizer in optimizers() {
        let config = TrainConfig {
            epochs: 5,
            optimizer,
            groups: groups(),
            decay: DecayOf::All,
            clip_norm: Some(0.1),
            ..Default::default()
        };
        let (before, mut trainer) = (model(), trainer(config));
        trainer.fit(&data(30), None, &mut ()).unwrap();
        for tensor in &before.plan().tensors {
            let range = tensor.range.clone();
            let (old, new) = (&before.parameters()[range.clone()], &trainer.model().parameters()[range]);
            if tensor.name == "values.weight" {
                assert!(old.iter().zip(new).all(|(old, new)| old.to_bits() == new.to_bits()));
            } else {
                assert!(old.iter().zip(new).all(|(old, new)| old != new), "{}", tensor.name);
            }
        }
    }

    // A step of plain SGD with rate 1 is as long as the limit.
    let groups = vec![ParameterGroup { frozen: true, ..ParameterGroup::new("*.weight") }];
    let (limit, data) = (1e-3, data(12));
    let config = TrainConfig { groups, clip_norm: Some(limit), ..Default::default() };
    let (before, mut trainer) = (model(), trainer(config));
    trainer.step(&data, &(0..12).collect::<Vec<u32>>(), 1);
    let moved = before.parameters().iter().zip(trainer.model().parameters());
    let length = moved.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    assert!((length / (ETA * limit) - 1.0).abs() < 1e-12, "{length}");
}

#[test]
fn the_penalty_is_that_of_the_groups() {
    for optimizer in optimizers().into_iter().take(2) {
        let config = TrainConfig { optimizer, groups: groups(), ..Default::default() };
        let mut trainer = trainer(config);
        trainer.fit(&data(12), None, &mut ()).unwrap();
        let model = trainer.model();
        let square = |name: &str| model.parameter(name).unwrap().data.iter().map(|x| x * x).sum::<f64>();
        let penalty = 0.25 * (square("dense1.weight") + square("dense1.bias"))
            + 0.15 * (square("values.bias") + square("logits.bias"))
            + 0.5 * DECAY * square("logits.weight");
        let record = &trainer.history().epochs[0];
        assert!((record.regularised_loss.unwrap() - record.train_loss - penalty).abs() < 1e-14);
    }
}

#[test]
fn groups_that_are_none_are_refused() {
    let refused = |group: ParameterGroup| {
        let config = TrainConfig { groups: vec![group], ..Default::default() };
        Trainer::new(model(), config, &Arc::default()).unwrap_err().to_string()
    };
    let known = "dense1.weight, dense1.bias, values.weight, values.bias, logits.weight, logits.bias";
    assert_eq!(
        refused(ParameterGroup::new("dense2.*")),
        format!("group \"dense2.*\": expected the name of one of {known}")
    );
    let all = || ParameterGroup::new("*");
    assert_eq!(refused(ParameterGroup { rate: -1.0, ..all() }), "group \"*\": rate = -1: expected 0 or more");
    assert_eq!(
        refused(ParameterGroup { weight_decay: Some(f64::NAN), ..all() }),
        "group \"*\": weight_decay = NaN: expected 0 or more"
    );
}
