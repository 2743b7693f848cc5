//! The NPY reader on any bytes: an error or an array that is what its shape says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_data::{Features, Values, parse_npy};

fuzz_target!(|bytes: &[u8]| {
    let Ok(array) = parse_npy("fuzz", bytes) else { return };
    let count: usize = array.shape.iter().product();
    if let Values::F32(values) = &array.values {
        assert_eq!(values.len(), count);
    }
    let rows = array.shape.first().copied();
    if let Ok(labels) = array.clone().into_labels("fuzz") {
        assert_eq!(Some(labels.len()), rows);
    }
    let images = array.is_images();
    if let Ok(features) = array.into_features("fuzz") {
        features.check_finite("fuzz").unwrap();
        assert_eq!(images, matches!(features, Features::U8(_)));
        assert_eq!((Some(features.rows()), features.rows() * features.columns()), (rows, count));
    }
});
