//! The back-ends of this build, behind the one trait that the engine knows.

use neuropil_compiler::CompiledRun;
use neuropil_cpu::{CpuBackend, InstructionSet};
use neuropil_ir::backend::Backend;
use neuropil_ir::reference::ReferenceBackend;

use crate::error::Error;
use crate::options::{BackendKind, Options};

/// The back-end that the caller, else the text, asks for.
pub(crate) fn choose(options: &Options, run: &CompiledRun) -> Result<BackendKind, Error> {
    match (options.backend, run.backend.as_deref()) {
        (Some(kind), _) => Ok(kind),
        (None, Some(name)) => BackendKind::find(name),
        (None, None) => Ok(BackendKind::fastest()),
    }
}

/// Makes a back-end; `None` where this processor or system cannot run it.
pub(crate) fn make(kind: BackendKind) -> Option<Box<dyn Backend>> {
    let widest = InstructionSet::detect();
    let on_processor = match kind {
        BackendKind::Jit => CpuBackend::compiling(widest),
        BackendKind::JitAvx2 => CpuBackend::compiling(InstructionSet::Avx2),
        BackendKind::JitAvx512 => CpuBackend::compiling(InstructionSet::Avx512),
        BackendKind::Interpreter => CpuBackend::interpreting(widest),
        BackendKind::InterpreterPortable => CpuBackend::interpreting(InstructionSet::Portable),
        BackendKind::Scalar => return Some(Box::new(ReferenceBackend)),
    };
    Some(Box::new(on_processor?))
}

/// Makes a back-end that was chosen.
///
/// # Errors
/// [`Error::Backend`] where this processor or system cannot run it.
pub(crate) fn make_chosen(kind: BackendKind) -> Result<Box<dyn Backend>, Error> {
    make(kind).ok_or_else(|| Error::Backend {
        name: kind.as_str().to_owned(),
        why: "needs a processor or system that this is not",
    })
}

/// How fused multiply-add is computed: `hardware`, or `none` where the processor has none.
pub(crate) fn fma() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    let has = std::arch::is_x86_feature_detected!("fma");
    // Part of the base instruction set there.
    #[cfg(target_arch = "aarch64")]
    let has = true;
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let has = false;
    if has { "hardware" } else { "none" }
}
