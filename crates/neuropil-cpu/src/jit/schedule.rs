//! The order of instructions: list scheduling by the longest path to the end.
//!
//! Operations of a kernel depend on one another in long chains (a polynomial is one), so that a
//! processor that could start several a cycle waits for results. The scheduler walks through
//! time: of the instructions whose inputs are there it takes the one with the longest path of
//! latencies behind it. Where so many values are alive that registers run out it takes the one
//! that frees most instead. Constants that need a register of their own wait for nothing: each is
//! read right before the instruction that takes it, so that it holds the register for no longer.

use super::code::{Instruction, Listing, Operation};
use super::target::{Bank, Target};
use neuropil_ir::kernel::Binary;

/// Instructions that start in one cycle.
const STARTS_A_CYCLE: u32 = 2;

/// Registers that are left free for what the allocator needs on the way.
const RESERVE: usize = 3;

/// How many vectors of lanes should be worked on at a time: 1, 2 or 4, so that chunks of lanes are
/// whole rounds.
///
/// One vector keeps the processor busy for as long as it takes to start its instructions, and
/// takes as long as its longest chain; as many vectors as fit the one into the other fill the
/// gaps. A neuron with many channels fills them alone: two vectors of it cost a tenth more, as
/// registers run out.
pub(super) fn vectors(listing: &Listing) -> u32 {
    let (listing, _) = without_splats(listing);
    let path = Graph::new(&listing).path.into_iter().max().unwrap_or(0);
    let starts = listing.instructions.len() as u32;
    let twice = 2 * path * STARTS_A_CYCLE;
    match twice.checked_div(starts).unwrap_or(0) {
        0..3 => 1,
        3..5 => 2,
        _ => 4,
    }
}

/// Orders the instructions of a listing.
pub(super) fn schedule(listing: &mut Listing, target: Target) {
    let (rest, mut splats) = without_splats(listing);
    let order = Graph::new(&rest).order(&rest, target);
    listing.instructions.clear();
    for place in order {
        let instruction = rest.instructions[place];
        let splats = instruction
            .regs()
            .filter_map(|reg| splats[reg.index()].take());
        listing.instructions.extend(splats);
        listing.instructions.push(instruction);
    }
}

/// A listing without the instructions that read constants, and these by the value that they make,
/// which is made before its first reader.
fn without_splats(listing: &Listing) -> (Listing, Vec<Option<Instruction>>) {
    let mut splats = vec![None; listing.banks.len()];
    let mut rest = listing.clone();
    rest.instructions.retain(|instruction| {
        let splat = instruction.operation == Operation::Splat;
        if let (true, Some(out)) = (splat, instruction.out) {
            splats[out.index()] = Some(*instruction);
        }
        !splat
    });
    (rest, splats)
}

/// Cycles until the output may be read; those of Zen 4 and Sapphire Rapids lie near one another
/// (A. Fog, Instruction tables).
fn latency(operation: Operation) -> u32 {
    match operation {
        Operation::Arithmetic(Binary::Add | Binary::Sub | Binary::Mul)
        | Operation::Fused { .. } => 4,
        Operation::Arithmetic(Binary::Min | Binary::Max) => 2,
        Operation::Arithmetic(Binary::Div) => 20,
        Operation::Sqrt => 20,
        Operation::Round { .. } | Operation::ToFloat { .. } => 4,
        Operation::Compare(_) | Operation::CompareWithin(_) | Operation::TestBits { .. } => 4,
        Operation::MaskLogic(_) | Operation::MaskNot => 1,
        Operation::MultiplyWide => 3,
        Operation::Splat
        | Operation::Element { .. }
        | Operation::Load { .. }
        | Operation::LoadExtended { .. } => 7,
        Operation::LoadSigned { .. }
        | Operation::LoadUnsigned { .. }
        | Operation::LoadNarrow { .. } => 10,
        Operation::Join => 3,
        _ => 1,
    }
}

/// Cycles for which the unit that divides takes no other instruction.
fn divider(operation: Operation) -> u32 {
    match operation {
        Operation::Arithmetic(Binary::Div) => 8,
        Operation::Sqrt => 12,
        _ => 0,
    }
}

/// Which instruction needs which.
struct Graph {
    /// Instructions that wait for this one, and for how many cycles.
    after: Vec<Vec<(usize, u32)>>,
    /// Number of instructions that this one waits for.
    before: Vec<u32>,
    /// Cycles from the start of this one to the end of all that wait for it.
    path: Vec<u32>,
    /// Number of instructions that read each value.
    readers: Vec<u32>,
    /// The instruction that makes each value; none for constants.
    makers: Vec<Option<usize>>,
}

impl Graph {
    fn new(listing: &Listing) -> Self {
        let count = listing.instructions.len();
        let mut graph = Self {
            after: vec![Vec::new(); count],
            before: vec![0; count],
            path: vec![0; count],
            readers: vec![0; listing.banks.len()],
            makers: vec![None; listing.banks.len()],
        };
        // For each array and copy: who has read or written it, in order.
        let mut touched: Vec<((u32, u32), usize)> = Vec::new();
        for (place, instruction) in listing.instructions.iter().enumerate() {
            let mut seen = Vec::with_capacity(3);
            for reg in instruction.regs() {
                if seen.contains(&reg) {
                    continue;
                }
                seen.push(reg);
                graph.readers[reg.index()] += 1;
                if let Some(from) = graph.makers[reg.index()] {
                    let wait = latency(listing.instructions[from].operation);
                    graph.edge(from, place, wait);
                }
            }
            if let Some(out) = instruction.out {
                graph.makers[out.index()] = Some(place);
            }
            let operation = instruction.operation;
            if let Some(array) = operation.writes() {
                let key = (array, instruction.copy);
                for &(other, earlier) in &touched {
                    if other == key {
                        graph.edge(earlier, place, 0);
                    }
                }
                touched.push((key, place));
            } else if let Some(array) = operation.reads() {
                touched.push(((array, instruction.copy), place));
            }
        }
        for place in (0..count).rev() {
            let own = latency(listing.instructions[place].operation);
            let longest = graph.after[place]
                .iter()
                .map(|&(later, wait)| graph.path[later] + wait)
                .max();
            graph.path[place] = longest.unwrap_or(own);
        }
        graph
    }

    fn edge(&mut self, from: usize, to: usize, wait: u32) {
        self.after[from].push((to, wait));
        self.before[to] += 1;
    }

    fn order(&self, listing: &Listing, target: Target) -> Vec<usize> {
        let count = listing.instructions.len();
        let mut order = Vec::with_capacity(count);
        let mut before = self.before.clone();
        let mut readers = self.readers.clone();
        // The earliest cycle in which each instruction may start.
        let mut earliest = vec![0_u32; count];
        let mut ready: Vec<usize> = (0..count).filter(|&place| before[place] == 0).collect();
        let mut alive = Alive::new(target);
        let mut slot = 0;
        let mut divides_from = 0;
        while !ready.is_empty() {
            let now = slot / STARTS_A_CYCLE;
            let score = |place: usize| {
                let instruction = &listing.instructions[place];
                let change = self.change(instruction, &readers, listing);
                let mut start = earliest[place];
                if divider(instruction.operation) > 0 {
                    start = start.max(divides_from);
                }
                (change, start)
            };
            let best = ready
                .iter()
                .enumerate()
                .max_by_key(|&(_, &place)| {
                    let (change, start) = score(place);
                    let late = start.saturating_sub(now);
                    let fits = alive.fits(change);
                    let freed = if fits { 0 } else { -change.total() };
                    let path = self.path[place];
                    (
                        fits,
                        freed,
                        std::cmp::Reverse(late),
                        path,
                        std::cmp::Reverse(place),
                    )
                })
                .map(|(at, _)| at);
            let Some(best) = best else { break };
            let place = ready.swap_remove(best);
            let instruction = &listing.instructions[place];
            let (change, start) = score(place);
            let begin = start.max(now);
            slot = (begin * STARTS_A_CYCLE).max(slot) + 1;
            let busy = divider(instruction.operation);
            if busy > 0 {
                divides_from = begin + busy;
            }
            alive.take(change);
            let mut seen = Vec::with_capacity(3);
            for reg in instruction.regs() {
                if !seen.contains(&reg) {
                    seen.push(reg);
                    readers[reg.index()] -= 1;
                }
            }
            for &(later, wait) in &self.after[place] {
                earliest[later] = earliest[later].max(begin + wait);
                before[later] -= 1;
                if before[later] == 0 {
                    ready.push(later);
                }
            }
            order.push(place);
        }
        order
    }

    /// What an instruction adds to the values alive; constants are alive for one instruction.
    fn change(&self, instruction: &Instruction, readers: &[u32], listing: &Listing) -> Change {
        let mut change = Change {
            vectors: 0,
            masks: 0,
        };
        let mut add = |bank, by| match bank {
            Bank::Vector => change.vectors += by,
            Bank::Mask => change.masks += by,
        };
        if let Some(out) = instruction.out {
            add(listing.bank(out), 1);
        }
        let inputs = instruction.inputs;
        for (place, input) in inputs.iter().enumerate() {
            if let Some(reg) = input.reg()
                && !inputs[..place].contains(input)
                && readers[reg.index()] == 1
                && self.makers[reg.index()].is_some()
            {
                add(listing.bank(reg), -1);
            }
        }
        change
    }
}

/// How many values of each bank an instruction adds to those alive.
#[derive(Clone, Copy, Debug)]
struct Change {
    vectors: i32,
    masks: i32,
}

impl Change {
    fn total(self) -> i32 {
        self.vectors + 2 * self.masks
    }
}

/// Values alive, and room for them.
struct Alive {
    vectors: i32,
    masks: i32,
    room: (i32, i32),
}

impl Alive {
    fn new(target: Target) -> Self {
        let room = |bank| i32::from(target.registers(bank));
        Self {
            vectors: 0,
            masks: 0,
            room: (room(Bank::Vector) - RESERVE as i32, room(Bank::Mask) - 1),
        }
    }

    fn fits(&self, change: Change) -> bool {
        let vectors = change.vectors <= 0 || self.vectors + change.vectors <= self.room.0;
        let masks = change.masks <= 0 || self.masks + change.masks <= self.room.1;
        vectors && masks
    }

    fn take(&mut self, change: Change) {
        self.vectors += change.vectors;
        self.masks += change.masks;
    }
}
