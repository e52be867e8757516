//! The back-ends of this build, behind the one trait that the engine knows.

use neuropil_compiler::CompiledRun;
use neuropil_cpu::CpuBackend;
use neuropil_ir::backend::Backend;
use neuropil_ir::reference::ReferenceBackend;

use crate::error::Error;
use crate::options::{BackendKind, Options};

/// The back-end that the caller, else the text, asks for.
pub(crate) fn choose(options: &Options, run: &CompiledRun) -> Result<BackendKind, Error> {
    match (options.backend, run.backend.as_deref()) {
        (Some(kind), _) => Ok(kind),
        (None, Some(name)) => BackendKind::find(name),
        (None, None) => Ok(BackendKind::default()),
    }
}

/// Makes a back-end.
pub(crate) fn make(kind: BackendKind) -> Box<dyn Backend> {
    match kind {
        BackendKind::Interpreter => Box::new(CpuBackend::new()),
        BackendKind::Scalar => Box::new(ReferenceBackend),
    }
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
