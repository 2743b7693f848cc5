//! Tensors of a layer by number, wherever they lie in a flat vector.

use std::ops::Range;

/// Where a tensor lies in a flat vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its first element.
    pub begin: usize,
    /// Its elements, of one sample where it has a row for each.
    pub len: usize,
    /// Whether it has a row for each sample of the batch.
    pub per_sample: bool,
}

impl Slot {
    /// Makes the slot of a tensor whose size does not depend on the batch.
    pub fn fixed(range: Range<usize>) -> Self {
        Self { begin: range.start, len: range.len(), per_sample: false }
    }

    /// The same tensors one after the other from the beginning of a vector, and the elements that they take.
    pub(crate) fn packed(slots: &[Self]) -> (Vec<Self>, usize) {
        let mut len = 0;
        let mut packed = Vec::with_capacity(slots.len());
        for slot in slots {
            packed.push(Self { begin: len, ..*slot });
            len += slot.len;
        }
        (packed, len)
    }

    /// Returns the elements of a batch of `batch` samples.
    #[inline]
    pub fn range(self, batch: usize) -> Range<usize> {
        self.begin..self.begin + if self.per_sample { self.len * batch } else { self.len }
    }
}

/// Tensors to read, numbered as the layer declared them.
///
/// ```
/// use pellucid_nn::layer::{Slot, Tensors};
/// let slots = [Slot::fixed(3..4), Slot::fixed(0..2)];
/// let [weight, bias] = Tensors::new(&[1.0, 2.0, 3.0, 4.0], &slots, 1).get();
/// assert_eq!((weight, bias), (&[4.0][..], &[1.0, 2.0][..]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tensors<'a, F> {
    flat: &'a [F],
    slots: &'a [Slot],
    batch: usize,
}

impl<'a, F: Copy> Tensors<'a, F> {
    /// Returns the tensors at `slots` of a flat vector, for a batch of `batch` samples.
    pub fn new(flat: &'a [F], slots: &'a [Slot], batch: usize) -> Self {
        Self { flat, slots, batch }
    }

    /// Returns the first `N` tensors.
    ///
    /// # Panics
    /// Panics if there are fewer.
    #[inline]
    pub fn get<const N: usize>(self) -> [&'a [F]; N] {
        std::array::from_fn(|number| self.tensor(number))
    }

    /// Returns the tensor of that number.
    ///
    /// # Panics
    /// Panics if there are not as many.
    #[inline]
    pub fn tensor(self, number: usize) -> &'a [F] {
        &self.flat[self.slots[number].range(self.batch)]
    }

    /// Returns the number of tensors.
    pub fn count(self) -> usize {
        self.slots.len()
    }
}

/// Tensors to write, numbered as the layer declared them.
#[derive(Debug)]
pub struct TensorsMut<'a, F> {
    flat: &'a mut [F],
    slots: &'a [Slot],
    batch: usize,
}

impl<'a, F> TensorsMut<'a, F> {
    /// Returns the tensors at `slots` of a flat vector, for a batch of `batch` samples.
    pub fn new(flat: &'a mut [F], slots: &'a [Slot], batch: usize) -> Self {
        Self { flat, slots, batch }
    }

    /// Returns the first `N` tensors.
    ///
    /// # Panics
    /// Panics if there are fewer, or if two of them overlap, as they do where a layer is given one tensor twice.
    #[inline]
    pub fn get<const N: usize>(self) -> [&'a mut [F]; N] {
        let ranges = std::array::from_fn(|number| self.slots[number].range(self.batch));
        match self.flat.get_disjoint_mut(ranges) {
            Ok(tensors) => tensors,
            Err(error) => panic!("tensors of a layer: {error}"),
        }
    }

    /// Returns the tensor of that number.
    ///
    /// # Panics
    /// Panics if there are not as many.
    pub fn tensor(&mut self, number: usize) -> &mut [F] {
        &mut self.flat[self.slots[number].range(self.batch)]
    }

    /// Returns the same tensors for a shorter time.
    pub fn reborrow(&mut self) -> TensorsMut<'_, F> {
        TensorsMut { flat: self.flat, slots: self.slots, batch: self.batch }
    }

    /// Returns the number of tensors.
    pub fn count(&self) -> usize {
        self.slots.len()
    }
}
