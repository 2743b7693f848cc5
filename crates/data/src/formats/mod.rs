//! Files of the formats that are read and written.

pub(crate) mod csv_header;
pub(crate) mod csv_table;
pub(crate) mod idx;
pub(crate) mod mnist;
pub(crate) mod npy;
pub(crate) mod npy_header;
pub(crate) mod svmlight;
pub(crate) mod svmlight_write;
pub(crate) mod table;
