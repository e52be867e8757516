//! Statistics in `expect`: what all events or samples of a span say together.

use neuropil_ir::program::{Measure, Statistic};
use neuropil_syntax::tree::{Call, Expr, ExprKind, Path, Segment};
use neuropil_syntax::{Code, Diagnostic};
use neuropil_units::Dimension;

use super::measure::Measured;
use super::{BodyId, Elaborator, Place, Purpose, Scope};
use crate::dimension::Dim;

/// Where a frequency is looked for if the text does not say: 1 Hz to 500 Hz, in 1/ms.
const BAND: (f64, f64) = (1e-3, 0.5);

impl<'a> Elaborator<'a, '_> {
    /// `cv2(P, a .. b)`, `fano(P, 100 ms, a .. b)` and their kin.
    pub(super) fn statistic(
        &mut self,
        network: BodyId,
        call: &'a Call,
        path: &'a Path,
        rest: &[&'a Expr],
    ) -> Option<Measured> {
        let (raster, elements) = self.raster_of(network, path)?;
        let mut rest = rest.iter().copied();
        let statistic = match call.name.as_str() {
            "cv2" => Statistic::Cv2,
            "lv" => Statistic::Lv,
            _ => self.binned(network, call, rest.next())?,
        };
        let (from, to) = self.span_of_time(network, rest.next())?;
        self.no_more(call, rest.next())?;
        Some(Measured {
            value: Measure::Statistic {
                raster,
                elements,
                statistic,
                from,
                to,
            },
            dim: Dim::one(),
            truth: false,
        })
    }

    /// A statistic of counts in bins, whose width must be said.
    fn binned(
        &mut self,
        network: BodyId,
        call: &'a Call,
        width: Option<&'a Expr>,
    ) -> Option<Statistic> {
        let name = call.name.as_str();
        let Some(width) = width.filter(|expr| !matches!(expr.kind, ExprKind::Range { .. })) else {
            self.report.push(
                Diagnostic::error(
                    Code::WrongArguments,
                    call.span,
                    format!("`{name}` counts events in bins, whose width stands second"),
                )
                .help(format!("for example `{name}(E, 5 ms, 200 ms .. 1 s)`")),
            );
            return None;
        };
        let bin = self.time_in_ms(network, width, "the width of a bin is")?;
        if bin <= 0.0 {
            let words = format!("the width of a bin must be positive, found {bin} ms");
            self.report.error(Code::OutOfRange, width.span, words);
            return None;
        }
        Some(match name {
            "fano" => Statistic::Fano { bin },
            "correlation" => Statistic::Correlation { bin },
            _ => Statistic::Synchrony { bin },
        })
    }

    /// `frequency(P, 20 Hz .. 80 Hz, a .. b)`: of events, or of samples; band and span may be left out.
    pub(super) fn frequency(
        &mut self,
        network: BodyId,
        path: &'a Path,
        rest: &[&'a Expr],
    ) -> Option<Measured> {
        let mut rest = rest.iter().copied();
        let (first, second) = (rest.next(), rest.next());
        // With both, the band stands first.
        let (band, span) = match second {
            Some(_) => (first, second),
            None => (None, first),
        };
        let band = match band {
            Some(expr) => self.band(network, expr)?,
            None => BAND,
        };
        let (from, to) = self.span_of_time(network, span)?;
        let value = if self.means_events(path) {
            let (raster, elements) = self.raster_of(network, path)?;
            Measure::Statistic {
                raster,
                elements,
                statistic: Statistic::Frequency { band },
                from,
                to,
            }
        } else {
            let (trace, elements, _) = self.trace_of(network, path)?;
            Measure::Frequency {
                trace,
                elements,
                band,
                from,
                to,
            }
        };
        Some(Measured {
            value,
            dim: Dim::known(Dimension::RATE),
            truth: false,
        })
    }

    /// Whether a path means events: a population by its name, or one of its events.
    pub(super) fn means_events(&self, path: &Path) -> bool {
        let name = path.head.as_str();
        let mut populations = self.network.populations.iter();
        let Some(population) = populations.find(|population| population.name == name) else {
            return false;
        };
        let mut fields = path.segments.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(name.as_str()),
            _ => None,
        });
        fields
            .next()
            .is_none_or(|field| population.events.iter().any(|event| event.name == field))
    }

    /// A band of frequencies in 1/ms.
    fn band(&mut self, network: BodyId, expr: &'a Expr) -> Option<(f64, f64)> {
        let (start, end) = self.ends(expr, "a band of frequencies", "20 Hz .. 80 Hz")?;
        let mut end_of = |side: &'a Expr| {
            let mut place = Place::new(Scope::of(network), Purpose::Fixed, "");
            let value = self.expr(&mut place, side)?;
            let rate = Dim::known(Dimension::RATE);
            if !self.demand(&value.dim, &rate, side.span, "the end of a band is") {
                return None;
            }
            self.fixed(value.node, side.span)
        };
        let (low, high) = (end_of(start)?, end_of(end)?);
        if !(low >= 0.0 && low < high) {
            let words = "the band is empty, or begins below 0 Hz";
            self.report.error(Code::OutOfRange, expr.span, words);
            return None;
        }
        Some((low, high))
    }

    /// Refuses arguments that a measure does not have.
    pub(super) fn no_more(&mut self, call: &'a Call, extra: Option<&'a Expr>) -> Option<()> {
        let Some(extra) = extra else {
            return Some(());
        };
        let words = format!("`{}` takes no further argument", call.name.as_str());
        self.report.error(Code::WrongArguments, extra.span, words);
        None
    }
}
