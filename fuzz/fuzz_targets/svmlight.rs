//! The readers of SVMlight files and of svm-scale's files on any bytes and with any options: an error, or finite numbers
//! that are written and read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_data::{Scaling, SvmlightOptions, SvmlightTable, parse_svmlight, write_svmlight_to};

// The first byte chooses the reader and its options.
fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    if choice % 3 == 2 {
        let Ok(scaling) = Scaling::parse(bytes, "fuzz") else { return };
        assert!(scaling.features().iter().all(|f| f.min < f.max));
        assert_eq!(Scaling::parse(scaling.to_text().as_bytes(), "fuzz").unwrap(), scaling);
        return;
    }
    let columns = (choice & 64 != 0).then_some(usize::from(choice / 3 % 16));
    let options = SvmlightOptions { columns, precomputed: choice % 3 == 1 };
    let Ok(SvmlightTable { labels, x, serials }) = parse_svmlight(bytes, "fuzz", &options) else { return };
    assert!(x.rows() == labels.len());
    assert!(columns.is_none_or(|columns| x.columns() == columns));
    assert!(labels.iter().chain(x.values()).all(|v| v.is_finite()));
    assert!(x.values().iter().all(|&v| v != 0.0));
    assert_eq!(serials.as_ref().map(Vec::len), options.precomputed.then_some(labels.len()));

    let mut text = Vec::new();
    write_svmlight_to(&mut text, &labels, &x, serials.as_deref()).unwrap();
    let again = SvmlightOptions { columns: Some(x.columns()), ..options };
    assert_eq!(
        parse_svmlight(&text, "fuzz", &again).unwrap(),
        SvmlightTable { labels, x: x.clone(), serials }
    );
    if x.rows() * x.columns() <= 1 << 16 {
        assert_eq!(pellucid_data::Csr::from_dense(&x.to_dense().unwrap()), x);
        // Bounds that leave zeros in place, and bounds that fill them in.
        for lower in [0.0, -1.0] {
            let Ok(scaling) = Scaling::fit(&x, lower, 1.0) else { continue };
            let scaled = scaling.apply(&x).unwrap();
            assert!(scaled.values().iter().all(|v| (lower..=1.0).contains(v)));
        }
    }
});
