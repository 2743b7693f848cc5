//! A network of two inputs and two terms, and its data.

use std::fs;
use std::path::Path;

use pellucid::data::write_npy;
use pellucid::prelude::Stream;

/// The number of samples of [`shop`].
pub const ROWS: usize = 120;

/// The columns of [`shop`], as a command takes them.
pub const COLUMNS: [&str; 10] = [
    "--column",
    "size=size.npy",
    "--column",
    "city=city.npy",
    "--column",
    "target=kind.csv",
    "--column",
    "price=price.npy",
    "--column",
    "weight=weight.npy",
];

/// Writes three numbers and one of five cities a sample, its kind (a name, one of which is rare), its price and its weight,
/// and c.toml, which trains a network of both with `more` in its training.
pub fn shop(folder: &Path, more: &str) {
    let stream = Stream::new(3);
    let mut size = vec![0.0_f32; ROWS * 3];
    stream.fill_uniform(&mut size, -1.0, 1.0);
    let city: Vec<u8> = (0..ROWS).map(|i| stream.child(i as u64).index(5) as u8).collect();
    let large = |i: usize| size[i * 3] > 0.5;
    let kind: String = (0..ROWS).map(|i| if large(i) { "large\n" } else { "small\n" }).collect();
    let price: Vec<f32> = (0..ROWS).map(|i| 0.5 * size[i * 3 + 1] + f32::from(city[i]) / 5.0).collect();
    let weight: Vec<f32> = (0..ROWS).map(|i| if i % 4 == 0 { 0.5 } else { 1.0 }).collect();
    write_npy(folder.join("size.npy"), &[ROWS, 3], &size).unwrap();
    write_npy(folder.join("city.npy"), &[ROWS], &city).unwrap();
    fs::write(folder.join("kind.csv"), kind).unwrap();
    write_npy(folder.join("price.npy"), &[ROWS, 1], &price).unwrap();
    write_npy(folder.join("weight.npy"), &[ROWS], &weight).unwrap();
    fs::write(folder.join("c.toml"), shop_config(3, more)).unwrap();
}

/// The configuration of [`shop`]: an embedding, a residual block, a layer with the weights of another, two heads.
pub fn shop_config(epochs: usize, more: &str) -> String {
    format!(
        r#"
[data]
columns = {{ size = "size.npy", city = "city.npy", target = "kind.csv", price = "price.npy", weight = "weight.npy" }}

[model]
inputs = [{{ name = "size", shape = [3] }}, {{ name = "city", shape = [], below = 5 }}]
layers = [
    {{ kind = "embedding", width = 5, inputs = ["city"], name = "place" }},
    {{ kind = "concatenate", inputs = ["size", "place"], name = "both" }},
    {{ kind = "dense", units = 8, activation = "tanh", name = "first" }},
    {{ kind = "dense", units = 8, activation = "tanh", name = "second", weights = "first" }},
    {{ kind = "add", inputs = ["first", "second"], name = "block" }},
    {{ kind = "dense", units = 1, name = "price" }},
    {{ kind = "dense", units = 2, inputs = ["block"], name = "kind" }},
]
views = {{ code = {{ from = ["size", "city"], to = "block" }} }}

[training]
epochs = {epochs}
batch_size = 10
seed = 5
terms = [
    {{ name = "kind", loss = {{ kind = "cross_entropy_with_logits" }}, of = "kind" }},
    {{ name = "price", loss = {{ kind = "mse" }}, of = "price", target = {{ column = "price" }}, weight = 0.5 }},
]
class_weights = "balanced"
accumulate = 2
optimizer = {{ kind = "adamw", weight_decay = 0.01 }}
schedule = {{ learning_rate = 0.01 }}
{more}

[output]
directory = "run"
"#
    )
}
