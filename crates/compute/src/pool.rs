//! A thread pool whose regions cost about a microsecond.
//!
//! A training step forks and joins dozens of times; a pool that wakes sleeping threads each time would cost more
//! than the small layers it runs. Workers here spin for a short while before they sleep. Tasks are assigned to
//! threads by number, not by chance, so that each thread's scratch memory reaches its size in the first step.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use crate::Split;

/// The most threads a pool can have.
pub const MAX_THREADS: usize = 64;

/// How often a thread looks for work before it goes to sleep: some 100 microseconds.
const SPINS: usize = 3_000;

type Body<'a> = &'a (dyn Fn(usize) + Sync);

/// A region in flight: the tasks `0..tasks` of `body`.
struct Job {
    body: Body<'static>,
    tasks: usize,
}

struct Shared {
    /// Written by the caller before `region` is raised, read by workers after they saw it raised.
    job: UnsafeCell<Option<Job>>,
    /// The number of the current region.
    region: AtomicUsize,
    /// Workers that have not finished the current region.
    pending: AtomicUsize,
    quit: AtomicBool,
    sleepers: AtomicUsize,
    sleep: Mutex<()>,
    wake: Condvar,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `job` is the only field that is not Sync. It is written while no worker reads it (`pending` is 0) and
// read after the release-acquire pair on `region`.
unsafe impl Sync for Shared {}
// SAFETY: as above; nothing in `Shared` is tied to a thread.
unsafe impl Send for Shared {}

/// A fixed set of threads that run the tasks of one region at a time; the caller is one of them.
///
/// ```
/// use pellucid_compute::Pool;
/// let pool = Pool::new(2);
/// let mut squares = [0.0_f32; 1000];
/// pool.split(1000, 100, &mut squares[..], |part| part.fill(4.0));
/// assert!(squares.iter().all(|&s| s == 4.0));
/// ```
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// Held while a region runs; a nested or concurrent region runs on its caller alone, with the same result.
    busy: Mutex<()>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool of `threads` threads, the caller included; the number is brought into 1 to [`MAX_THREADS`], and
    /// there are fewer where the system refuses a thread.
    pub fn new(threads: usize) -> Self {
        let threads = threads.clamp(1, MAX_THREADS);
        let shared = Arc::new(Shared {
            job: UnsafeCell::new(None),
            region: AtomicUsize::new(0),
            pending: AtomicUsize::new(0),
            quit: AtomicBool::new(false),
            sleepers: AtomicUsize::new(0),
            sleep: Mutex::new(()),
            wake: Condvar::new(),
            panic: Mutex::new(None),
        });
        // The number of threads that share a region must be known to each; count those that could be started.
        let started = Arc::new(AtomicUsize::new(usize::MAX));
        let workers: Vec<_> = (1..threads)
            .map_while(|index| {
                let (shared, started) = (Arc::clone(&shared), Arc::clone(&started));
                std::thread::Builder::new()
                    .name(format!("pellucid-{index}"))
                    .spawn(move || work(&shared, index, &started))
                    .ok()
            })
            .collect();
        started.store(workers.len() + 1, Ordering::Release);
        Self { shared, workers, busy: Mutex::new(()) }
    }

    /// As [`Pool::new`], to be shared by several sessions.
    pub fn shared(threads: usize) -> Arc<Self> {
        Arc::new(Self::new(threads))
    }

    /// A pool of the caller alone.
    pub fn single() -> Self {
        Self::new(1)
    }

    /// A pool with as many threads as the machine offers.
    pub fn per_core() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// The number of threads, the caller included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Runs `body(0)`, ..., `body(tasks - 1)`, task `i` on thread `i % threads`, and returns when all are done.
    ///
    /// # Panics
    /// Passes on a panic of a task, after all others have ended.
    pub fn run(&self, tasks: usize, body: impl Fn(usize) + Sync) {
        let exclusive = match self.busy.try_lock() {
            _ if self.workers.is_empty() || tasks < 2 => None,
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if exclusive.is_none() {
            (0..tasks).for_each(body);
            return;
        }
        let body: Body<'_> = &body;
        // SAFETY: only the lifetime changes. The reference is used by workers between here and `Join::drop`,
        // which returns (also when unwinding) only after all of them have finished with it.
        let body: Body<'static> = unsafe { std::mem::transmute::<Body<'_>, Body<'static>>(body) };
        let shared = &*self.shared;
        // SAFETY: we hold `busy` and `pending` is 0: no worker reads the job now.
        unsafe { *shared.job.get() = Some(Job { body, tasks }) };
        shared.pending.store(self.workers.len(), Ordering::Relaxed);
        let join = Join(shared);
        shared.region.fetch_add(1, Ordering::SeqCst);
        if shared.sleepers.load(Ordering::SeqCst) > 0 {
            let _guard = lock(&shared.sleep);
            shared.wake.notify_all();
        }
        for task in (0..tasks).step_by(self.threads()) {
            body(task);
        }
        drop(join);
        if let Some(panic) = lock(&shared.panic).take() {
            drop(exclusive);
            resume_unwind(panic);
        }
    }

    /// Cuts the `rows` rows of `args` into one contiguous part for each thread and runs `body` on every part;
    /// with fewer than `2 * grain` rows, everything on the caller.
    ///
    /// `body` must treat each row by itself: then the result does not depend on the number of threads.
    ///
    /// # Panics
    /// Where `args` has fewer than `rows` rows.
    pub fn split<A: Split + Send>(&self, rows: usize, grain: usize, args: A, body: impl Fn(A) + Sync) {
        let parts = self.threads().min(rows / grain.max(1)).max(1);
        if parts == 1 {
            return body(args);
        }
        let mut slots: [Mutex<Option<A>>; MAX_THREADS] = [const { Mutex::new(None) }; MAX_THREADS];
        let mut rest = args;
        let mut begin = 0;
        // Multiples of 16 rows keep whole cache lines and vectors in one part.
        let unit = if rows >= 16 * parts { 16 } else { 1 };
        for (part, slot) in slots[..parts - 1].iter_mut().enumerate() {
            let end = ((part + 1) * rows / parts).next_multiple_of(unit).min(rows);
            let (head, tail) = rest.split_at(end - begin);
            *slot.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(head);
            (rest, begin) = (tail, end);
        }
        *slots[parts - 1].get_mut().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        self.run(parts, |part| {
            if let Some(args) = lock(&slots[part]).take() {
                body(args);
            }
        });
    }
}

impl Default for Pool {
    /// The caller alone.
    fn default() -> Self {
        Self::single()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.quit.store(true, Ordering::SeqCst);
        {
            let _guard = lock(&self.shared.sleep);
            self.shared.wake.notify_all();
        }
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

/// Waits, when dropped, until all workers have finished the region.
struct Join<'a>(&'a Shared);

impl Drop for Join<'_> {
    fn drop(&mut self) {
        let mut spins = 0;
        while self.0.pending.load(Ordering::Acquire) > 0 {
            spins += 1;
            if spins < SPINS { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
    }
}

/// The life of worker `index`: wait for a region, run its share, report.
fn work(shared: &Shared, index: usize, started: &AtomicUsize) {
    let mut seen = 0;
    while let Some(region) = next_region(shared, seen) {
        seen = region;
        // SAFETY: `region` was raised after the job was written, and the caller waits for `pending` to fall.
        let job = unsafe { (*shared.job.get()).as_ref() };
        if let Some(job) = job {
            let threads = started.load(Ordering::Acquire);
            let run = || (index..job.tasks).step_by(threads).for_each(job.body);
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                lock(&shared.panic).get_or_insert(panic);
            }
        }
        shared.pending.fetch_sub(1, Ordering::Release);
    }
}

/// Waits for a region other than `seen`; `None` when the pool is dropped.
fn next_region(shared: &Shared, seen: usize) -> Option<usize> {
    let news = || {
        let region = shared.region.load(Ordering::SeqCst);
        if shared.quit.load(Ordering::SeqCst) { Some(None) } else { (region != seen).then_some(Some(region)) }
    };
    for _ in 0..SPINS {
        if let Some(next) = news() {
            return next;
        }
        std::hint::spin_loop();
    }
    let mut guard = lock(&shared.sleep);
    shared.sleepers.fetch_add(1, Ordering::SeqCst);
    let next = loop {
        if let Some(next) = news() {
            break next;
        }
        guard = shared.wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
    };
    shared.sleepers.fetch_sub(1, Ordering::SeqCst);
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rows;

    #[test]
    fn every_task_runs_once_whatever_the_threads() {
        for threads in [1, 2, 3, 4] {
            let pool = Pool::new(threads);
            for tasks in [0, 1, 2, 5, 97] {
                let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                for _ in 0..50 {
                    pool.run(tasks, |task| {
                        counts[task].fetch_add(1, Ordering::Relaxed);
                    });
                }
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 50));
            }
        }
    }

    #[test]
    fn parts_cover_all_rows_in_order() {
        for threads in [1, 2, 3, 7] {
            let pool = Pool::new(threads);
            for rows in [0, 1, 15, 16, 17, 100, 257] {
                let source: Vec<usize> = (0..rows * 3).collect();
                let mut copy = vec![0; rows * 3];
                pool.split(rows, 4, (Rows(&mut copy[..], 3), Rows(&source[..], 3)), |(to, from)| {
                    to.0.copy_from_slice(from.0);
                });
                assert_eq!(copy, source);
            }
        }
    }

    #[test]
    fn sleeping_workers_wake_and_nested_regions_run() {
        let pool = Pool::new(3);
        let count = AtomicUsize::new(0);
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(5));
            pool.run(3, |_| {
                pool.run(4, |_| {
                    count.fetch_add(1, Ordering::Relaxed);
                });
            });
        }
        assert_eq!(count.load(Ordering::Relaxed), 36);
    }

    #[test]
    fn a_panic_in_a_task_reaches_the_caller_and_the_pool_survives() {
        let pool = Pool::new(2);
        for bad in [0, 1] {
            let caught =
                catch_unwind(AssertUnwindSafe(|| pool.run(2, |task| assert!(task != bad, "task failed"))));
            assert!(caught.is_err());
        }
        let count = AtomicUsize::new(0);
        pool.run(2, |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
