//! A pool in the child of a fork, where its workers do not exist.
#![cfg(unix)]
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use pellucid_compute::Pool;

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(code: i32) -> !;
    fn alarm(seconds: u32) -> u32;
}

/// Runs `body` in a child and returns how it ended: 0 if well, a signal if it hung.
fn in_child(body: impl FnOnce() -> bool) -> i32 {
    // SAFETY: the child allocates, which the C library allows after a fork, and touches no lock of another thread.
    unsafe {
        let process = fork();
        assert!(process >= 0);
        if process == 0 {
            alarm(20);
            _exit(i32::from(!body()));
        }
        let mut status = -1;
        assert_eq!(waitpid(process, &raw mut status, 0), process);
        status
    }
}

fn works(pool: &Pool) -> bool {
    let count = AtomicUsize::new(0);
    for _ in 0..100 {
        pool.run(7, |_| pool.run_ranges(13, |range| _ = count.fetch_add(range.len(), Ordering::Relaxed)));
    }
    let mut squares = [0_usize; 1000];
    pool.split(1000, 10, &mut squares[..], |part| part.fill(1));
    count.load(Ordering::Relaxed) == 100 * 7 * 13 && squares.iter().sum::<usize>() == 1000
}

#[test]
fn the_child_of_a_fork_goes_on_alone() {
    let pool = Pool::new(3);
    assert!(works(&pool));
    // Once while the workers look for work, and once while they sleep.
    for pause in [0, 50] {
        std::thread::sleep(Duration::from_millis(pause));
        assert_eq!(in_child(|| works(&pool)), 0);
        assert!(works(&pool));
    }
    // A pool of the child's own has threads; a child of the child is noticed too, and nothing hangs at the end.
    let status = in_child(|| {
        let own = Pool::new(3);
        let both = works(&own) && own.threads() == 3 && in_child(|| works(&own) && works(&pool)) == 0;
        drop(own);
        both
    });
    assert_eq!(status, 0);

    // While another thread is in the middle of a region, with workers inside.
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                pool.run(50, |_| std::thread::sleep(Duration::from_micros(50)));
            }
        });
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(1));
            assert_eq!(in_child(|| works(&pool)), 0);
        }
        stop.store(true, Ordering::Relaxed);
    });

    let mut pool = Some(pool);
    let status = in_child(|| {
        drop(pool.take());
        true
    });
    assert_eq!(status, 0, "dropped in the child");
    assert!(works(pool.as_ref().unwrap()));
}
