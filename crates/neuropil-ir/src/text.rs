//! Readable text forms of kernels and plans, for snapshots and errors.
//!
//! Deterministic and complete: equal text means equal kernels. It is not parsed back.

use std::fmt::{self, Display, Write as _};

use crate::kernel::{Effect, Kernel, Op, Reduction};
use crate::plan::{Call, DelayClass, Plan, Sampled, Stage, When};

impl Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const(x) => write!(f, "{x:?}"),
            Self::BitsConst(x) => write!(f, "{x:#x}"),
            Self::Uniform(u) => write!(f, "uniform {u:?}"),
            Self::Load(a) => write!(f, "load {a:?}"),
            Self::Lane => f.write_str("lane"),
            Self::Draw(r) => write!(f, "draw {r:?}"),
            Self::Shl(a, n) => write!(f, "shl {a:?} {n}"),
            Self::Shr(a, n) => write!(f, "shr {a:?} {n}"),
            Self::Unary(op, a) => write!(f, "{} {a:?}", lower(op)),
            Self::Binary(op, a, b) => write!(f, "{} {a:?} {b:?}", lower(op)),
            Self::Fma(a, b, c) => write!(f, "fma {a:?} {b:?} {c:?}"),
            Self::Fnma(a, b, c) => write!(f, "fnma {a:?} {b:?} {c:?}"),
            Self::Compare(op, a, b) => write!(f, "{} {a:?} {b:?}", lower(op)),
            Self::Logic(op, a, b) => write!(f, "{} {a:?} {b:?}", lower(op)),
            Self::Not(a) => write!(f, "not {a:?}"),
            Self::Select(m, a, b) => write!(f, "select {m:?} {a:?} {b:?}"),
            Self::ToBits(a) => write!(f, "to_bits {a:?}"),
            Self::FromBits(a) => write!(f, "from_bits {a:?}"),
            Self::BitOp(op, a, b) => write!(f, "bits_{} {a:?} {b:?}", lower(op)),
        }
    }
}

/// The name of an operator in lower case.
fn lower(op: &impl fmt::Debug) -> String {
    format!("{op:?}").to_lowercase()
}

impl Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(a, v) => write!(f, "store {a:?} {v:?}"),
            Self::Clear(a) => write!(f, "clear {a:?}"),
            Self::Emit(e, v) => write!(f, "emit {e:?} {v:?}"),
            Self::EmitCount(e, v) => write!(f, "emit_count {e:?} {v:?}"),
            Self::Reduce(u, reduction, v) => {
                let name = match reduction {
                    Reduction::Sum => "sum",
                    Reduction::Min => "min",
                    Reduction::Max => "max",
                };
                write!(f, "reduce {u:?} {name} {v:?}")
            }
            Self::Set(u, v) => write!(f, "set {u:?} {v:?}"),
        }
    }
}

impl Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kernel {} {}", self.name, self.precision)?;
        for (i, binding) in self.bindings.iter().enumerate() {
            writeln!(f, "  a{i}: {:?} = {}", binding.element, binding.name)?;
        }
        for (i, name) in self.uniforms.iter().enumerate() {
            writeln!(f, "  u{i} = {name}")?;
        }
        for (i, draw) in self.draws.iter().enumerate() {
            writeln!(f, "  r{i} = {} {:#018x}", draw.name, draw.stream)?;
        }
        for (i, name) in self.emissions.iter().enumerate() {
            writeln!(f, "  e{i} = {name}")?;
        }
        for (i, op) in self.ops.iter().enumerate() {
            writeln!(f, "  v{i} = {op}")?;
        }
        for effect in &self.effects {
            writeln!(f, "  {effect}")?;
        }
        Ok(())
    }
}

impl Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "plan {} {} dt={} seed={}",
            self.name, self.precision, self.dt, self.seed
        )?;
        for (i, axis) in self.axes.iter().enumerate() {
            writeln!(f, "  axis{i} {} [{}]", axis.name, axis.size)?;
        }
        for (i, slot) in self.slots.iter().enumerate() {
            writeln!(f, "  slot{i} {} = {:?}", slot.name, slot.initial)?;
        }
        for (i, b) in self.buffers.iter().enumerate() {
            writeln!(
                f,
                "  buffer{i} {} {:?} {:?} x{}",
                b.name, b.axis, b.element, b.depth
            )?;
        }
        for (i, e) in self.events.iter().enumerate() {
            let counted = if e.counted { " counted" } else { "" };
            let recorded = if e.recorded { " recorded" } else { "" };
            writeln!(
                f,
                "  events{i} {} {:?} x{}{counted}{recorded}",
                e.name, e.axis, e.depth
            )?;
        }
        for (i, p) in self.projections.iter().enumerate() {
            let delay = match p.delay {
                DelayClass::Common => "common".into(),
                DelayClass::Own { min, max } => format!("own {min}..={max}"),
            };
            let grid = p
                .grid
                .map_or(String::new(), |slot| format!(" grid {slot:?}"));
            let (source, target, sum) = (p.source, p.target, p.sum);
            writeln!(
                f,
                "  projection{i} {} {source:?} -> {target:?} {sum:?}{grid} {delay}",
                p.name
            )?;
        }
        for (i, record) in self.records.iter().enumerate() {
            match &record.sampled {
                Sampled::Slot(slot) => writeln!(f, "  record{i} {} {slot:?}", record.name)?,
                Sampled::Elements { axis, ranges, call } => {
                    write!(f, "  record{i} {} {axis:?} ", record.name)?;
                    for range in ranges {
                        write!(f, "{}..{} ", range.start, range.end)?;
                    }
                    writeln!(f, "{}", CallText(self, call))?;
                }
            }
            stages(f, self, "before", &record.before)?;
        }
        stages(f, self, "init", &self.init)?;
        stages(f, self, "sample", &self.sample)?;
        stages(f, self, "advance", &self.advance)?;
        for (i, kernel) in self.kernels.iter().enumerate() {
            write!(f, "kernel{i}: {kernel}")?;
        }
        Ok(())
    }
}

fn stages(f: &mut fmt::Formatter<'_>, plan: &Plan, name: &str, list: &[Stage]) -> fmt::Result {
    for (i, stage) in list.iter().enumerate() {
        write!(f, "  {name}[{i}] ")?;
        match stage {
            Stage::Scalar { call } => writeln!(f, "scalar {}", CallText(plan, call))?,
            Stage::Map {
                axis,
                call,
                ticking,
            } => {
                write!(f, "map {axis:?} {}", CallText(plan, call))?;
                for (clocks, call) in ticking {
                    write!(f, "; ticking {clocks:?} {}", CallText(plan, call))?;
                }
                writeln!(f)?;
            }
            Stage::Deliver {
                projection,
                age,
                into,
                zero,
            } => {
                write!(f, "deliver {projection:?} age {age} into {into:?}")?;
                if let Some(zero) = zero {
                    write!(f, " zero {zero:?}")?;
                }
                writeln!(f)?;
            }
            Stage::Reduce { axis, call } => {
                writeln!(f, "reduce {axis:?} {}", CallText(plan, call))?;
            }
            Stage::CountEvents {
                events,
                window,
                slot,
            } => {
                writeln!(f, "count {events:?} window {window} into {slot:?}")?;
            }
            Stage::Record { record, when } => match when {
                When::Always => writeln!(f, "record {record:?}")?,
                When::Every(period) => writeln!(f, "record {record:?} every {period}")?,
            },
        }
    }
    Ok(())
}

/// A call as `name(buffers; slots; events)`.
struct CallText<'p>(&'p Plan, &'p Call);

impl Display for CallText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(plan, call) = self;
        let name = plan
            .kernels
            .get(call.kernel.index())
            .map_or("?", |k| k.name.as_str());
        let mut inside = String::new();
        for buffer in &call.buffers {
            write!(inside, "{buffer:?} ")?;
        }
        for slot in &call.slots {
            write!(inside, "{slot:?} ")?;
        }
        for events in &call.events {
            write!(inside, "{events:?} ")?;
        }
        write!(f, "{name}({})", inside.trim_end())
    }
}
