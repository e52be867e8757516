//! The pool under load: every slot once, panics reported, nothing left waiting.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::*;

#[test]
fn every_slot_runs_once_in_every_region() {
    for threads in [1, 2, 3, 7] {
        let mut pool = Pool::new(threads);
        let counts: Vec<AtomicUsize> = (0..MOST_SLOTS).map(|_| AtomicUsize::new(0)).collect();
        let regions = 20_000;
        for region in 0..regions {
            let slots = region % MOST_SLOTS + 1;
            let before: u64 = total(&counts);
            pool.run(slots, &|slot| {
                counts[slot].fetch_add(1, Ordering::Relaxed);
            })
            .unwrap();
            assert_eq!(total(&counts) - before, slots as u64);
        }
        let smallest = counts[MOST_SLOTS - 1].load(Ordering::Relaxed);
        assert_eq!(smallest, regions / MOST_SLOTS);
    }
}

fn total(counts: &[AtomicUsize]) -> u64 {
    counts
        .iter()
        .map(|count| count.load(Ordering::Relaxed) as u64)
        .sum()
}

#[test]
fn slots_see_what_the_region_before_wrote() {
    let mut pool = Pool::new(4);
    let cells: Vec<AtomicU64> = (0..8).map(|_| AtomicU64::new(0)).collect();
    for round in 0..5_000u64 {
        pool.run(8, &|slot| {
            // Each slot reads its neighbour's value of the region before.
            let neighbour = cells[(slot + 1) % 8].load(Ordering::Relaxed);
            assert!(neighbour == round || neighbour == round + 1);
            cells[slot].store(round + 1, Ordering::Relaxed);
        })
        .unwrap();
        assert!(
            cells
                .iter()
                .all(|cell| cell.load(Ordering::Relaxed) == round + 1)
        );
    }
}

#[test]
fn workers_wake_up_after_they_have_parked() {
    let mut pool = Pool::new(3);
    for _ in 0..20 {
        thread::sleep(std::time::Duration::from_millis(3));
        let ran = AtomicUsize::new(0);
        pool.run(6, &|_| {
            ran.fetch_add(1, Ordering::Relaxed);
        })
        .unwrap();
        assert_eq!(ran.into_inner(), 6);
    }
}

#[test]
fn a_panic_ends_the_region_with_its_message_and_the_pool_goes_on() {
    for threads in [1, 2, 5] {
        let mut pool = Pool::new(threads);
        let failed = pool.run(5, &|slot| assert!(slot != 3, "slot {slot} failed"));
        assert_eq!(failed, Err("slot 3 failed".to_owned()));
        assert_eq!(pool.run(5, &|_| {}), Ok(()));
    }
}
