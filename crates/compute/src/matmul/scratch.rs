//! Packing buffers that outlive a product.

/// A cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Memory on a 64-byte boundary that only grows: a repeated sequence of requests allocates in its first round
/// only.
pub(super) struct Scratch(Vec<Line>);

impl Scratch {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Room for `len` numbers, with whatever an earlier request left in it.
    pub(super) fn get<F: crate::scalar::Scalar>(&mut self, len: usize) -> &mut [F] {
        let lines = (len * size_of::<F>()).div_ceil(size_of::<Line>());
        if self.0.len() < lines {
            self.0.resize(lines, Line([0; 64]));
        }
        // SAFETY: the lines are initialised, aligned for any scalar, at least `len` scalars long and borrowed as
        // long as the result; scalars are `f32` or `f64` (the trait is sealed), to which all bits are valid.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_aligned_and_keep_the_memory() {
        let mut scratch = Scratch::new();
        for len in [0, 1, 15, 16, 17, 1000] {
            let numbers: &mut [f32] = scratch.get(len);
            assert_eq!((numbers.len(), numbers.as_ptr() as usize % 64), (len, 0));
            numbers.fill(1.0);
        }
        let before = scratch.get::<f64>(500).as_ptr() as usize;
        for len in [3, 500, 0, 250] {
            assert_eq!(scratch.get::<f64>(len).as_ptr() as usize, before);
        }
        scratch.get::<f64>(5000).fill(2.0);
        assert!(scratch.get::<f64>(5000).iter().all(|&x| x == 2.0));
    }
}
