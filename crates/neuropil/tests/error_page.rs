//! `docs/errors.md` lists every diagnostic code; this test writes it and holds it up to date.

use std::fmt::Write;
use std::path::Path;

use neuropil::Code;

/// With this set, the page is written instead of compared.
const BLESS: &str = "NEUROPIL_BLESS";

fn page() -> String {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every mistake, warning and note about a text has a code that never changes its name. `neuropil check FILE` shows the\n\
         place and, where there is one, the likely fix; `neuropil check --json FILE` gives the same to programs.\n\n\
         This page is made from the list in the program: `NEUROPIL_BLESS=1 cargo test -p neuropil --test error_page` writes it.\n\n\
         | code | is about |\n|---|---|\n",
    );
    for code in Code::ALL {
        let meaning = code.meaning().replace('|', "\\|");
        let _ = writeln!(page, "| `{code}` | {meaning} |");
    }
    page
}

#[test]
fn the_page_of_codes_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, page()).expect("docs/errors.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/errors.md is not what the list of codes says; run this test with {BLESS}=1"
    );
}
