//! The two sides of a projection: populations, chosen elements of them, and sources in place.

use std::ops::Range;

use neuropil_syntax::tree::{Endpoint, Name, Path, Set};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind};
use crate::model::PopulationId;

/// One side of a projection.
#[derive(Clone)]
pub(super) struct End {
    pub(super) population: PopulationId,
    /// What names of projections call it: the population, or the model of one without a name.
    pub(super) label: String,
    pub(super) elements: Vec<Range<u32>>,
    /// The place of the event that is sent.
    pub(super) event: usize,
}

impl<'a> Elaborator<'a, '_> {
    /// A source: a population (or chosen elements of it), one of its events, or a model in place.
    pub(super) fn source(
        &mut self,
        network: BodyId,
        end: &'a Endpoint,
        targets: &[Path],
    ) -> Option<End> {
        let path = &end.path;
        let known = self.body(network).names.get(&path.head.text).copied();
        let is_population = known.is_some_and(|index| {
            matches!(
                self.body(network).entries[index].kind,
                EntryKind::Population(_)
            )
        });
        if !is_population
            && (end.set.is_some() || self.definitions.model(path.head.as_str()).is_some())
        {
            return self.source_in_place(network, path, end.set.as_ref(), targets);
        }
        let selection = self.selection(network, path)?;
        let population = selection.population;
        let event = self.event_named(population, selection.field, path.span)?;
        Some(End {
            population,
            label: self.population_name(population),
            elements: selection.elements,
            event,
        })
    }

    /// The event that a source sends: `spike` unless a name follows the dot.
    fn event_named(
        &mut self,
        population: PopulationId,
        field: Option<&Name>,
        span: Span,
    ) -> Option<usize> {
        let what = &self.network.populations[population.index()];
        let wanted = field.map_or("spike", Name::as_str);
        if let Some(place) = what.events.iter().position(|event| event.name == wanted) {
            return Some(place);
        }
        let (name, model) = (what.name.clone(), what.model.clone());
        let events: Vec<String> = what.events.iter().map(|event| event.name.clone()).collect();
        let near = neuropil_syntax::nearest(wanted, events.iter().map(String::as_str));
        let mut diagnostic = Diagnostic::error(
            Code::UnknownPort,
            field.map_or(span, |name| name.span),
            format!("`{name}` ({model}) sends no event `{wanted}`"),
        )
        .did_you_mean(near);
        if events.is_empty() {
            diagnostic = diagnostic.help("its model has no `spike when …`");
        } else if near.is_none() {
            diagnostic = diagnostic.help(format!("it sends `{}`", events.join("`, `")));
        }
        self.report.push(diagnostic);
        None
    }

    /// `Poisson[100] { rate = 2 Hz } -> exc : …`: a population that has no name of its own.
    ///
    /// It is called `Poisson->exc`, after its model and its targets, so that neither its name nor its
    /// draws change when another source is written before it. Values from outside reach all of a
    /// model by the model's name: `--set Poisson.rate="5 Hz"`.
    fn source_in_place(
        &mut self,
        network: BodyId,
        path: &'a Path,
        set: Option<&'a Set>,
        targets: &[Path],
    ) -> Option<End> {
        let model = path.head.as_str();
        let targets: Vec<&str> = targets.iter().map(|path| path.head.as_str()).collect();
        let populations = self.network.populations.iter();
        let name = numbered(
            format!("{model}->{}", targets.join(",")),
            populations.map(|population| population.name.as_str()),
        );
        let mut declared = self.population(network, &name, path, set)?;
        declared.prefixes = vec![
            format!("{model}."),
            format!("{}.{model}.", self.network.name),
        ];
        self.complete_population(&declared);
        let population = declared.population;
        let size = self.network.populations[population.index()].size;
        let event = self.event_named(population, None, path.span)?;
        Some(End {
            population,
            label: model.to_owned(),
            elements: vec![0..size],
            event,
        })
    }

    fn population_name(&self, population: PopulationId) -> String {
        self.network.populations[population.index()].name.clone()
    }

    /// A target: a population or chosen elements of it.
    pub(super) fn target(&mut self, network: BodyId, path: &'a Path) -> Option<End> {
        let selection = self.selection(network, path)?;
        if let Some(field) = selection.field {
            self.report
                .unsupported(field.span, "a target that is a part of a cell");
            return None;
        }
        Some(End {
            population: selection.population,
            label: self.population_name(selection.population),
            elements: selection.elements,
            event: 0,
        })
    }
}

/// A name, with its number among equals from the second on: `exc->inh:Delta#2`.
pub(super) fn numbered<'n>(base: String, taken: impl Iterator<Item = &'n str>) -> String {
    let equal = taken
        .filter(|name| {
            let rest = name.strip_prefix(base.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        })
        .count();
    if equal == 0 {
        base
    } else {
        format!("{base}#{}", equal + 1)
    }
}
