//! What the weights and delays of edges showed while they were built.

use neuropil_ir::backend::BackendError;

/// What the edges showed.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The largest magnitude of a weight.
    pub(super) largest: f64,
    /// What is wrong with an edge, of the lowest row.
    pub(super) fault: Option<(u32, BackendError)>,
}

impl Survey {
    pub(super) fn keep(&mut self, fault: (u32, BackendError)) {
        if self.fault.as_ref().is_none_or(|(row, _)| fault.0 < *row) {
            self.fault = Some(fault);
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.largest = self.largest.max(other.largest);
        if let Some(fault) = other.fault {
            self.keep(fault);
        }
    }
}

/// Whether all numbers are finite, and their largest magnitude if so.
pub(super) fn extent(numbers: &[f64]) -> (bool, f64) {
    // Lanes of their own, which the compiler turns into vectors.
    const LANES: usize = 8;
    let (mut most, mut taint) = ([0.0; LANES], [0.0; LANES]);
    let (whole, rest) = numbers.as_chunks::<LANES>();
    for chunk in whole {
        for lane in 0..LANES {
            let magnitude = chunk[lane].abs();
            most[lane] = if magnitude > most[lane] {
                magnitude
            } else {
                most[lane]
            };
            // Zero, but for what is infinite or not a number.
            taint[lane] += magnitude * 0.0;
        }
    }
    let most = most
        .iter()
        .chain(rest)
        .fold(0.0_f64, |most, x| most.max(x.abs()));
    let finite = taint.iter().all(|&taint| taint == 0.0) && rest.iter().all(|x| x.is_finite());
    (finite, most)
}

#[cfg(test)]
mod tests {
    use super::extent;

    #[test]
    fn extents_are_those_of_a_plain_search() {
        let numbers: Vec<f64> = (0..29).map(|i| f64::from((i * 7) % 29) - 20.0).collect();
        for count in 0..numbers.len() {
            let some = &numbers[..count];
            let most = some.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            assert_eq!(extent(some), (true, most), "{count}");
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                for at in 0..count {
                    let mut some = some.to_vec();
                    some[at] = odd;
                    assert!(!extent(&some).0, "{odd} at {at} of {count}");
                }
            }
        }
    }
}
