//! `plot`: pictures of what was recorded.

use neuropil_ir::program::{Layout, Panel, Picture, Source};
use neuropil_syntax::tree::{self, ArgumentKind, Call, ExprKind, Path, PlotJoin};
use neuropil_syntax::{Code, Diagnostic};

use super::{BodyId, Elaborator};
use crate::model::Recorded;

/// Pictures of what was recorded.
const PICTURES: [&str; 5] = ["raster", "traces", "rates", "histogram", "heatmap"];

/// Pictures that later parts of the language have.
const LATER_PICTURES: [&str; 2] = ["curve", "shape"];

/// The names of all pictures that there are.
fn pictures() -> impl Iterator<Item = &'static str> {
    PICTURES
        .into_iter()
        .chain(Picture::ALL.map(Picture::as_str))
}

impl<'a> Elaborator<'a, '_> {
    /// Reads a `plot` statement.
    pub(crate) fn plot(&mut self, network: BodyId, plot: &'a tree::Plot) -> Option<Layout> {
        // `,` and `above` begin a new row, `beside` goes on with the row.
        let mut rows: Vec<Vec<Layout>> = vec![vec![self.panel(network, &plot.first)?]];
        for (join, call) in &plot.rest {
            let panel = self.panel(network, call)?;
            match (join, rows.last_mut()) {
                (PlotJoin::Beside, Some(row)) => row.push(panel),
                _ => rows.push(vec![panel]),
            }
        }
        let mut list: Vec<Layout> = rows
            .into_iter()
            .map(|mut row| {
                if row.len() == 1 {
                    row.remove(0)
                } else {
                    Layout::Beside(row)
                }
            })
            .collect();
        Some(if list.len() == 1 {
            list.remove(0)
        } else {
            Layout::Above(list)
        })
    }

    fn panel(&mut self, network: BodyId, call: &'a Call) -> Option<Layout> {
        let name = call.name.as_str();
        if LATER_PICTURES.contains(&name) {
            self.report
                .unsupported(call.span, &format!("the picture `{name}`"));
            return None;
        }
        if !pictures().any(|known| known == name) {
            let near = neuropil_syntax::nearest(name, pictures());
            self.report.push(
                Diagnostic::error(
                    Code::UnknownFunction,
                    call.name.span,
                    format!("unknown picture `{name}`"),
                )
                .did_you_mean(near)
                .help(format!(
                    "pictures are `{}`",
                    pictures().collect::<Vec<_>>().join("`, `")
                )),
            );
            return None;
        }
        let measured = Picture::ALL
            .into_iter()
            .find(|picture| picture.as_str() == name);
        let mut paths = Vec::new();
        let mut span = None;
        for (at, argument) in call.args.iter().enumerate() {
            // A measure may be of a part of the run, which stands last.
            if let ArgumentKind::Value(expr) = &argument.kind
                && measured.is_some()
                && at + 1 == call.args.len()
                && matches!(expr.kind, ExprKind::Range { .. })
            {
                span = Some(expr);
                continue;
            }
            let path = match &argument.kind {
                ArgumentKind::Value(expr) => expr.as_path(),
                _ => None,
            };
            let Some(path) = path else {
                self.report.error(
                    Code::WrongArguments,
                    argument.span,
                    format!("`{name}` draws what is recorded; expected its name"),
                );
                return None;
            };
            paths.push(path);
        }
        if paths.is_empty() {
            self.report.error(
                Code::WrongArguments,
                call.span,
                format!("`{name}` needs something that is recorded"),
            );
            return None;
        }
        if let Some(picture) = measured {
            let mut sources = Vec::new();
            for path in paths {
                sources.push(self.source_for_picture(network, picture, path)?);
            }
            let (from, to) = self.span_of_time(network, span)?;
            return Some(Layout::Panel(Panel::Measured {
                picture,
                sources,
                from,
                to,
            }));
        }
        let panel = match name {
            "raster" => {
                let mut list = Vec::new();
                for path in paths {
                    list.push(self.raster_for_plot(network, path)?);
                }
                Panel::Raster(list)
            }
            "rates" => {
                let mut list = Vec::new();
                for path in paths {
                    list.push(self.rate_for_plot(network, path)?);
                }
                Panel::Rates(list)
            }
            "heatmap" => {
                let (trace, ..) = self.trace_of(network, paths[0])?;
                Panel::Heatmap(trace)
            }
            _ => {
                let mut list = Vec::new();
                for path in paths {
                    list.push(self.trace_of(network, path)?.0);
                }
                if name == "traces" {
                    Panel::Traces(list)
                } else {
                    Panel::Histogram(list)
                }
            }
        };
        Some(Layout::Panel(panel))
    }

    /// A raster in a picture: whatever elements of the population are recorded.
    fn raster_for_plot(&mut self, network: BodyId, path: &'a Path) -> Option<usize> {
        let selection = self.selection(network, path)?;
        let wanted = selection.field.map_or("spike", tree::Name::as_str);
        let what = &self.network.populations[selection.population.index()];
        let event = what.events.iter().position(|event| event.name == wanted);
        let name = what.name.clone();
        let place = self
            .network
            .records
            .iter()
            .filter_map(|record| match &record.recorded {
                Recorded::Events {
                    population, event, ..
                } => Some((*population, *event)),
                _ => None,
            })
            .position(|(population, recorded)| {
                population == selection.population && Some(recorded) == event
            });
        if place.is_none() {
            self.not_recorded(&format!("{name}.{wanted}"), path.span);
        }
        place
    }

    /// Events or samples, whichever a path means.
    fn source_for_picture(
        &mut self,
        network: BodyId,
        picture: Picture,
        path: &'a Path,
    ) -> Option<Source> {
        if picture.needs_events() || self.means_events(path) {
            return Some(Source::Events(self.raster_for_plot(network, path)?));
        }
        Some(Source::Trace(self.trace_of(network, path)?.0))
    }

    fn rate_for_plot(&mut self, network: BodyId, path: &'a Path) -> Option<Source> {
        if path.as_name().is_some_and(|name| {
            self.network
                .records
                .iter()
                .any(|record| *name == *record.name.as_str())
        }) {
            return Some(Source::Trace(self.trace_of(network, path)?.0));
        }
        Some(Source::Events(self.raster_for_plot(network, path)?))
    }
}
