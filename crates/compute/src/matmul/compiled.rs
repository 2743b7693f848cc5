//! The kernels compiled for every instruction set, and the choice among them.

use super::kernels::{self, Kernels, Panel, Problem, Tile};
use super::lanes::Lanes;
use super::zeros;
use crate::isa::Isa;

/// What a scalar type brings to the product: its kernels.
pub trait Product: Sized + 'static {
    #[doc(hidden)]
    fn kernels(isa: Isa) -> &'static Kernels<Self>;
}

/// Compiles the kernels with some target features.
macro_rules! compile {
    ($module:ident $(, $features:literal)?) => {
        mod $module {
            use super::{Lanes, Panel, Problem, Tile, kernels, zeros};

            // SAFETY (of the four): the caller vouches for what the kernel asks for.
            $(#[target_feature(enable = $features)])?
            pub unsafe fn tile<L: Lanes, const MR: usize, const NV: usize>(tile: &Tile<L::Element>) {
                unsafe { kernels::tile::<L, MR, NV>(tile) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn pack<L: Lanes, const MR: usize>(panel: &Panel<L::Element>, width: usize, to: *mut L::Element) {
                unsafe { kernels::pack::<L, MR>(panel, width, to) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn nonzero<L: Lanes, const MR: usize>(panel: &Panel<L::Element>, lists: *mut u32, stride: usize) {
                unsafe { zeros::nonzero::<L, MR>(panel, lists, stride) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn small<L: Lanes>(problem: &Problem<L::Element>) {
                unsafe { kernels::small::<L>(problem) }
            }
        }
    };
}
compile!(portable);
#[cfg(target_arch = "x86_64")]
compile!(avx2, "avx2,fma,bmi1,bmi2,popcnt");
#[cfg(target_arch = "x86_64")]
compile!(avx512, "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,popcnt");

/// The kernels of a module for a register type; each line holds a number of rows and the numbers of vectors.
macro_rules! kernels {
    ($module:ident, $lanes:ty, $height:literal, $($rows:literal: $($vectors:literal)+),+) => {
        &Kernels {
            lanes: <$lanes as Lanes>::LEN,
            tiles: &[$(&[$($module::tile::<$lanes, $rows, $vectors>),+]),+],
            pack: $module::pack::<$lanes, $height>,
            nonzero: $module::nonzero::<$lanes, $height>,
            small: $module::small::<$lanes>,
        }
    };
}

macro_rules! product {
    ($scalar:ty, $avx512:ident, $avx2:ident, $portable:ty) => {
        impl Product for $scalar {
            #[inline]
            fn kernels(isa: Isa) -> &'static Kernels<Self> {
                match isa {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 => kernels!(
                        avx512, std::arch::x86_64::$avx512, 6,
                        1: 1 2 3 4 5 6 7 8, 2: 1 2 3 4 5 6 7 8, 3: 1 2 3 4 5 6, 4: 1 2 3 4 5 6,
                        5: 1 2 3 4 5, 6: 1 2 3 4
                    ),
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => kernels!(
                        avx2, std::arch::x86_64::$avx2, 4,
                        1: 1 2 3 4 5 6 7 8, 2: 1 2 3 4 5, 3: 1 2 3, 4: 1 2 3
                    ),
                    _ => kernels!(portable, $portable, 4, 1: 1 2 3 4, 2: 1 2 3 4, 3: 1 2, 4: 1 2),
                }
            }
        }
    };
}
product!(f32, __m512, __m256, [f32; 4]);
product!(f64, __m512d, __m256d, [f64; 2]);
