//! Resident memory: what building a network really takes, at its end and at its peak.
//!
//! The engine counts what it allocates; the system counts what is there. Reading the latter is for faces,
//! which hand in a [`MemoryProbe`].

/// How a face reads the resident memory of its process; what it cannot tell is `None`.
#[derive(Clone, Copy, Debug)]
pub struct MemoryProbe {
    /// Bytes that are resident now.
    pub resident: fn() -> Option<u64>,
    /// The most bytes that were resident since the last [`MemoryProbe::forget_peak`].
    pub peak: fn() -> Option<u64>,
    /// Lets the peak begin anew with what is resident now; `false` where the system cannot.
    pub forget_peak: fn() -> bool,
}

/// The resident memory of the process around the building of a network; bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildMemory {
    /// Before anything was allocated for it.
    pub before: u64,
    /// With its state, before the first connection.
    pub loaded: u64,
    /// When it was built.
    pub after: u64,
    /// The most in between.
    pub peak: u64,
}

impl BuildMemory {
    /// The bytes that the network has taken.
    pub fn growth(&self) -> u64 {
        self.after.saturating_sub(self.before)
    }

    /// The bytes that its connections have taken.
    pub fn connections(&self) -> u64 {
        self.after.saturating_sub(self.loaded)
    }

    /// What building took at its peak over what it left; `None` if it left nothing.
    pub fn peak_ratio(&self) -> Option<f64> {
        let peak = self.peak.saturating_sub(self.before);
        (self.growth() > 0).then(|| peak as f64 / self.growth() as f64)
    }
}

impl MemoryProbe {
    /// The bytes resident before something begins, with a peak that begins anew.
    pub(super) fn begin(&self) -> Option<u64> {
        let resident = (self.resident)()?;
        (self.forget_peak)().then_some(resident)
    }

    /// The memory around what has begun; `loaded` is what was resident before the first connection.
    pub(super) fn end(&self, before: u64, loaded: Option<u64>) -> Option<BuildMemory> {
        let after = (self.resident)()?;
        let peak = (self.peak)()?.max(after);
        Some(BuildMemory {
            before,
            loaded: loaded.unwrap_or(after),
            after,
            peak,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_and_peak_are_above_what_was_there() {
        let memory = BuildMemory {
            before: 100,
            loaded: 140,
            after: 300,
            peak: 320,
        };
        assert_eq!((memory.growth(), memory.connections()), (200, 160));
        assert_eq!(memory.peak_ratio(), Some(1.1));
        let shrunk = BuildMemory {
            after: 90,
            ..memory
        };
        assert_eq!((shrunk.growth(), shrunk.peak_ratio()), (0, None));
    }

    #[test]
    fn what_the_system_cannot_tell_is_not_measured() {
        let knows = MemoryProbe {
            resident: || Some(7),
            peak: || Some(5),
            forget_peak: || true,
        };
        assert_eq!(knows.begin(), Some(7));
        // A peak below what is there now is one of a counter that lags behind.
        let memory = knows.end(3, None);
        assert_eq!(memory.map(|memory| memory.peak), Some(7));
        // Without connections all is state.
        assert_eq!(memory.map(|memory| memory.connections()), Some(0));
        let keeps = MemoryProbe {
            forget_peak: || false,
            ..knows
        };
        assert_eq!(keeps.begin(), None);
        let silent = MemoryProbe {
            resident: || None,
            ..knows
        };
        assert_eq!((silent.begin(), silent.end(3, Some(4))), (None, None));
    }
}
