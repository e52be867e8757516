//! The closure of the present region, handed from the caller to the workers.

use std::cell::UnsafeCell;

/// What a region runs.
type Job = dyn Fn(usize) + Sync;

/// The same while its borrows are known.
type Scoped<'a> = dyn Fn(usize) + Sync + 'a;

/// A cell that the caller fills before it publishes a region and workers read after a claim.
///
/// The compare-exchange of a claim reads what the publishing store wrote, so the write of the
/// cell happens before every read of it; and the caller writes again only after every claimed
/// slot of the region before is done.
pub(super) struct Region(UnsafeCell<Option<*const Job>>);

// SAFETY: accesses are ordered by the protocol described above; the closure itself is `Sync`.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    pub(super) fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// Sets the closure of the region that is about to be published.
    ///
    /// Called by the owner of the pool alone, while no slot is claimed or unclaimed.
    pub(super) fn set(&self, job: &(dyn Fn(usize) + Sync)) {
        // SAFETY: only the lifetime is forgotten; `get` demands that the region is still open,
        // and the closure outlives its region because `Pool::run` borrows it until then.
        let job: &'static Job = unsafe { std::mem::transmute::<&Scoped<'_>, &'static Job>(job) };
        // SAFETY: no worker reads the cell now, since all slots of the region before are done.
        unsafe { *self.0.get() = Some(std::ptr::from_ref(job)) };
    }

    /// The closure of the open region.
    ///
    /// # Safety
    ///
    /// The calling thread holds a claimed slot of the region that is not yet counted as done.
    pub(super) unsafe fn get(&self) -> &Job {
        // SAFETY: the claim orders this read after the write in `set` (see the type).
        let job = unsafe { *self.0.get() };
        let job = job.expect("a slot is claimed only after a region was set");
        // SAFETY: the region is open (the caller's promise), so the closure is alive.
        unsafe { &*job }
    }
}
