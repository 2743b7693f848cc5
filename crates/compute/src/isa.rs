//! Run-time choice of the instruction set, so that the default build is as fast as a native one.
//!
//! A function written inside [`vectorized!`](crate::vectorized) is compiled once for every [`Isa`] and called
//! through the widest that this machine has. The compiler vectorises its plain loops; they contain no
//! intrinsics and no fused multiply-add, so all versions give the same bits.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Whatever the target guarantees (SSE2 on x86-64, NEON on aarch64).
    Portable,
    /// AVX2 with fused multiply-add and bit manipulation (x86-64-v3).
    Avx2,
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4).
    Avx512,
}

impl Isa {
    /// All, from narrow to wide.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Returns the name that `PELLUCID_ISA` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Returns the widest instruction set of this machine.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx512 && avx2 {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}

/// A name that is that of no [`Isa`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIsa(String);

impl fmt::Display for UnknownIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = Isa::ALL.map(Isa::name);
        // A name may be of any length.
        let found: String = self.0.chars().take(40).collect();
        write!(f, "expected {a}, {b} or {c} as instruction set, found {found:?}")
    }
}

impl std::error::Error for UnknownIsa {}

impl FromStr for Isa {
    type Err = UnknownIsa;

    fn from_str(name: &str) -> Result<Self, UnknownIsa> {
        Self::ALL.into_iter().find(|isa| isa.name() == name).ok_or_else(|| UnknownIsa(name.to_owned()))
    }
}

/// Returns the instruction set that the environment variable `PELLUCID_ISA` names; `None` where it is not set or empty.
///
/// # Errors
/// Returns an error if there is no such instruction set.
///
/// ```
/// use pellucid_compute::isa::{self, Isa};
/// assert!(isa::requested().is_ok());
/// let error = "avx3".parse::<Isa>().unwrap_err();
/// assert_eq!(error.to_string(), "expected portable, avx2 or avx512 as instruction set, found \"avx3\"");
/// ```
pub fn requested() -> Result<Option<Isa>, UnknownIsa> {
    match std::env::var_os("PELLUCID_ISA") {
        Some(name) if !name.is_empty() => name.to_string_lossy().parse().map(Some),
        _ => Ok(None),
    }
}

/// Returns the instruction set in use: the widest of this machine, or a narrower one that is [`requested`]. Read once; the name
/// of none, or of one that this machine does not have, leaves it at the widest.
///
/// ```
/// use pellucid_compute::isa::{Isa, isa};
/// assert!(isa() <= Isa::detect());
/// ```
#[inline]
pub fn isa() -> Isa {
    static CHOSEN: OnceLock<Isa> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let widest = Isa::detect();
        requested().ok().flatten().map_or(widest, |isa| isa.min(widest))
    })
}

/// The body of a function that [`vectorized!`](crate::vectorized) compiles for every instruction set.
pub trait Kernel<Args> {
    /// What the function returns.
    type Output;
    /// Runs the function. Implementations are `#[inline(always)]`, so that they take on the caller's features.
    fn call(args: Args) -> Self::Output;
}

/// Calls a kernel compiled for the instruction set in use.
#[inline]
pub fn dispatch<K: Kernel<Args>, Args>(args: Args) -> K::Output {
    // SAFETY: `isa()` never exceeds what `Isa::detect` found on this machine.
    unsafe { compiled::<K, Args>(isa(), args) }
}

/// Calls a kernel compiled for `isa`, or for the widest available one below it.
#[inline]
pub fn dispatch_to<K: Kernel<Args>, Args>(isa: Isa, args: Args) -> K::Output {
    // SAFETY: `self::isa()` never exceeds what `Isa::detect` found on this machine.
    unsafe { compiled::<K, Args>(isa.min(self::isa()), args) }
}

/// Calls a kernel compiled for `isa`.
///
/// # Safety
/// This machine must have it.
#[inline]
unsafe fn compiled<K: Kernel<Args>, Args>(isa: Isa, args: Args) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: Kernel<Args>, Args>(args: Args) -> K::Output {
            K::call(args)
        }
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
        fn avx512<K: Kernel<Args>, Args>(args: Args) -> K::Output {
            K::call(args)
        }
        match isa {
            // SAFETY: the caller vouches for the instruction set.
            Isa::Avx512 => return unsafe { avx512::<K, Args>(args) },
            // SAFETY: as above.
            Isa::Avx2 => return unsafe { avx2::<K, Args>(args) },
            Isa::Portable => {}
        }
    }
    let _ = isa;
    K::call(args)
}

/// Defines a function generic over [`Scalar`](crate::Scalar) that is compiled for every instruction set and
/// dispatched at run time.
///
/// ```
/// pellucid_compute::vectorized! {
///     /// y += a x
///     fn axpy<F>(y: &mut [F], a: F, x: &[F]) {
///         for (y, &x) in y.iter_mut().zip(x) {
///             *y += a * x;
///         }
///     }
/// }
/// let mut y = [1.0_f32, 2.0];
/// axpy(&mut y, 2.0, &[10.0, 20.0]);
/// assert_eq!(y, [21.0, 42.0]);
/// ```
#[macro_export]
macro_rules! vectorized {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident<$F:ident>($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block)+) => {$(
        $(#[$meta])*
        $vis fn $name<$F: $crate::Scalar>($($arg: $ty),*) $(-> $ret)? {
            struct Body;
            impl<$F: $crate::Scalar> $crate::isa::Kernel<($($ty,)*)> for Body {
                #[allow(unused_parens)]
                type Output = ($($ret)?);
                #[inline(always)]
                fn call(($($arg,)*): ($($ty,)*)) -> Self::Output $body
            }
            $crate::isa::dispatch::<Body, _>(($($arg,)*))
        }
    )+};
}
