//! Memory for long flat vectors, laid out for the matrix product.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::scalar::Scalar;

/// A cache line: matrices that begin here, with rows of whole lines, are read where they are.
const LINE: usize = 64;

/// A huge page of x86-64 and aarch64.
const HUGE: usize = 2 << 20;

/// Scalars in memory that begins on a cache line; half a huge page and more lies in huge pages where the system has
/// them, which saves most address translations. The length is fixed.
///
/// ```
/// use pellucid_compute::Buffer;
/// let mut buffer = Buffer::<f32>::zeros(1000).expect("4 kB");
/// buffer[7] = 1.0;
/// assert_eq!((buffer.iter().sum::<f32>(), buffer.as_ptr() as usize % 64), (1.0, 0));
/// ```
pub struct Buffer<F> {
    /// What the system gave, and has to get back.
    memory: NonNull<u8>,
    data: NonNull<F>,
    len: usize,
}

// SAFETY: a buffer owns its numbers, as a vector does.
unsafe impl<F: Send> Send for Buffer<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for Buffer<F> {}

/// The boundary on which `bytes` bytes begin.
fn boundary(bytes: usize) -> usize {
    if bytes >= HUGE / 2 { HUGE } else { LINE }
}

/// Memory for `len` numbers from the next boundary on; `None` where it cannot be addressed. Its own alignment is
/// small: only then does the system give zeroed pages without touching them.
fn layout<F>(len: usize) -> Option<Layout> {
    let bytes = len.checked_mul(size_of::<F>())?;
    let boundary = boundary(bytes);
    Layout::from_size_align(bytes.checked_next_multiple_of(boundary)?.checked_add(boundary)?, 16).ok()
}

/// Asks for huge pages; a system that has none goes on with small ones.
fn advise_huge_pages(start: *mut u8, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            fn madvise(
                start: *mut core::ffi::c_void,
                bytes: usize,
                advice: core::ffi::c_int,
            ) -> core::ffi::c_int;
        }
        const MADV_HUGEPAGE: core::ffi::c_int = 14;
        // SAFETY: the advice changes no contents, and the range is an allocation of ours.
        unsafe { madvise(start.cast(), bytes, MADV_HUGEPAGE) };
    }
    let _ = (start, bytes);
}

impl<F: Scalar> Buffer<F> {
    /// `len` zeros; `None` where the system does not have the memory.
    pub fn zeros(len: usize) -> Option<Self> {
        Self::zero_bits(len)
    }
}

impl<F> Buffer<F> {
    /// Memory whose bits are all zero, which must be a number for `F`: scalars only.
    fn zero_bits(len: usize) -> Option<Self> {
        let layout = layout::<F>(len)?;
        // SAFETY: the layout is not empty: it has room for a boundary.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        let bytes = len * size_of::<F>();
        let offset = memory.as_ptr().align_offset(boundary(bytes));
        // SAFETY: the layout has a whole boundary to spare.
        let data = unsafe { memory.add(offset) };
        if boundary(bytes) == HUGE {
            advise_huge_pages(data.as_ptr(), bytes.next_multiple_of(HUGE));
        }
        Some(Self { memory, data: data.cast(), len })
    }
}

impl<F> Drop for Buffer<F> {
    fn drop(&mut self) {
        if let Some(layout) = layout::<F>(self.len) {
            // SAFETY: the memory came from `alloc_zeroed` with this layout.
            unsafe { dealloc(self.memory.as_ptr(), layout) };
        }
    }
}

impl<F> Deref for Buffer<F> {
    type Target = [F];

    fn deref(&self) -> &[F] {
        // SAFETY: `len` initialised numbers lie at `data`, all zero bits at first.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }
}

impl<F> DerefMut for Buffer<F> {
    fn deref_mut(&mut self) -> &mut [F] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.len) }
    }
}

impl<F: Clone> Clone for Buffer<F> {
    /// # Panics
    /// Panics if the system does not have the memory.
    fn clone(&self) -> Self {
        let mut copy = Self::zero_bits(self.len).expect("memory for a copy of a buffer");
        copy.clone_from_slice(self);
        copy
    }
}

impl<F: std::fmt::Debug> std::fmt::Debug for Buffer<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_on_a_line_or_a_huge_page_and_hold_zeros() {
        for len in [0, 1, 15, 16, 1000, HUGE / 8 - 1, HUGE / 8, HUGE / 4 + 3] {
            let mut buffer = Buffer::<f32>::zeros(len).expect("a few MB");
            let align = if len * 4 >= HUGE / 2 { HUGE } else { LINE };
            assert_eq!(buffer.len(), len);
            assert!(buffer.as_ptr().addr().is_multiple_of(align));
            assert!(buffer.iter().all(|&x| x == 0.0));
            buffer.fill(1.0);
            assert_eq!(buffer.clone().iter().sum::<f32>(), len as f32);
        }
    }

    #[test]
    fn more_than_there_is_gives_none() {
        for len in [usize::MAX, usize::MAX / 4, usize::MAX / 8] {
            assert!(Buffer::<f32>::zeros(len).is_none());
        }
    }
}
