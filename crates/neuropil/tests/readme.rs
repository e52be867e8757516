//! The model of the README runs and holds what it expects.

use std::path::Path;

#[test]
fn the_model_of_the_readme_runs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).expect("the README is there");
    let (_, rest) = readme.split_once("```npl\n").expect("it holds a model");
    let (model, _) = rest.split_once("```").expect("the block ends");
    assert_eq!(
        neuropil::format(model).as_deref(),
        Ok(model),
        "the model is tidy"
    );
    let text = neuropil::Text::parse_with("README.md", model, &[]);
    let results = text.run().unwrap_or_else(|error| panic!("{error}"));
    assert!(results[0].passed(), "{:?}", results[0].report.expects);
    assert!(
        !results[0]
            .raster("cells.spike")
            .expect("is recorded")
            .times
            .is_empty()
    );
    assert_eq!(results[0].trace("cells.V").expect("is recorded").width, 3);
}

#[test]
fn every_measure_has_its_row_on_the_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/measures.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let sections: Vec<&str> = page.split("\n### ").collect();
    for entry in neuropil::measure::catalogue() {
        let title = match entry.of {
            neuropil::measure::Of::Spikes => "Of spikes",
            neuropil::measure::Of::Samples => "Of samples",
            neuropil::measure::Of::Pairs => "Of two recordings",
        };
        let section = sections.iter().find(|section| section.starts_with(title));
        let section = section.unwrap_or_else(|| panic!("no section {title}"));
        let name = format!("`{}`", entry.name);
        assert!(section.contains(&name), "{name} is not in {title}");
    }
}
