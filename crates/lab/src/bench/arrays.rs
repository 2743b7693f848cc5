//! The arrays that this library and others are timed on.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pellucid::data::{Stored, write_npy};
use pellucid::prelude::*;
use pellucid_terminal::{failure, machine, say};
use serde_json::{Value, json};

use crate::args::bench::Arrays;
use crate::experiments::autoencoder::{LATENT, PIXELS, encode, network};
use crate::mnist;

/// The seed of the split, which is that of `reproduce`.
const SPLIT_SEED: u64 = 42;

/// Writes `split/`, and a folder for every size of a support vector machine.
///
/// Latent codes and small sets of pixels are of the pooled split, as in the course report; the largest are the official
/// 60,000 and 10,000.
pub fn run(args: &Arrays) -> Result<Value> {
    let mnist = mnist::load(args.images.mnist.as_deref())?;
    let pool = machine::pool(args.images.threads.threads);
    let (pooled, official) =
        (mnist.pooled_split(Task::Reconstruct, SPLIT_SEED)?, mnist.official_split(Task::Reconstruct)?);
    let encoder = Checkpoint::read_into(&args.encoder, network())?.into_model();
    let codes = |part: &Dataset| encode(&encoder, part, &pool);
    let pixels = |part: &Dataset| -> Result<Vec<f32>> {
        let mut x = vec![0.0; part.len() * PIXELS];
        part.gather_inputs(&(0..part.len() as u32).collect::<Vec<_>>(), &mut x);
        Ok(x)
    };

    let most = args.most.map_or(usize::MAX, |most| most as usize);
    let folder = Folder::new(args.out.join("split"))?;
    for (name, part) in [("train", &pooled.train), ("test", &pooled.test)] {
        let part = spread(part, part.len().min(most))?;
        folder.write(name, &[part.len()], part.rows())?;
    }
    for (split, count, columns) in [
        (&pooled, 5_000, LATENT),
        (&pooled, 50_400, LATENT),
        (&pooled, 3_000, PIXELS),
        (&pooled, 10_000, PIXELS),
        (&official, 60_000, PIXELS),
    ] {
        let folder = Folder::new(args.out.join(format!("svm_{count}x{columns}")))?;
        for (prefix, part, count) in [("", &split.train, count), ("test_", &split.test, split.test.len())] {
            let part = &spread(part, count.min(most))?;
            let x = if columns == LATENT { codes(part) } else { pixels(part) }?;
            let y: Vec<i32> =
                part.rows().iter().map(|&row| i32::from(mnist.labels()[row as usize])).collect();
            folder.write(&format!("{prefix}x"), &[part.len(), columns], &x)?;
            folder.write(&format!("{prefix}y"), &[part.len()], &y)?;
        }
        say!("{}", folder.0.display());
    }
    Ok(json!({ "folder": args.out }))
}

/// So many of the rows, evenly spread: MNIST is ordered by who wrote the digits.
fn spread(part: &Dataset, count: usize) -> Result<Dataset> {
    let rows: Vec<u32> = (0..count).map(|i| (i * part.len() / count) as u32).collect();
    Ok(part.subset(&rows)?)
}

struct Folder(PathBuf);

impl Folder {
    fn new(path: PathBuf) -> Result<Self> {
        let expected = |error| failure::runtime(format!("{}: {error}", path.display()));
        std::fs::create_dir_all(&path).map_err(expected)?;
        Ok(Self(path))
    }

    fn write<T: Stored>(&self, name: &str, shape: &[usize], numbers: &[T]) -> Result<()> {
        write_npy(self.0.join(Path::new(name).with_extension("npy")), shape, numbers)
            .map_err(failure::runtime)
    }
}
