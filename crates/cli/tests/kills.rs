//! A run that is killed again and again, and resumed each time, ends with the bytes of one left alone.
//!
//! A few kills by default; `PELLUCID_KILLS=200 cargo test --release -p pellucid-cli --test kills` makes 200.

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{autoencoder_config, folder, outcome, pellucid, run, samples};
use pellucid::prelude::Stream;

const FILES: [&str; 3] = ["latest.safetensors", "best.safetensors", "history.csv"];

fn files(folder: &Path, out: &str) -> Vec<Vec<u8>> {
    FILES.map(|file| fs::read(folder.join(out).join(file)).unwrap()).into()
}

#[test]
fn killed_at_any_moment_and_resumed_it_ends_the_same() {
    let kills: usize = std::env::var("PELLUCID_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let folder = folder();
    let path = folder.path();
    samples(path, 2000, 64);
    // How many epochs take about a second here, so that the run outlives its kills.
    fs::write(path.join("config.toml"), autoencoder_config(64, 20)).unwrap();
    let start = Instant::now();
    assert_eq!(outcome(&run(path, &["train", "config.toml", "--out", "probe"])).0, 0);
    let second = 20.0 / start.elapsed().as_secs_f64();
    let epochs = (second * (2.0 + 0.6 * kills as f64)).ceil() as usize;
    fs::write(path.join("config.toml"), autoencoder_config(64, epochs)).unwrap();
    assert_eq!(outcome(&run(path, &["train", "config.toml", "--out", "alone"])).0, 0);

    let mut moments = vec![0.0_f64; kills];
    Stream::new(11).fill_uniform(&mut moments, 0.0, 2.2);
    let arguments = ["train", "config.toml", "--out", "killed", "--resume"];
    let mut ended = 0;
    for moment in moments {
        let mut child =
            pellucid(path, &arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(moment));
        ended += usize::from(child.try_wait().unwrap().is_some());
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
    }
    let output = run(path, &arguments);
    assert_eq!(outcome(&output).0, 0, "{}", outcome(&output).1);
    println!("{kills} kills, {ended} after the end; {epochs} epochs");
    for (file, (killed, alone)) in FILES.iter().zip(files(path, "killed").iter().zip(files(path, "alone"))) {
        assert!(*killed == alone, "{file} differs after {kills} kills");
    }
    // What a killed writing leaves beside its file is gone, or harmless and hidden.
    let left: Vec<String> = fs::read_dir(path.join("killed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(left.len(), FILES.len(), "{left:?}");
}
