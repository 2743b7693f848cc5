//! A thread pool whose regions cost about a microsecond.
//!
//! A training step forks and joins dozens of times; a pool that wakes sleeping threads each time would cost more
//! than the small layers it runs. Workers here spin for a short while before they sleep. Nobody waits for a worker
//! that has not come: tasks are taken by whoever is there, the caller among them, and a region whose tasks are all
//! taken lets nobody in any more. So a thread that the system has put aside costs its help, not its absence.
//!
//! In the child of a fork there are no workers: a pool that was made before runs everything on its caller there.
//!
//! Single tasks are taken in their order. Of ranges of tasks, every thread has a segment that it begins with, the same one
//! in regions of equally many tasks, so that what it wrote in one region is in its cache in the next (Markatos and
//! LeBlanc, *Using processor affinity in loop scheduling*, 1994); then it takes what the others have left.

use std::any::Any;
use std::cell::UnsafeCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use crate::split::Split;

/// The most threads a pool can have.
pub const MAX_THREADS: usize = 64;

/// How often a thread looks for work before it goes to sleep: some 100 microseconds.
const SPINS: usize = 3_000;

type Body<'a> = &'a (dyn Fn(Range<usize>) + Sync);

/// A region in flight: the tasks `0..tasks` of `body`.
#[derive(Clone, Copy)]
struct Job<'a> {
    body: Body<'a>,
    tasks: usize,
    /// The tasks are cut into so many segments, one for each thread that is to begin with its own.
    segments: usize,
    /// A thread takes one part in so many of the tasks that are left in a segment, at least one task.
    share: usize,
}

impl Job<'_> {
    fn segment(&self, index: usize) -> Range<usize> {
        index * self.tasks / self.segments..(index + 1) * self.tasks / self.segments
    }
}

/// The first task of a segment that nobody has taken; on a cache line of its own.
#[repr(align(64))]
struct Next(AtomicUsize);

/// The bits of [`Shared::state`] that count the workers in the region.
const INSIDE: u64 = OPEN - 1;

/// The bit of [`Shared::state`] that lets workers in.
const OPEN: u64 = 1 << 16;

/// One region more.
const REGION: u64 = OPEN << 1;

struct Shared {
    /// Written by the caller while nobody is inside, read by workers inside.
    job: UnsafeCell<Option<Job<'static>>>,
    next: [Next; MAX_THREADS],
    /// The number of the region, whether it is open, and how many workers are inside.
    state: AtomicU64,
    quit: AtomicBool,
    sleepers: AtomicUsize,
    sleep: Mutex<()>,
    wake: Condvar,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `job` is the only field that is not Sync. It is written while no worker is inside, and read by those who
// came in after the release-acquire pair on `state`.
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
    /// The workers live in the process of this generation.
    generation: u32,
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
    /// Makes a pool of `threads` threads, the caller included; the number is brought into 1 to [`MAX_THREADS`], and
    /// there are fewer where the system refuses a thread.
    pub fn new(threads: usize) -> Self {
        let threads = threads.clamp(1, MAX_THREADS);
        let shared = Arc::new(Shared {
            job: UnsafeCell::new(None),
            next: [const { Next(AtomicUsize::new(0)) }; MAX_THREADS],
            state: AtomicU64::new(0),
            quit: AtomicBool::new(false),
            sleepers: AtomicUsize::new(0),
            sleep: Mutex::new(()),
            wake: Condvar::new(),
            panic: Mutex::new(None),
        });
        let workers = (1..threads)
            .map_while(|index| {
                let shared = Arc::clone(&shared);
                std::thread::Builder::new()
                    .name(format!("pellucid-{index}"))
                    .spawn(move || work(&shared, index))
                    .ok()
            })
            .collect();
        Self { shared, workers, generation: fork::generation(), busy: Mutex::new(()) }
    }

    /// As [`Pool::new`], to be shared by several sessions.
    pub fn shared(threads: usize) -> Arc<Self> {
        Arc::new(Self::new(threads))
    }

    /// Makes a pool of the caller alone.
    pub fn single() -> Self {
        Self::new(1)
    }

    /// Makes a pool with as many threads as the machine offers.
    pub fn per_core() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Returns the number of threads, the caller included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Runs `body(0)`, ..., `body(tasks - 1)`, each once, on whichever threads are free, and returns when all are done.
    /// Tasks begin in their order: with the longest first, threads end together.
    ///
    /// # Panics
    /// Panics if a task panics, after all others that have begun have ended.
    pub fn run(&self, tasks: usize, body: impl Fn(usize) + Sync) {
        let body = |range: Range<usize>| range.for_each(&body);
        self.start(Job { body: &body, tasks, segments: 1, share: usize::MAX });
    }

    /// Cuts `0..tasks` into ranges, runs `body` on each on whichever threads are free, and returns when all are done.
    ///
    /// A thread takes a range of the tasks that are left, fewer each time (guided self-scheduling, Polychronopoulos and
    /// Kuck 1987): long ranges first, for tasks that have something in common with their neighbours, and short ones at
    /// the end, so that all threads end together.
    ///
    /// # Panics
    /// Panics if a task panics, after all others that have begun have ended.
    pub fn run_ranges(&self, tasks: usize, body: impl Fn(Range<usize>) + Sync) {
        self.start(Job { body: &body, tasks, segments: self.threads(), share: 2 });
    }

    fn start(&self, job: Job<'_>) {
        if job.tasks == 0 {
            return;
        }
        if self.workers.is_empty() || job.tasks == 1 || self.orphaned() {
            return (job.body)(0..job.tasks);
        }
        let exclusive = match self.busy.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return (job.body)(0..job.tasks),
        };
        // SAFETY: only the lifetime changes. The reference is used by workers that are inside the region, and
        // `Join::drop` returns (also when unwinding) only after all of them have left and no other can come in.
        let body = unsafe { std::mem::transmute::<Body<'_>, Body<'static>>(job.body) };
        let shared = &*self.shared;
        // SAFETY: we hold `busy`, and the last region was closed and left: no worker reads the job now.
        unsafe { *shared.job.get() = Some(Job { body, ..job }) };
        for index in 0..job.segments {
            shared.next[index].0.store(job.segment(index).start, Ordering::Relaxed);
        }
        let region = shared.state.load(Ordering::Relaxed) / REGION + 1;
        let join = Join(self);
        shared.state.store(region * REGION + OPEN, Ordering::SeqCst);
        if shared.sleepers.load(Ordering::SeqCst) > 0 {
            let _guard = lock(&shared.sleep);
            shared.wake.notify_all();
        }
        shared.take_tasks(job, 0);
        drop(join);
        // Taken out of its place, so that the lock is not held, and not poisoned, by what follows.
        let panic = lock(&shared.panic).take();
        if let Some(panic) = panic {
            drop(exclusive);
            resume_unwind(panic);
        }
    }

    /// Whether this is the child of a fork, in which the workers do not exist.
    fn orphaned(&self) -> bool {
        self.generation != fork::generation()
    }

    /// Cuts the `rows` rows of `args` into one contiguous part for each thread and runs `body` on every part;
    /// with fewer than `2 * grain` rows, everything on the caller.
    ///
    /// `body` must treat each row by itself: then the result does not depend on the number of threads.
    ///
    /// # Panics
    /// Panics if `args` has fewer than `rows` rows.
    pub fn split<A: Split + Send>(&self, rows: usize, grain: usize, args: A, body: impl Fn(A) + Sync) {
        let (threads, grain) = (self.threads(), grain.max(1));
        if threads == 1 || rows / 2 < grain {
            return body(args);
        }
        let parts = threads.min(rows / grain);
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
        if self.orphaned() {
            // Nobody would ever come to be joined, or give back a lock that was held when the process forked.
            self.workers.drain(..).for_each(std::mem::forget);
            return;
        }
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

impl Shared {
    /// Runs tasks that nobody has taken until there are none, the own segment first.
    fn take_tasks(&self, job: Job<'_>, me: usize) {
        for index in (me..job.segments).chain(0..me.min(job.segments)) {
            let (next, end) = (&self.next[index].0, job.segment(index).end);
            let mut begin = next.load(Ordering::Relaxed);
            while begin < end {
                let until = begin + ((end - begin) / job.share).max(1);
                match next.compare_exchange_weak(begin, until, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => {
                        (job.body)(begin..until);
                        begin = next.load(Ordering::Relaxed);
                    }
                    Err(now) => begin = now,
                }
            }
        }
    }

    /// Comes into a region, if it is still open.
    fn enter(&self, region: u64) -> bool {
        let open = |state: u64| (state / REGION == region && state & OPEN != 0).then_some(state + 1);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, open).is_ok()
    }
}

/// Closes the region, when dropped, and waits until all workers have left it.
struct Join<'a>(&'a Pool);

impl Drop for Join<'_> {
    fn drop(&mut self) {
        let Pool { shared, .. } = self.0;
        let mut inside = shared.state.fetch_and(!OPEN, Ordering::Acquire) & INSIDE;
        let mut spins = 0;
        while inside > 0 {
            if self.0.orphaned() {
                // A task forked. In the child nobody does what the workers had taken.
                assert!(
                    std::thread::panicking(),
                    "a task of a parallel region went on in the child of a fork"
                );
                return;
            }
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
            inside = shared.state.load(Ordering::Acquire) & INSIDE;
        }
        if std::thread::panicking() {
            // The caller's own panic ends the region; one of a worker must not end the next.
            lock(&shared.panic).take();
        }
    }
}

/// The life of a worker: wait for a region, take tasks, leave.
fn work(shared: &Shared, me: usize) {
    let mut seen = 0;
    while let Some(region) = next_region(shared, seen) {
        seen = region;
        if !shared.enter(region) {
            continue;
        }
        // SAFETY: the job was written before the region was opened, and stays until we have left.
        let job = unsafe { *shared.job.get() };
        if let Some(job) = job {
            let run = || shared.take_tasks(job, me);
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                lock(&shared.panic).get_or_insert(panic);
            }
        }
        shared.state.fetch_sub(1, Ordering::Release);
    }
}

/// Waits for a region other than `seen`; `None` when the pool is dropped.
fn next_region(shared: &Shared, seen: u64) -> Option<u64> {
    let news = || {
        let region = shared.state.load(Ordering::SeqCst) / REGION;
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

mod fork;
#[cfg(test)]
mod tests;
