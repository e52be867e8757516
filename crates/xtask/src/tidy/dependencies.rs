//! Every outside crate of the workspace is argued in `docs/dependencies.md`.

use super::Finding;
use super::tree::Tree;

const MANIFEST: &str = "Cargo.toml";
const PAGE: &str = "docs/dependencies.md";

/// Compares the root manifest with the sections of the page.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let text = |path: &str| {
        let file = tree.files.iter().find(|file| file.path == path);
        file.map_or("", |file| file.text.as_str())
    };
    let argued: Vec<&str> = text(PAGE)
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    let mut findings = Vec::new();
    let mut used = Vec::new();
    for (line, name) in outside(text(MANIFEST)) {
        used.push(name);
        if !argued.contains(&name) {
            let message = format!("`{name}` has no section in {PAGE}");
            findings.push(Finding::new(MANIFEST, line, message));
        }
    }
    for name in argued.iter().filter(|name| !used.contains(name)) {
        let message = format!("`{name}` is argued and not used");
        findings.push(Finding::new(PAGE, 1, message));
    }
    findings
}

/// The names in `[workspace.dependencies]` that are no paths, each with its line.
fn outside(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (k, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        if inside && !line.starts_with('#') && !value.contains("path =") {
            found.push((k + 1, name.trim()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_and_page_name_the_same_crates() {
        let manifest = "[workspace.dependencies]\n# serde = no\nours = { path = \"a\" }\n\
                        serde = \"1\"\nlibc = { version = \"0.2\" }\n[profile.dev]\nopt-level = 1\n";
        let page = "# Dependencies\n### `serde`\nwhy\n### `rayon`\nwhy\n";
        let tree = Tree::of(&[(MANIFEST, manifest), (PAGE, page)]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| f.message).collect();
        let expected = [
            "`libc` has no section in docs/dependencies.md",
            "`rayon` is argued and not used",
        ];
        assert_eq!(found, expected);
    }
}
