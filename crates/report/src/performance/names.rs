//! Names and colours of the implementations.

/// Who a row of ours is filed under.
pub(crate) const OURS: &str = "pellucid";

/// Key in the file, name, class of its colour: one colour for each framework.
const KNOWN: [(&str, &str, &str); 17] = [
    ("pellucid", "Pellucid", "pf-pellucid"),
    ("pellucid_bf16", "Pellucid, bf16", "pf-pellucid"),
    ("pellucid_avx2", "Pellucid, AVX2", "pf-pellucid"),
    ("pellucid_portable", "Pellucid, portable", "pf-pellucid"),
    ("jax", "JAX", "pf-jax"),
    ("jax_steps", "JAX, step by step", "pf-jax"),
    ("torch", "PyTorch", "pf-torch"),
    ("torch_compile", "PyTorch, compiled", "pf-torch"),
    ("tensorflow", "TensorFlow", "pf-tensorflow"),
    ("tensorflow_jit", "TensorFlow, jit", "pf-tensorflow"),
    ("sklearn", "scikit-learn", "pf-sklearn"),
    ("sklearnex", "intelex", "pf-sklearnex"),
    ("onnxruntime", "ONNX Runtime", "pf-onnxruntime"),
    ("numpy_course", "the course report’s NumPy", "pf-numpy"),
    ("numpy", "NumPy", "pf-numpy"),
    ("candle", "candle", "pf-candle"),
    ("burn", "burn", "pf-burn"),
];

/// How `who` is written; one that is not known by its key.
pub(crate) fn name(who: &str) -> String {
    KNOWN.iter().find(|(key, ..)| *key == who).map_or(who, |(_, name, _)| name).to_owned()
}

/// The class of the colour of `who`.
pub(crate) fn colour(who: &str) -> &'static str {
    KNOWN.iter().find(|(key, ..)| *key == who).map_or("pf-stranger", |(.., class)| class)
}

/// Whether `who` is Pellucid, in whatever precision or instruction set.
pub(crate) fn is_ours(who: &str) -> bool {
    who.split('_').next() == Some(OURS)
}
