//! The number types that files hold.

use std::fmt::Debug;

use crate::tables::array::Values;

mod sealed {
    use super::Values;

    /// Order of the bytes of a number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Endian {
        Little,
        Big,
    }

    pub trait Codec: Sized {
        const SIZE: usize;
        const NPY: &'static str;
        fn decode(bytes: &[u8], endian: Endian) -> Self;
        fn encode(self, endian: Endian, to: &mut Vec<u8>);
        fn wrap(values: Vec<Self>) -> Values;
    }

    pub trait IdxCode {
        const CODE: u8;
    }
}
pub(crate) use sealed::Endian;
use sealed::{Codec, IdxCode};

/// A number type that NPY and CSV files can hold: `u8` to `u64`, `i8` to `i64`, `f32`, `f64`.
pub trait Stored: Codec + Copy + Debug {}

/// A number type that IDX files can hold: `u8`, `i8`, `i16`, `i32`, `f32`, `f64`.
pub trait IdxStored: Stored + IdxCode {}

macro_rules! stored {
    ($($t:ty, $variant:ident, $npy:literal);* $(;)?) => {$(
        impl Codec for $t {
            const SIZE: usize = size_of::<$t>();
            const NPY: &'static str = $npy;

            /// `bytes` holds exactly `SIZE` bytes.
            fn decode(bytes: &[u8], endian: Endian) -> Self {
                let mut array = [0; size_of::<$t>()];
                array.copy_from_slice(bytes);
                match endian {
                    Endian::Little => Self::from_le_bytes(array),
                    Endian::Big => Self::from_be_bytes(array),
                }
            }

            fn encode(self, endian: Endian, to: &mut Vec<u8>) {
                to.extend_from_slice(&match endian {
                    Endian::Little => self.to_le_bytes(),
                    Endian::Big => self.to_be_bytes(),
                });
            }

            fn wrap(values: Vec<Self>) -> Values {
                Values::$variant(values)
            }
        }
        impl Stored for $t {}
    )*};
}
stored! {
    u8, U8, "u1";
    i8, I8, "i1";
    i16, I16, "i2";
    i32, I32, "i4";
    i64, I64, "i8";
    u16, U16, "u2";
    u32, U32, "u4";
    u64, U64, "u8";
    f32, F32, "f4";
    f64, F64, "f8";
}

macro_rules! idx_stored {
    ($($t:ty, $code:literal);* $(;)?) => {$(
        impl IdxCode for $t {
            const CODE: u8 = $code;
        }
        impl IdxStored for $t {}
    )*};
}
idx_stored! {
    u8, 0x08;
    i8, 0x09;
    i16, 0x0b;
    i32, 0x0c;
    f32, 0x0d;
    f64, 0x0e;
}
