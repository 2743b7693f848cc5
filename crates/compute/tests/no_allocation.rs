//! A repeated sequence of products allocates in its first round only.
#![allow(unsafe_code)] // A global allocator is unsafe to implement.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller vouches.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller vouches.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn only_the_first_round_allocates() {
    // The products of two layers, forward and backward, and those of XOR.
    let shapes = [(64, 300, 200), (64, 200, 90), (4, 2, 4), (4, 4, 1)];
    let (a, b, mut c) = (vec![0.5_f32; 70_000], vec![0.25_f32; 70_000], vec![0.0_f32; 70_000]);
    for threads in [1, 3] {
        let pool = Pool::new(threads);
        let mut round = || {
            for (m, k, n) in shapes {
                let (x, w, z) = (m * k, k * n, m * n);
                let (x, w, z) = (
                    MatRef::row_major(&a[..x], m, k),
                    MatRef::row_major(&b[..w], k, n),
                    MatRef::row_major(&a[..z], m, n),
                );
                matmul(&pool, MatMut::row_major(&mut c[..m * n], m, n), x, w, Start::Zero);
                matmul(&pool, MatMut::row_major(&mut c[..k * n], k, n), x.transposed(), z, Start::Zero);
                matmul(&pool, MatMut::row_major(&mut c[..m * k], m, k), z, w.transposed(), Start::Accumulate);
            }
        };
        let count = || ALLOCATIONS.load(Ordering::Relaxed);
        let before = count();
        round();
        // The caller keeps the memory, so that the second pool finds it.
        assert!(threads > 1 || count() > before, "the first round packs nothing");
        // The fewest of five times, since the test harness has a thread of its own that may allocate at any moment.
        let fewest = (0..5).map(|_| {
            let before = count();
            (0..20).for_each(|_| round());
            count() - before
        });
        assert_eq!(fewest.min(), Some(0), "with {threads} threads");
    }
}
