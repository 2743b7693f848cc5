//! What every optimiser keeps: parameter groups, threads, files.

use pellucid_nn::*;

/// Large enough to be shared among the threads.
const PARAMETERS: usize = 40_000;

fn normal(seed: u64) -> Vec<f32> {
    let mut x = vec![0.0; PARAMETERS];
    Stream::new(seed).fill_normal(&mut x, 0.0, 1.0);
    x
}

/// Parameters and state after five steps, made group by group.
fn steps(config: OptimizerConfig, threads: usize, groups: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let (pool, optimizer) = (Pool::new(threads), config.build::<f32>());
    let mut parameters = normal(1);
    let mut state = vec![0.0; PARAMETERS * optimizer.state_per_parameter()];
    for step in 1..=5 {
        let gradients = normal(1 + step);
        for ends in groups.windows(2) {
            let part = ends[0]..ends[1];
            optimizer.step(Update {
                pool: &pool,
                parameters: &mut parameters[part.clone()],
                gradients: &gradients[part.clone()],
                gradient_scale: 0.5,
                state: StateMut::part(&mut state, PARAMETERS, part),
                step,
                learning_rate: 0.01,
                weight_decay: optimizer.weight_decay(),
            });
        }
    }
    (parameters, state)
}

#[test]
fn any_number_of_threads_and_any_groups_give_the_same_bits() {
    for example in OptimizerConfig::examples() {
        let config = example.config;
        let whole = steps(config, 1, &[0, PARAMETERS]);
        for threads in 2..=4 {
            assert!(steps(config, threads, &[0, PARAMETERS]) == whole, "{config:?} on {threads} threads");
        }
        let groups = [0, 1, 1, 777, 20_000, PARAMETERS];
        assert!(steps(config, 2, &groups) == whole, "{config:?} in groups");
        assert!(whole.0 != normal(1), "{config:?} moves nothing");
    }
}

/// The group's weight decay counts, not the optimiser's own.
#[test]
fn a_group_has_its_own_weight_decay() {
    for example in OptimizerConfig::examples() {
        let optimizer = example.config.build::<f64>();
        let step = |weight_decay| {
            let (mut parameters, mut state) = ([2.0], vec![0.0; optimizer.state_per_parameter()]);
            optimizer.step(Update {
                pool: &Pool::single(),
                parameters: &mut parameters,
                gradients: &[0.0],
                gradient_scale: 1.0,
                state: StateMut::whole(&mut state, 1),
                step: 1,
                learning_rate: 0.1,
                weight_decay,
            });
            parameters[0]
        };
        assert_eq!(step(0.0), 2.0, "{optimizer:?}");
        assert!(step(0.5) < 2.0, "{optimizer:?}");
    }
}

/// As in the files of version 0.1.
#[test]
fn optimizers_are_written_as_they_always_were() {
    let adam = r#""beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weight_decay":"#;
    let cases: [(OptimizerConfig, String, &str); 3] = [
        (
            Sgd::default().into(),
            r#"{"kind":"sgd","momentum":0.0,"nesterov":false,"weight_decay":0.0}"#.into(),
            r#"{"kind":"sgd"}"#,
        ),
        (Adam::default().into(), format!(r#"{{"kind":"adam",{adam}0.0}}"#), r#"{"kind":"adam"}"#),
        (AdamW::default().into(), format!(r#"{{"kind":"adamw",{adam}0.01}}"#), r#"{"kind":"adamw"}"#),
    ];
    for (config, text, short) in cases {
        assert_eq!(serde_json::to_string(&config).unwrap(), text);
        for text in [&*text, short] {
            assert_eq!(serde_json::from_str::<OptimizerConfig>(text).unwrap(), config);
        }
    }
    let message = serde_json::from_str::<OptimizerConfig>(r#"{"kind":"adam","rate":1}"#).unwrap_err();
    assert!(message.to_string().contains("unknown field `rate`"), "{message}");
}
