//! Slots for values: each is reused after its last reader.

use super::instruction::{Instruction, Run};
use super::lane::Lane;

/// Where a value is, before slots are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In no place: the input is not used, or is a plain count.
    Plain(u16),
    /// In the table of numbers.
    Number(u16),
    /// In an array of the plan.
    Array(u16),
    /// In a slot to be chosen.
    Slot(u32),
}

/// An instruction whose slots are not chosen yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<L: Lane> {
    pub(super) run: Run<L>,
    pub(super) out: Place,
    /// A second output; [`Place::Plain`] where there is none.
    pub(super) also: Place,
    pub(super) inputs: [Place; 4],
}

/// The chosen slots.
#[derive(Debug)]
pub(super) struct Allocation<L: Lane> {
    pub(super) instructions: Vec<Instruction<L>>,
    /// Number of slots.
    pub(super) slots: usize,
    /// The wire of each value in a slot.
    wires: Vec<u16>,
}

impl<L: Lane> Allocation<L> {
    /// The wire of a place that is an array or a slot.
    pub(super) fn wire(&self, place: Place) -> u16 {
        match place {
            Place::Plain(x) | Place::Number(x) | Place::Array(x) => x,
            Place::Slot(value) => self.wires[value as usize],
        }
    }
}

/// Chooses slots; wires below `arrays` are the arrays, and slots follow.
///
/// Values in `kept` are read after the last instruction. The slot of an output is chosen before
/// those of the inputs are free, so an output never overlaps an input.
pub(super) fn allocate<L: Lane>(
    drafts: &[Draft<L>],
    values: usize,
    kept: &[Place],
    arrays: usize,
) -> Option<Allocation<L>> {
    let mut last_read = vec![0_usize; values];
    for (at, draft) in drafts.iter().enumerate() {
        for place in draft.inputs {
            if let Place::Slot(value) = place {
                last_read[value as usize] = at;
            }
        }
    }
    for place in kept {
        if let Place::Slot(value) = *place {
            last_read[value as usize] = usize::MAX;
        }
    }
    let mut allocation = Allocation {
        instructions: Vec::new(),
        slots: 0,
        wires: vec![u16::MAX; values],
    };
    let mut free: Vec<u16> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        for output in [draft.out, draft.also] {
            let Place::Slot(value) = output else { continue };
            let wire = match free.pop() {
                Some(wire) => wire,
                None => {
                    allocation.slots += 1;
                    u16::try_from(arrays + allocation.slots - 1).ok()?
                }
            };
            allocation.wires[value as usize] = wire;
            // A value that nothing reads keeps its slot for this one instruction only.
            last_read[value as usize] = last_read[value as usize].max(at);
        }
        let instruction = Instruction {
            run: draft.run,
            out: allocation.wire(draft.out),
            also: allocation.wire(draft.also),
            inputs: draft.inputs.map(|place| allocation.wire(place)),
        };
        allocation.instructions.push(instruction);
        release(draft, at, &last_read, &allocation.wires, &mut free);
    }
    Some(allocation)
}

/// Frees the slots of the values that are read, or written, for the last time.
fn release<L: Lane>(
    draft: &Draft<L>,
    at: usize,
    last_read: &[usize],
    wires: &[u16],
    free: &mut Vec<u16>,
) {
    let [a, b, c, d] = draft.inputs;
    let places = [a, b, c, d, draft.out, draft.also];
    for (number, place) in places.iter().enumerate() {
        if let Place::Slot(value) = *place
            && last_read[value as usize] == at
            && !places[..number].contains(place)
        {
            free.push(wires[value as usize]);
        }
    }
}
