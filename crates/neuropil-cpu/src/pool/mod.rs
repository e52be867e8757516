//! A persistent pool of threads that share out the slots of short parallel regions.
//!
//! # Protocol
//!
//! One 64-bit word holds the number of the region (upper half) and a bit for each slot that nobody
//! has claimed yet (lower half). The caller publishes a region by storing a new word, in which slot 0
//! is its own already, claims what is left when it has run that, and waits until every slot that
//! workers claimed is done. What the caller writes and what workers write stand on cache lines of
//! their own, because a line that travels from core to core is what a region costs. A worker claims a slot by clearing its bit
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
    /// What the caller writes and workers look at.
    call: Line<Call>,
    /// Slots that workers have done, in all regions; wraps.
    done: Line<AtomicU32>,
    /// The message of the first panic.
    failure: Mutex<Option<String>>,
}

/// What the caller writes.
struct Call {
    /// Region number and unclaimed slots.
    word: AtomicU64,
    /// What the slots of the present region run.
    region: Region,
    /// Number of workers that are parked, or about to be.
    parked: AtomicU32,
    /// Set when the pool goes away.
    closing: AtomicBool,
}

/// Something on cache lines of its own; processors fetch them in pairs.
#[repr(align(128))]
struct Line<T>(T);

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
            call: Line(Call {
                word: AtomicU64::new(0),
                region: Region::new(),
                parked: AtomicU32::new(0),
                closing: AtomicBool::new(false),
            }),
            done: Line(AtomicU32::new(0)),
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
        let call = &shared.call.0;
        let region = (call.word.load(Ordering::Relaxed) >> 32).wrapping_add(1);
        let before = shared.done.0.load(Ordering::Relaxed);
        call.region.set(job);
        let unclaimed = (u64::MAX >> (64 - slots.min(MOST_SLOTS))) & !1;
        // Sequentially consistent with the loads of `parked` here and of `word` in `park`: either
        // this thread sees the sleeper, or the sleeper sees the region.
        call.word
            .store((region << 32) | unclaimed, Ordering::SeqCst);
        if call.parked.load(Ordering::SeqCst) > 0 {
            for handle in self.handles.iter().take(slots - 1) {
                handle.unpark();
            }
        }
        let mut theirs = slots as u32;
        let mut next = Some(0);
        while let Some(slot) = next {
            shared.keep(guarded(job, slot));
            theirs -= 1;
            next = shared.claim(0);
        }
        let mut looks = 0;
        while shared.done.0.load(Ordering::Acquire).wrapping_sub(before) < theirs {
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
        self.shared.call.0.closing.store(true, Ordering::SeqCst);
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
        let shared = &self.call.0.word;
        let mut word = shared.load(Ordering::Acquire);
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
            match shared.compare_exchange_weak(word, left, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(slot as usize),
                Err(now) => word = now,
            }
        }
    }

    /// Keeps the first failure.
    fn keep(&self, result: Result<(), String>) {
        if let Err(message) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(message);
        }
    }

    /// The life of a worker.
    fn work(&self, number: u32) {
        let mut looks = 0;
        let call = &self.call.0;
        while !call.closing.load(Ordering::Acquire) {
            if let Some(slot) = self.claim(number) {
                // SAFETY: the claim succeeded, so the region it belongs to is still open: its
                // caller does not return before this slot is counted as done, below.
                let job = unsafe { call.region.get() };
                self.keep(guarded(job, slot));
                self.done.0.fetch_add(1, Ordering::Release);
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
        let call = &self.call.0;
        call.parked.fetch_add(1, Ordering::SeqCst);
        let open = call.word.load(Ordering::SeqCst) as u32 != 0;
        if !open && !call.closing.load(Ordering::SeqCst) {
            thread::park();
        }
        call.parked.fetch_sub(1, Ordering::SeqCst);
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
