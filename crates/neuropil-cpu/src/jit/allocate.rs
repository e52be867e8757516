//! Registers for values: one walk over the ordered instructions.
//!
//! Where no register is free, the value whose next reader is farthest gives way (Belady 1966,
//! IBM Systems Journal 5:78, for pages). It goes to a place of the spill area, once, for values
//! never change; what is cheap to make is made again instead.

use std::collections::BTreeMap;

use super::code::{Instruction, Listing, Operand, Operation, Reg};
use super::target::{Bank, Target};

/// Where an input of a placed instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// There is none.
    None,
    /// A register of the bank that the operation asks for.
    Register(u8),
    /// A constant of the pool.
    Pool(u32),
    /// A number of the call.
    Number(u32),
}

/// An instruction over registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) operation: Operation,
    /// The register of the output, or of what is spilled; 0 where there is none.
    pub(super) out: u8,
    pub(super) inputs: [Location; 3],
    pub(super) copy: u32,
    /// The bank of the output, or of what is moved.
    pub(super) bank: Bank,
}

/// Instructions over registers, and what they need.
#[derive(Clone, Debug, Default)]
pub(super) struct Placing {
    pub(super) instructions: Vec<Placed>,
    /// Places of the spill area.
    pub(super) spill_slots: u32,
    /// Number of writes to the spill area and reads from it.
    pub(super) spills: usize,
    pub(super) reloads: usize,
}

impl Placing {
    /// Number of writes of a bank's values to the spill area.
    pub(super) fn spills_of(&self, bank: Bank) -> usize {
        let spilled = |placed: &&Placed| matches!(placed.operation, Operation::Spill { .. });
        let placed = self.instructions.iter().filter(spilled);
        placed.filter(|placed| placed.bank == bank).count()
    }
}

/// Places the values of a listing.
pub(super) fn allocate(listing: &Listing, target: Target) -> Placing {
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); listing.banks.len()];
    for (place, instruction) in listing.instructions.iter().enumerate() {
        for reg in instruction.regs() {
            if readers[reg.index()].last() != Some(&(place as u32)) {
                readers[reg.index()].push(place as u32);
            }
        }
    }
    for readers in &mut readers {
        readers.reverse();
    }
    let file = |bank| File {
        first: target.first_register(bank),
        holds: vec![None; usize::from(target.registers(bank))],
    };
    let mut allocator = Allocator {
        listing,
        readers,
        makers: vec![None; listing.banks.len()],
        files: [file(Bank::Vector), file(Bank::Mask)],
        homes: BTreeMap::new(),
        slots: BTreeMap::new(),
        placing: Placing::default(),
    };
    for (place, instruction) in listing.instructions.iter().enumerate() {
        allocator.place(place as u32, instruction);
    }
    allocator.placing
}

/// The registers of a bank.
struct File {
    /// The number of the first.
    first: u8,
    holds: Vec<Option<Reg>>,
}

struct Allocator<'l> {
    listing: &'l Listing,
    /// The readers of each value that are still to come, last first.
    readers: Vec<Vec<u32>>,
    /// The instruction that makes each value again, for cheap ones.
    makers: Vec<Option<Instruction>>,
    files: [File; 2],
    /// The register of each value that has one.
    homes: BTreeMap<Reg, u8>,
    /// The place in the spill area of each value that has one.
    slots: BTreeMap<Reg, u32>,
    placing: Placing,
}

impl Allocator<'_> {
    fn place(&mut self, at: u32, instruction: &Instruction) {
        // The values that must stay where they are until the instruction has read them.
        let mut pinned: Vec<Reg> = instruction.regs().collect();
        for reg in pinned.clone() {
            self.fetch(reg, &pinned);
        }
        for reg in instruction.regs() {
            let readers = &mut self.readers[reg.index()];
            if readers.last() == Some(&at) {
                readers.pop();
            }
        }
        let mut inputs = instruction.inputs;
        let tied = instruction
            .operation
            .is_tied()
            .then(|| self.tie(&mut inputs));
        let locations = inputs.map(|input| match input {
            Operand::None => Location::None,
            Operand::Reg(reg) => Location::Register(self.home(reg)),
            Operand::Pool(place) => Location::Pool(place),
            Operand::Number(place) => Location::Number(place),
        });
        let dying: Vec<Reg> = instruction
            .regs()
            .filter(|reg| self.readers[reg.index()].is_empty())
            .collect();
        let mut out = 0;
        let mut locations = locations;
        if let Some(value) = instruction.out {
            let bank = self.listing.bank(value);
            match tied {
                Some(Some(input)) => {
                    // The output takes the place of an input that nothing reads any more.
                    out = self.home(input);
                    self.forget(input);
                    for reg in dying.iter().filter(|&&reg| reg != input) {
                        self.forget(*reg);
                    }
                }
                Some(None) => {
                    // No input may be overwritten: one is copied.
                    out = self.free_register(bank, &pinned);
                    let overwritten = locations
                        .iter_mut()
                        .rev()
                        .find(|location| matches!(location, Location::Register(_)));
                    if let Some(location) = overwritten {
                        self.placing.instructions.push(Placed {
                            operation: Operation::Move,
                            out,
                            inputs: [*location, Location::None, Location::None],
                            copy: 0,
                            bank,
                        });
                        *location = Location::Register(out);
                    }
                    for reg in dying {
                        self.forget(reg);
                    }
                }
                None => {
                    for reg in dying {
                        self.forget(reg);
                        pinned.retain(|one| *one != reg);
                    }
                    out = self.free_register(bank, &pinned);
                }
            }
            self.hold(value, out);
            if instruction.operation.is_cheap() {
                self.makers[value.index()] = Some(*instruction);
            }
        } else {
            for reg in dying {
                self.forget(reg);
            }
        }
        let bank = instruction
            .out
            .or_else(|| instruction.regs().next())
            .map_or(Bank::Vector, |reg| self.listing.bank(reg));
        self.placing.instructions.push(Placed {
            operation: instruction.operation,
            out,
            inputs: locations,
            copy: instruction.copy,
            bank,
        });
    }

    /// The input of a tied operation that its output overwrites, if any may be.
    fn tie(&self, inputs: &mut [Operand; 3]) -> Option<Reg> {
        // The summand first: it is the value that a chain hands on.
        inputs
            .iter()
            .rev()
            .filter_map(|input| input.reg())
            .find(|reg| self.readers[reg.index()].is_empty())
    }

    fn home(&self, reg: Reg) -> u8 {
        self.homes.get(&reg).copied().unwrap_or(u8::MAX)
    }

    fn file(&mut self, bank: Bank) -> &mut File {
        &mut self.files[usize::from(bank == Bank::Mask)]
    }

    fn hold(&mut self, reg: Reg, register: u8) {
        let file = self.file(self.listing.bank(reg));
        let place = usize::from(register - file.first);
        file.holds[place] = Some(reg);
        self.homes.insert(reg, register);
    }

    fn forget(&mut self, reg: Reg) {
        if let Some(register) = self.homes.remove(&reg) {
            let file = self.file(self.listing.bank(reg));
            let place = usize::from(register - file.first);
            if file.holds[place] == Some(reg) {
                file.holds[place] = None;
            }
        }
    }

    /// Brings a value to a register.
    fn fetch(&mut self, reg: Reg, pinned: &[Reg]) {
        if self.homes.contains_key(&reg) {
            return;
        }
        let bank = self.listing.bank(reg);
        let out = self.free_register(bank, pinned);
        if let Some(maker) = self.makers[reg.index()] {
            let input = match maker.inputs[0] {
                Operand::Pool(place) => Location::Pool(place),
                Operand::Number(place) => Location::Number(place),
                Operand::None | Operand::Reg(_) => Location::None,
            };
            self.placing.instructions.push(Placed {
                operation: maker.operation,
                out,
                inputs: [input, Location::None, Location::None],
                copy: maker.copy,
                bank,
            });
        } else if let Some(&slot) = self.slots.get(&reg) {
            self.placing.reloads += 1;
            self.transfer(Operation::Reload { slot }, out, bank);
        }
        self.hold(reg, out);
    }

    fn transfer(&mut self, operation: Operation, register: u8, bank: Bank) {
        self.placing.instructions.push(Placed {
            operation,
            out: register,
            inputs: [Location::None; 3],
            copy: 0,
            bank,
        });
    }

    /// A register that holds nothing; a value may have to give way.
    fn free_register(&mut self, bank: Bank, pinned: &[Reg]) -> u8 {
        let file = self.file(bank);
        let first = file.first;
        if let Some(free) = file.holds.iter().position(Option::is_none) {
            return first + free as u8;
        }
        let held: Vec<(usize, Reg)> = file
            .holds
            .iter()
            .enumerate()
            .filter_map(|(place, held)| held.map(|reg| (place, reg)))
            .filter(|(_, reg)| !pinned.contains(reg))
            .collect();
        // An instruction reads three values at most; every bank has more registers.
        let farthest = held.into_iter().max_by_key(|(_, reg)| {
            self.readers[reg.index()]
                .last()
                .copied()
                .unwrap_or(u32::MAX)
        });
        let Some((place, reg)) = farthest else {
            return first;
        };
        let register = first + place as u8;
        let read_again = !self.readers[reg.index()].is_empty();
        if read_again && self.makers[reg.index()].is_none() && !self.slots.contains_key(&reg) {
            let slot = self.placing.spill_slots;
            self.placing.spill_slots += 1;
            self.placing.spills += 1;
            self.slots.insert(reg, slot);
            self.transfer(Operation::Spill { slot }, register, bank);
        }
        self.forget(reg);
        register
    }
}
