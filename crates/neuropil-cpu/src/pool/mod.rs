//! A persistent pool of threads that share out the slots of short parallel regions.
//!
//! # Protocol
//!
//! One 64-bit word holds the number of the region (upper half) and a bit for each slot that nobody
//! has claimed yet (lower half). The caller publishes a region by storing a new word, claims slots
//! itself, and waits until every claimed slot is done. A worker claims a slot by clearing its bit
//! with a compare-exchange; it prefers the slot of its own number, so that a slot's memory stays in
//! one core's cache, and takes any other if that is gone.
//!
//! Nothing ever waits for a thread that has not started: if no worker wakes up, the caller does all
//! slots itself. Only a thread that is interrupted *inside* a slot holds the region back.
//!
//! A panic inside a slot is caught, the slot counts as done, and the region ends with an error.

#![expect(
    unsafe_code,
    reason = "workers run a closure of the caller, whose lifetime the protocol guards"
)]

mod region;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, Thread};

use region::Region;

/// The most slots of a region: the bits of half a word.
pub(crate) const MOST_SLOTS: usize = 32;

/// Looks at the word before a worker yields, and yields before it parks.
const SPINS: u32 = 400;
const YIELDS: u32 = 40;

/// Looks at the counter before the caller yields.
const CALLER_SPINS: u32 = 2_000;

/// What caller and workers share.
struct Shared {
    /// Region number and unclaimed slots.
    word: AtomicU64,
    /// Slots of the present region that are done.
    done: AtomicU32,
    /// What the slots of the present region run.
    region: Region,
    /// Number of workers that are parked, or about to be.
    parked: AtomicU32,
    /// Set when the pool goes away.
    closing: AtomicBool,
    /// The message of the first panic.
    failure: Mutex<Option<String>>,
}

/// Threads that wait for regions.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    handles: Vec<Thread>,
}

impl Pool {
    /// Starts `threads - 1` workers; the calling thread is the last of the number.
    ///
    /// A thread that the system refuses to start is left out: the others do its work.
    pub(crate) fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            word: AtomicU64::new(0),
            done: AtomicU32::new(0),
            region: Region::new(),
            parked: AtomicU32::new(0),
            closing: AtomicBool::new(false),
            failure: Mutex::new(None),
        });
        let workers: Vec<_> = (1..threads.clamp(1, MOST_SLOTS))
            .filter_map(|number| {
                let shared = Arc::clone(&shared);
                thread::Builder::new()
                    .name(format!("neuropil-{number}"))
                    .spawn(move || shared.work(number as u32))
                    .ok()
            })
            .collect();
        let handles = workers
            .iter()
            .map(|worker| worker.thread().clone())
            .collect();
        Self {
            shared,
            workers,
            handles,
        }
    }

    /// Runs `job(slot)` once for every slot below `slots` (at most [`MOST_SLOTS`]).
    ///
    /// Returns the message of the first panic, after all slots have ended.
    pub(crate) fn run(&mut self, slots: usize, job: &(dyn Fn(usize) + Sync)) -> Result<(), String> {
        debug_assert!(slots <= MOST_SLOTS);
        if self.workers.is_empty() || slots <= 1 {
            for slot in 0..slots {
                guarded(job, slot)?;
            }
            return Ok(());
        }
        let shared = &*self.shared;
        let region = (shared.word.load(Ordering::Relaxed) >> 32).wrapping_add(1);
        shared.done.store(0, Ordering::Relaxed);
        shared.region.set(job);
        let unclaimed = u64::MAX >> (64 - slots.min(MOST_SLOTS));
        // Sequentially consistent with the loads of `parked` here and of `word` in `park`: either
        // this thread sees the sleeper, or the sleeper sees the region.
        shared
            .word
            .store((region << 32) | unclaimed, Ordering::SeqCst);
        if shared.parked.load(Ordering::SeqCst) > 0 {
            for handle in self.handles.iter().take(slots - 1) {
                handle.unpark();
            }
        }
        while let Some(slot) = shared.claim(0) {
            shared.finish(guarded(job, slot));
        }
        let mut looks = 0;
        while shared.done.load(Ordering::Acquire) < slots as u32 {
            looks += 1;
            if looks < CALLER_SPINS {
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
        let mut failure = shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failure.take().map_or(Ok(()), Err)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        for handle in &self.handles {
            handle.unpark();
        }
        for worker in self.workers.drain(..) {
            // A worker catches the panics of slots, so there is nothing to learn from its end.
            let _ = worker.join();
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("workers", &self.workers.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Claims a slot of the present region: the preferred one if it is free, else the lowest.
    fn claim(&self, preferred: u32) -> Option<usize> {
        let mut word = self.word.load(Ordering::Acquire);
        loop {
            let unclaimed = word as u32;
            if unclaimed == 0 {
                return None;
            }
            let slot = if unclaimed & (1 << preferred) != 0 {
                preferred
            } else {
                unclaimed.trailing_zeros()
            };
            let left = word & !(1 << slot);
            match self
                .word
                .compare_exchange_weak(word, left, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return Some(slot as usize),
                Err(now) => word = now,
            }
        }
    }

    /// Counts a slot as done and keeps the first failure.
    fn finish(&self, result: Result<(), String>) {
        if let Err(message) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(message);
        }
        self.done.fetch_add(1, Ordering::Release);
    }

    /// The life of a worker.
    fn work(&self, number: u32) {
        let mut looks = 0;
        while !self.closing.load(Ordering::Acquire) {
            if let Some(slot) = self.claim(number) {
                // SAFETY: the claim succeeded, so the region it belongs to is still open: its
                // caller does not return before this slot is counted as done, below.
                let job = unsafe { self.region.get() };
                self.finish(guarded(job, slot));
                looks = 0;
            } else {
                looks += 1;
                if looks < SPINS {
                    std::hint::spin_loop();
                } else if looks < SPINS + YIELDS {
                    thread::yield_now();
                } else {
                    self.park();
                    looks = 0;
                }
            }
        }
    }

    /// Sleeps until a region is published or the pool closes.
    fn park(&self) {
        self.parked.fetch_add(1, Ordering::SeqCst);
        let open = self.word.load(Ordering::SeqCst) as u32 != 0;
        if !open && !self.closing.load(Ordering::SeqCst) {
            thread::park();
        }
        self.parked.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs one slot and turns a panic into its message.
fn guarded(job: &(dyn Fn(usize) + Sync), slot: usize) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| job(slot))).map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| {
            payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
        })
        .unwrap_or_else(|| "panic without a message".to_owned())
}
