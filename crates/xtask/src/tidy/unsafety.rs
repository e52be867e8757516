//! Unsafe code: only where it is allowed, one note for each site.
//!
//! Where a promise is kept, in an `unsafe` block or implementation, stands a comment `SAFETY:`; the numbers
//! of both are equal in each file. Where a promise is asked for, by an `unsafe` function or trait, stands a
//! section `# Safety`; methods in the implementation of a trait have theirs in the trait. Pointer types
//! (`unsafe fn(…)`) and attributes (`#[unsafe(…)]`) are neither.

use super::Finding;
use super::rust_text::{split, words};
use super::tree::Tree;

/// Modules of `neuropil-cpu` that may hold unsafe code, each a file or a folder.
const ALLOWED: [&str; 5] = ["deliver", "interpreter", "jit", "memory", "pool"];

/// Checks all Rust files.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending(".rs") {
        let parts = split(&file.text);
        let (mut kept, mut asked, mut first) = (0, 0, None);
        for (line, word, after) in words(&parts.code) {
            if word != "unsafe" {
                continue;
            }
            match site(after) {
                Site::Kept => kept += 1,
                Site::Asked => {
                    let before = &parts.code[..parts.code.len() - after.len()];
                    asked += usize::from(!in_trait_implementation(before));
                }
                Site::None => continue,
            }
            first.get_or_insert(line);
        }
        let Some(first) = first else {
            continue;
        };
        if !may_be_unsafe(&file.path) {
            let message = "unsafe code outside the modules that may hold it (tidy/unsafety.rs)";
            findings.push(Finding::new(&file.path, first, message));
        }
        let notes = parts.comments.matches("SAFETY:").count();
        if notes != kept {
            let message = format!("{kept} unsafe blocks and implementations, {notes} SAFETY notes");
            findings.push(Finding::new(&file.path, first, message));
        }
        let sections = parts.comments.matches("# Safety").count();
        if sections < asked {
            let message = format!("{asked} unsafe functions, {sections} sections `# Safety`");
            findings.push(Finding::new(&file.path, first, message));
        }
    }
    findings
}

/// What an `unsafe` is.
enum Site {
    /// A block or an implementation: keeps a promise.
    Kept,
    /// A function or a trait: asks for one.
    Asked,
    /// A type or an attribute.
    None,
}

/// Judges an `unsafe` by what follows it.
fn site(after: &str) -> Site {
    let rest = after.trim_start();
    if rest.starts_with('(') {
        return Site::None;
    }
    if rest.starts_with('{') || rest.starts_with("impl") {
        return Site::Kept;
    }
    // The name of a calling convention is a literal, and blank here.
    let rest = rest.strip_prefix("extern").unwrap_or(rest).trim_start();
    match rest.strip_prefix("fn") {
        Some(pointer) if pointer.trim_start().starts_with('(') => Site::None,
        _ if rest.starts_with('{') => Site::Kept,
        _ => Site::Asked,
    }
}

/// Whether the innermost open brace of a code belongs to an `impl … for …`.
fn in_trait_implementation(before: &str) -> bool {
    let mut open = Vec::new();
    let mut header = 0;
    for (k, c) in before.char_indices() {
        match c {
            '{' => {
                let text = &before[header..k];
                let has = |wanted| words(text).any(|(_, word, _)| word == wanted);
                open.push(has("impl") && has("for"));
            }
            '}' => {
                open.pop();
            }
            _ => {}
        }
        if matches!(c, '{' | '}' | ';') {
            header = k + 1;
        }
    }
    open.last().copied().unwrap_or(false)
}

fn may_be_unsafe(path: &str) -> bool {
    let Some(inside) = path.strip_prefix("crates/neuropil-cpu/src/") else {
        return false;
    };
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    ALLOWED.contains(&module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let findings = check(&Tree::of(&[(path, text)]));
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_site_has_its_note() {
        let noted = "// SAFETY: the length is checked above.\nunsafe { f() }\n\
                     /// # Safety\n/// Aligned.\nunsafe fn f() {}\n\
                     type F = unsafe extern \"C\" fn(u8);\ntype G = unsafe fn();\n\
                     #[unsafe(no_mangle)]\nfn g() {}\n// unsafe\n";
        let none: [String; 0] = [];
        assert_eq!(messages("crates/neuropil-cpu/src/pool.rs", noted), none);
        assert_eq!(
            messages("crates/neuropil-cpu/src/jit/mod.rs", "\nunsafe { f() }\n"),
            [
                "crates/neuropil-cpu/src/jit/mod.rs:2: 1 unsafe blocks and implementations, 0 SAFETY notes"
            ]
        );
        assert_eq!(
            messages("crates/neuropil-cpu/src/memory.rs", "unsafe fn f() {}\n"),
            ["crates/neuropil-cpu/src/memory.rs:1: 1 unsafe functions, 0 sections `# Safety`"]
        );
    }

    #[test]
    fn a_method_of_a_trait_has_its_section_in_the_trait() {
        let text = "impl<T> Run for Add {\n    unsafe fn run() {}\n}\nimpl Add {\n    unsafe fn go() {}\n}\n";
        assert_eq!(
            messages("crates/neuropil-cpu/src/interpreter/add.rs", text),
            [
                "crates/neuropil-cpu/src/interpreter/add.rs:2: 1 unsafe functions, 0 sections `# Safety`"
            ]
        );
    }

    #[test]
    fn other_modules_hold_none() {
        let noted = "// SAFETY: fine.\nunsafe { f() }\n";
        assert_eq!(
            messages("crates/neuropil-cpu/src/kernel.rs", noted).len(),
            1
        );
        assert_eq!(messages("crates/neuropil-ir/src/jit.rs", noted).len(), 1);
        assert!(messages("crates/neuropil-ir/src/safe.rs", "fn unsafe_name() {}\n").is_empty());
    }
}
