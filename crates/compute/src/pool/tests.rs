use super::*;
use crate::split::Rows;

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
            pool.run_ranges(tasks, |range| {
                counts[range].iter().for_each(|count| _ = count.fetch_add(1, Ordering::Relaxed));
            });
            assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 51));
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

#[test]
fn a_panic_ends_with_its_region() {
    let pool = Pool::new(4);
    for round in 0..200 {
        // Every task panics, so that the caller's panic and some of the workers' belong to one region.
        let caught = catch_unwind(AssertUnwindSafe(|| pool.run(8, |task| panic!("{round}, {task}"))));
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        assert!(message.starts_with(&format!("{round}, ")), "{message} in round {round}");
        let count = AtomicUsize::new(0);
        pool.run_ranges(97, |range| _ = count.fetch_add(range.len(), Ordering::Relaxed));
        assert_eq!(count.load(Ordering::Relaxed), 97);
    }
    assert_eq!(pool.threads(), 4);
}
