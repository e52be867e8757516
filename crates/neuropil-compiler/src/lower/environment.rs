//! Where the symbols of a graph have their values, and how often these change.

use std::collections::BTreeMap;

use neuropil_ir::graph::Symbol;
use neuropil_ir::kernel::Element;
use neuropil_ir::plan::{BufferId, SlotId};

/// Where the value of a symbol is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The element of an array; a truth value is stored as 1 or 0.
    Array {
        /// The name of the binding in texts, such as `V`.
        name: String,
        /// The array.
        buffer: BufferId,
        /// Its element type.
        element: Element,
    },
    /// A slot; a truth value is kept as 1 or 0.
    Slot(SlotId),
    /// The index of the element.
    Lane,
    /// A draw from the open unit interval.
    Draw {
        /// The qualified name of what is drawn.
        name: String,
        /// The key of the stream.
        stream: u64,
    },
}

/// How often a value changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rate {
    /// Known when the network is built: parameters, dt.
    Build,
    /// Known at the start of a step: time, slots that are set before the step kernels run.
    Step,
    /// Differs between elements, or is known within a step only (a reduction).
    Lane,
}

/// Sources and rates of symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    entries: BTreeMap<Symbol, (Source, Rate)>,
}

impl Environment {
    /// Makes an environment that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where a symbol has its value and how often it changes.
    pub fn insert(&mut self, symbol: Symbol, source: Source, rate: Rate) {
        self.entries.insert(symbol, (source, rate));
    }

    /// Source and rate of a symbol.
    pub fn get(&self, symbol: Symbol) -> Option<&(Source, Rate)> {
        self.entries.get(&symbol)
    }

    /// How often a symbol changes; what is unknown counts as varying.
    pub fn rate(&self, symbol: Symbol) -> Rate {
        self.get(symbol).map_or(Rate::Lane, |&(_, rate)| rate)
    }
}
