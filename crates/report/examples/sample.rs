#[path = "../tests/common/mod.rs"]
mod common;
use pellucid_report::*;
use std::io::Read;
fn main() {
    let mut b = Vec::new();
    let digits = std::fs::read("/tmp/w/t10k.raw").ok().map(|bytes| {
        b = bytes;
        (0..10u8)
            .map(|k| {
                let img = &b[16 + 784 * k as usize..16 + 784 * (k as usize + 1)];
                let original: Vec<f32> = img.iter().map(|&p| f32::from(p) / 255.0).collect();
                let blur = |i: usize| {
                    let mut s = 0.0;
                    let mut n = 0.0;
                    for d in [-29isize, -28, -27, -1, 0, 1, 27, 28, 29] {
                        let j = i as isize + d;
                        if j >= 0 && j < 784 {
                            let w = if d == 0 { 6.0 } else { 1.0 };
                            s += w * original[j as usize];
                            n += w;
                        }
                    }
                    s / n
                };
                DigitPair { label: k, reconstruction: (0..784).map(blur).collect(), original }
            })
            .collect()
    });
    let _ = std::io::empty().read(&mut []);
    let (r, e) = common::sample(digits);
    let dir = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or("/tmp/w/page".into()));
    let png = std::env::args().nth(2).is_some();
    let t = std::time::Instant::now();
    println!("{:#?} {:?}", write_report(&dir, &r, &e, png).unwrap(), t.elapsed());
    for t in tables(&r) {
        println!("{}", t.text());
    }
}
