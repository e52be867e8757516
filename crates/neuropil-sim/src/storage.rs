//! Which projections are stored, where not all of them fit into the memory.

use neuropil_ir::backend::Storage;
use neuropil_ir::connect::{Connection, Connectivity, Pattern, must_be_stored};
use neuropil_ir::plan::Plan;

use crate::connect::Connector;
use crate::memory;

/// What a projection needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// Bytes if its edges are stored.
    stored: u64,
    /// Whether its edges must be stored.
    must_be_stored: bool,
    /// Whether its pattern says all, so that storing its edges would only cost.
    plain: bool,
}

impl Need {
    /// The needs of a connection of a plan; `generates` says whether the back-end can.
    pub(crate) fn of(
        connection: &Connection,
        connector: &Connector,
        plan: &Plan,
        generates: bool,
    ) -> Self {
        let projection = plan.projections.get(connection.projection.index());
        let must_be_stored = !generates
            || projection.is_none_or(|p| must_be_stored(p.sum, p.delay, connector).is_some());
        let pattern = connector.pattern();
        Self {
            stored: memory::connections(connection, connector.expected_edges(), plan.precision),
            must_be_stored,
            plain: matches!(pattern, Pattern::Diagonal | Pattern::AllPairs { .. }),
        }
    }

    /// Bytes under a way of storage.
    fn bytes(&self, storage: Storage) -> u64 {
        match storage {
            Storage::Generated => 0,
            Storage::Auto if self.plain && !self.must_be_stored => 0,
            Storage::Auto | Storage::Stored => self.stored,
        }
    }
}

/// Chooses for each projection; `room` is the bytes that are left for all of them.
///
/// Where it is left to this function, the largest that can be are generated, as many as it takes
/// for the rest to fit.
pub(crate) fn choose(needs: &[Need], wanted: Storage, room: u64) -> Vec<Storage> {
    let mut chosen = vec![wanted; needs.len()];
    if wanted != Storage::Auto {
        return chosen;
    }
    let mut candidates: Vec<usize> = (0..needs.len())
        .filter(|&at| !needs[at].must_be_stored && needs[at].bytes(Storage::Auto) > 0)
        .collect();
    // The sort is stable: of equal projections the first is generated.
    candidates.sort_by_key(|&at| std::cmp::Reverse(needs[at].stored));
    for at in candidates {
        if bytes(needs, &chosen) <= room {
            break;
        }
        chosen[at] = Storage::Generated;
    }
    chosen
}

/// The bytes of all projections.
pub(crate) fn bytes(needs: &[Need], chosen: &[Storage]) -> u64 {
    let each = needs.iter().zip(chosen);
    each.map(|(need, &storage)| need.bytes(storage))
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Storage::{Auto, Generated, Stored};

    fn need(stored: u64, must_be_stored: bool, plain: bool) -> Need {
        Need {
            stored,
            must_be_stored,
            plain,
        }
    }

    #[test]
    fn the_largest_are_generated_until_the_rest_fits() {
        let needs = [
            need(100, false, false),
            need(300, true, false),
            need(200, false, false),
            need(900, false, true),
        ];
        let choose = |room| choose(&needs, Auto, room);
        assert_eq!(choose(600), [Auto; 4]);
        assert_eq!(choose(599), [Auto, Auto, Generated, Auto]);
        assert_eq!(choose(400), [Auto, Auto, Generated, Auto]);
        assert_eq!(choose(399), [Generated, Auto, Generated, Auto]);
        assert_eq!(bytes(&needs, &choose(0)), 300, "what must be stored");
        assert_eq!(bytes(&needs, &[Stored; 4]), 1500);
    }

    #[test]
    fn what_is_wanted_or_cannot_be_generated_stays() {
        let needs = [need(100, false, false), need(50, true, true)];
        for wanted in [Stored, Generated] {
            assert_eq!(choose(&needs, wanted, 0), [wanted; 2]);
        }
        let needs = [need(100, true, false), need(50, true, true)];
        assert_eq!(choose(&needs, Auto, 0), [Auto; 2]);
        assert_eq!(bytes(&needs, &[Auto; 2]), 150, "what must be stored");
    }
}
