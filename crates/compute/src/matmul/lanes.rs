//! Vectors of numbers, one implementation for every register type.

use std::ops::{Add, Mul};

/// What plain loops ask of a number. Kernels are made for these, and scalars bring the kernels.
pub trait Element:
    Copy + PartialOrd + Send + Sync + Add<Output = Self> + Mul<Output = Self> + 'static
{
    const ZERO: Self;
}

impl Element for f32 {
    const ZERO: Self = 0.0;
}

impl Element for f64 {
    const ZERO: Self = 0.0;
}

/// A vector register of [`Lanes::LEN`] numbers.
///
/// # Safety
/// All functions may be called only where the instruction set of the register type is available; pointers must
/// be valid for the elements that the function names. No alignment is asked for.
pub(super) trait Lanes: Copy {
    type Element: Element;
    const LEN: usize;

    unsafe fn splat(x: Self::Element) -> Self;
    unsafe fn load(from: *const Self::Element) -> Self;
    unsafe fn store(self, to: *mut Self::Element);
    /// The first `count` elements, or all if `count` is larger, and zeros.
    unsafe fn load_part(from: *const Self::Element, count: usize) -> Self;
    /// Stores the first `count` elements, or all if `count` is larger.
    unsafe fn store_part(self, to: *mut Self::Element, count: usize);
    /// `self + a b`, rounded once where the instruction set has fused multiply-add.
    unsafe fn plus_product(self, a: Self, b: Self) -> Self;
    /// The same for one number, with the same rounding.
    unsafe fn plus_product_of_one(sum: Self::Element, a: Self::Element, b: Self::Element) -> Self::Element;
    unsafe fn plus(self, other: Self) -> Self;
    /// A vector that is zero where both are.
    unsafe fn or(self, other: Self) -> Self;
    /// A bit for each number, the lowest for the first: whether it is not zero.
    unsafe fn nonzero(self) -> u32;
    /// A bit for each number that has a bit in common with `mask`.
    #[inline(always)]
    unsafe fn which(numbers: &[u64; 16], mask: u64) -> u32 {
        numbers.iter().rev().fold(0, |bits, &x| 2 * bits + u32::from(x & mask != 0))
    }
    /// Writes `first` plus the place of each bit that is set, and perhaps more up to 16 entries; how many there are.
    #[inline(always)]
    unsafe fn list(mut bits: u32, first: u32, to: *mut u32) -> usize {
        let count = bits.count_ones() as usize;
        for at in 0..count {
            // SAFETY: the caller vouches for 16 entries.
            unsafe { *to.add(at) = first + bits.trailing_zeros() };
            bits &= bits - 1;
        }
        count
    }
    /// Zero where the number is at most zero; NaN stays NaN.
    unsafe fn relu(self) -> Self;
    /// Asks for the cache line of an address, which may be any.
    unsafe fn prefetch(at: *const Self::Element);
    /// x0 y0 x1 y1 ...: the first and the second half.
    unsafe fn zip(self, other: Self) -> (Self, Self);
}

/// Plain loops over an array, with a multiplication and an addition.
impl<F: Element, const N: usize> Lanes for [F; N] {
    type Element = F;
    const LEN: usize = N;

    #[inline(always)]
    unsafe fn splat(x: F) -> Self {
        [x; N]
    }
    #[inline(always)]
    unsafe fn load(from: *const F) -> Self {
        // SAFETY: the caller vouches for N elements.
        unsafe { from.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut F) {
        // SAFETY: the caller vouches for N elements.
        unsafe { to.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const F, count: usize) -> Self {
        // SAFETY: the caller vouches for `count` elements.
        std::array::from_fn(|lane| if lane < count { unsafe { *from.add(lane) } } else { F::ZERO })
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut F, count: usize) {
        for (lane, x) in self.into_iter().enumerate().take(count) {
            // SAFETY: the caller vouches for `count` elements.
            unsafe { *to.add(lane) = x }
        }
    }
    #[inline(always)]
    unsafe fn plus_product(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + a[lane] * b[lane])
    }
    #[inline(always)]
    unsafe fn plus_product_of_one(sum: F, a: F, b: F) -> F {
        sum + a * b
    }
    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] == F::ZERO { other[lane] } else { self[lane] })
    }
    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        self.iter().rev().fold(0, |bits, &x| 2 * bits + u32::from(x != F::ZERO))
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        self.map(|x| if x <= F::ZERO { F::ZERO } else { x })
    }
    #[inline(always)]
    unsafe fn prefetch(_at: *const F) {}
    #[inline(always)]
    unsafe fn zip(self, other: Self) -> (Self, Self) {
        let at = |lane: usize| if lane.is_multiple_of(2) { self[lane / 2] } else { other[lane / 2] };
        (std::array::from_fn(at), std::array::from_fn(|lane| at(lane + N)))
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(clippy::wildcard_imports)] // 44 intrinsics
mod x86 {
    use std::arch::x86_64::*;

    use super::Lanes;

    macro_rules! lanes {
        ($register:ty, $element:ty, $len:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $fma:ident,
         $or:ident, $nonzero:expr, $relu:expr, $load_part:expr, $store_part:expr, $zip:expr $(, $which:expr, $list:expr)?) => {
            // SAFETY (of all unsafe blocks here): the caller vouches for the instruction set and the pointers.
            impl Lanes for $register {
                type Element = $element;
                const LEN: usize = $len;

                #[inline(always)]
                unsafe fn splat(x: $element) -> Self {
                    unsafe { $splat(x) }
                }
                #[inline(always)]
                unsafe fn load(from: *const $element) -> Self {
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut $element) {
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn load_part(from: *const $element, count: usize) -> Self {
                    unsafe { $load_part(count, from) }
                }
                #[inline(always)]
                unsafe fn store_part(self, to: *mut $element, count: usize) {
                    unsafe { $store_part(count, to, self) }
                }
                #[inline(always)]
                unsafe fn plus_product(self, a: Self, b: Self) -> Self {
                    unsafe { $fma(a, b, self) }
                }
                #[inline(always)]
                unsafe fn plus_product_of_one(sum: $element, a: $element, b: $element) -> $element {
                    a.mul_add(b, sum)
                }
                #[inline(always)]
                unsafe fn plus(self, other: Self) -> Self {
                    unsafe { $add(self, other) }
                }
                #[inline(always)]
                unsafe fn or(self, other: Self) -> Self {
                    unsafe { $or(self, other) }
                }
                #[inline(always)]
                unsafe fn nonzero(self) -> u32 {
                    unsafe { $nonzero(self) }
                }
                #[inline(always)]
                unsafe fn relu(self) -> Self {
                    unsafe { $relu(self) }
                }
                #[inline(always)]
                unsafe fn prefetch(at: *const $element) {
                    unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
                }
                #[inline(always)]
                unsafe fn zip(self, other: Self) -> (Self, Self) {
                    unsafe { $zip(self, other) }
                }
                $(
                    #[inline(always)]
                    unsafe fn which(numbers: &[u64; 16], mask: u64) -> u32 {
                        unsafe { $which(numbers, mask) }
                    }
                    #[inline(always)]
                    unsafe fn list(bits: u32, first: u32, to: *mut u32) -> usize {
                        unsafe { $list(bits, first, to) }
                    }
                )?
            }
        };
    }

    /// The lowest `count` bits, or all.
    #[inline(always)]
    fn mask16(count: usize) -> __mmask16 {
        if count < 16 { (1 << count) - 1 } else { !0 }
    }
    #[inline(always)]
    fn mask8(count: usize) -> __mmask8 {
        if count < 8 { (1 << count) - 1 } else { !0 }
    }

    #[inline(always)]
    unsafe fn which512(numbers: &[u64; 16], mask: u64) -> u32 {
        // SAFETY: the caller vouches for AVX-512.
        unsafe {
            let mask = _mm512_set1_epi64(mask.cast_signed());
            let low = _mm512_test_epi64_mask(_mm512_loadu_si512(numbers.as_ptr().cast()), mask);
            let high = _mm512_test_epi64_mask(_mm512_loadu_si512(numbers.as_ptr().add(8).cast()), mask);
            u32::from(low) | u32::from(high) << 8
        }
    }

    /// All places in one vector, of which those whose bits are set are moved to its beginning.
    #[inline(always)]
    unsafe fn list512(bits: u32, first: u32, to: *mut u32) -> usize {
        // SAFETY: the caller vouches for AVX-512 and for 16 entries.
        unsafe {
            let places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            let places = _mm512_add_epi32(_mm512_set1_epi32(first.cast_signed()), places);
            _mm512_storeu_si512(to.cast(), _mm512_maskz_compress_epi32(bits as __mmask16, places));
        }
        bits.count_ones() as usize
    }

    lanes!(
        __m512,
        f32,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_fmadd_ps,
        _mm512_or_ps,
        |x| u32::from(_mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(x, _mm512_setzero_ps())),
        |x| _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_NLE_UQ>(x, _mm512_setzero_ps()), x),
        |count, from| _mm512_maskz_loadu_ps(mask16(count), from),
        |count, to, x| _mm512_mask_storeu_ps(to, mask16(count), x),
        |x, y| {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            (_mm512_permutex2var_ps(x, low, y), _mm512_permutex2var_ps(x, high, y))
        },
        which512,
        list512
    );
    lanes!(
        __m512d,
        f64,
        8,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_add_pd,
        _mm512_fmadd_pd,
        _mm512_or_pd,
        |x| u32::from(_mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(x, _mm512_setzero_pd())),
        |x| _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_NLE_UQ>(x, _mm512_setzero_pd()), x),
        |count, from| _mm512_maskz_loadu_pd(mask8(count), from),
        |count, to, x| _mm512_mask_storeu_pd(to, mask8(count), x),
        |x, y| {
            let low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
            (_mm512_permutex2var_pd(x, low, y), _mm512_permutex2var_pd(x, high, y))
        },
        which512,
        list512
    );

    /// `MASK[8 - count..]` begins with `count` ones.
    static MASK: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

    /// A mask over the first `count` lanes of 4 bytes, or over all.
    #[inline(always)]
    unsafe fn mask32(count: usize) -> __m256i {
        // SAFETY: 8 numbers from 8 - count on lie in `MASK`; the caller vouches for AVX2.
        unsafe { _mm256_loadu_si256(MASK.as_ptr().add(8 - count.min(8)).cast()) }
    }
    /// A mask over the first `count` lanes of 8 bytes, or over all.
    #[inline(always)]
    unsafe fn mask64(count: usize) -> __m256i {
        // SAFETY: as above.
        unsafe { mask32(2 * count.min(4)) }
    }

    lanes!(
        __m256,
        f32,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_fmadd_ps,
        _mm256_or_ps,
        |x| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NEQ_UQ>(x, _mm256_setzero_ps())).cast_unsigned(),
        |x| _mm256_and_ps(_mm256_cmp_ps::<_CMP_NLE_UQ>(x, _mm256_setzero_ps()), x),
        |count, from| _mm256_maskload_ps(from, mask32(count)),
        |count, to, x| _mm256_maskstore_ps(to, mask32(count), x),
        |x, y| {
            let (low, high) = (_mm256_unpacklo_ps(x, y), _mm256_unpackhi_ps(x, y));
            (_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31))
        }
    );
    lanes!(
        __m256d,
        f64,
        4,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_add_pd,
        _mm256_fmadd_pd,
        _mm256_or_pd,
        |x| _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_NEQ_UQ>(x, _mm256_setzero_pd())).cast_unsigned(),
        |x| _mm256_and_pd(_mm256_cmp_pd::<_CMP_NLE_UQ>(x, _mm256_setzero_pd()), x),
        |count, from| _mm256_maskload_pd(from, mask64(count)),
        |count, to, x| _mm256_maskstore_pd(to, mask64(count), x),
        |x, y| {
            let (low, high) = (_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y));
            (_mm256_permute2f128_pd(low, high, 0x20), _mm256_permute2f128_pd(low, high, 0x31))
        }
    );
}
