//! How layers stand in files: as in those of version 0.1.

use pellucid_nn::configs::Examples;
use pellucid_nn::*;

#[test]
fn layers_are_written_as_they_always_were() {
    let dense = |units, activation| LayerConfig::from(Dense::new(units).activation(activation));
    for (config, text) in [
        (
            dense(3, Activation::Relu),
            r#"{"kind":"dense","units":3,"activation":"relu","init":"xavier_normal"}"#,
        ),
        (
            dense(3, Activation::LeakyRelu(0.1)),
            r#"{"kind":"dense","units":3,"activation":{"leaky_relu":0.1},"init":"xavier_normal"}"#,
        ),
        (LayerConfig::Relu, r#"{"kind":"relu"}"#),
        (LayerConfig::LeakyRelu { slope: 0.1 }, r#"{"kind":"leaky_relu","slope":0.1}"#),
        (LayerConfig::Softmax, r#"{"kind":"softmax"}"#),
    ] {
        assert_eq!(serde_json::to_string(&config).unwrap(), text);
        assert_eq!(serde_json::from_str::<LayerConfig>(text).unwrap(), config);
    }
    let short = r#"{"kind":"dense","units":3}"#;
    assert_eq!(serde_json::from_str::<LayerConfig>(short).unwrap(), dense(3, Activation::Identity));
    for (text, expected) in [
        (r#"{"kind":"dense","units":3,"unit":1}"#, "unknown field `unit`"),
        (r#"{"kind":"dense"}"#, "missing field `units`"),
        (r#"{"kind":"leaky_relu"}"#, "missing field `slope`"),
        (r#"{"kind":"gelo"}"#, "unknown variant `gelo`"),
    ] {
        let message = serde_json::from_str::<LayerConfig>(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

/// A layer does not know the list, so what it says of itself is held against it; activations have three names.
#[test]
fn what_a_layer_says_of_itself_is_what_the_list_reads() {
    for example in LayerConfig::examples() {
        let json = example.config.to_json();
        let layer = example.config.build::<f32>();
        assert_eq!(layer.config(), json);
        assert_eq!(json["kind"], layer.kind());
        assert_eq!(LayerConfig::from_json(&json).unwrap(), example.config);
    }
    for example in OperationConfig::examples() {
        let json = serde_json::to_value(&example.config).unwrap();
        let operation = example.config.build::<f32>();
        assert_eq!((operation.config(), json["kind"].as_str()), (json.clone(), Some(operation.kind())));
        assert_eq!(serde_json::from_value::<OperationConfig>(json).unwrap(), example.config);
    }
    for example in Activation::examples() {
        let json = serde_json::to_value(example.config).unwrap();
        let name = json.as_str().or_else(|| json.as_object()?.keys().next().map(String::as_str));
        assert_eq!(name, Some(example.config.name()));
    }
}
