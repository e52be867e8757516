//! `fixed_indegree` and `fixed_outdegree`: every element draws a number of partners.

use std::ops::Range;

use neuropil_ir::connect::{Edges, Orientation, Pattern};

use super::connector::{Draws, RowRule, likely};
use super::error::ConnectProblem;
use super::quantity::Quantity;
use super::sides::Sides;

/// Every element of one side draws its partners with replacement.
#[derive(Debug)]
pub(super) struct FixedDegree {
    orientation: Orientation,
    degree: Degree,
    draws: Draws,
}

#[derive(Debug)]
enum Degree {
    Shared(u32),
    /// By place among the chosen elements.
    Own(Vec<u32>),
}

impl FixedDegree {
    pub(super) fn new(
        orientation: Orientation,
        degree: &Quantity,
        draws: Draws,
        sides: &Sides,
    ) -> Result<Self, ConnectProblem> {
        let what = match orientation {
            Orientation::BySource => "out-degree",
            Orientation::ByTarget => "in-degree",
        };
        let degree = match degree {
            Quantity::Shared(value) => Degree::Shared(count(what, *value)?),
            Quantity::Own(own) => {
                let (side, reads_other) = match orientation {
                    Orientation::BySource => ("pre", own.reads_post()),
                    Orientation::ByTarget => ("post", own.reads_pre()),
                };
                if reads_other {
                    return Err(ConnectProblem::OtherSide { what, side });
                }
                let mut evaluator = own.evaluator();
                let mut degree = |row| {
                    let (pre, post) = match orientation {
                        Orientation::BySource => (row, 0),
                        Orientation::ByTarget => (0, row),
                    };
                    count(what, evaluator.value(pre, post, 0))
                };
                let rows = sides.rows(orientation).iter();
                Degree::Own(rows.map(&mut degree).collect::<Result<_, _>>()?)
            }
        };
        let rule = Self {
            orientation,
            degree,
            draws,
        };
        for element in sides.rows(orientation).iter() {
            let wanted = rule.degree(sides, element);
            let available = sides.partners(orientation, element).len();
            if wanted > 0 && available == 0 {
                return Err(ConnectProblem::Nobody {
                    what,
                    element,
                    wanted,
                });
            }
            if sides.no_multapses && wanted > available {
                return Err(ConnectProblem::TooFewPartners {
                    what,
                    element,
                    wanted,
                    available,
                });
            }
        }
        Ok(rule)
    }

    fn degree(&self, sides: &Sides, row: u32) -> u32 {
        let Some(place) = sides.rows(self.orientation).place(row) else {
            return 0;
        };
        match &self.degree {
            Degree::Shared(degree) => *degree,
            Degree::Own(degrees) => degrees.get(place as usize).copied().unwrap_or(0),
        }
    }
}

/// A number of connections of one element.
fn count(what: &'static str, value: f64) -> Result<u32, ConnectProblem> {
    let most = u64::from(u32::MAX);
    super::counts::whole(value, most)
        .map(|count| count as u32)
        .ok_or(ConnectProblem::Count { what, value, most })
}

impl RowRule for FixedDegree {
    fn orientation(&self) -> Orientation {
        self.orientation
    }

    fn pattern<'a>(&self, _: &'a Sides) -> Pattern<'a> {
        match self.orientation {
            Orientation::BySource => Pattern::ByRow,
            Orientation::ByTarget => Pattern::Stored("`fixed_indegree` draws rows of targets"),
        }
    }

    fn expected(&self, sides: &Sides) -> f64 {
        match &self.degree {
            Degree::Shared(degree) => {
                f64::from(*degree) * f64::from(sides.rows(self.orientation).len())
            }
            Degree::Own(degrees) => degrees.iter().map(|&degree| f64::from(degree)).sum(),
        }
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        self.draw_rows(sides, rows, out, true);
    }

    fn rows_unordered(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        self.draw_rows(sides, rows, out, false);
    }

    fn room(&self, sides: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let total: u64 = match &self.degree {
            Degree::Shared(degree) => {
                u64::from(*degree) * u64::from(sides.rows_in(self.orientation, &rows))
            }
            Degree::Own(_) => rows.map(|row| u64::from(self.degree(sides, row))).sum(),
        };
        let share = sides.share(self.orientation, &others);
        Some(total.min(likely(total as f64 * share)))
    }

    fn row_length(&self, sides: &Sides, row: u32) -> Option<u32> {
        Some(self.degree(sides, row))
    }
}

impl FixedDegree {
    fn draw_rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges, ordered: bool) {
        for row in rows {
            let degree = self.degree(sides, row);
            if degree > 0 {
                let pool = sides.partners(self.orientation, row);
                let mut stream = self.draws.row(row, 0, out.generator);
                if sides.no_multapses {
                    let scratch = &mut out.scratch.sorting[0];
                    pool.draw_distinct(degree, &mut stream, scratch, &mut out.others);
                } else if ordered {
                    pool.draw(
                        degree,
                        &mut stream,
                        &mut out.scratch.sorting,
                        &mut out.others,
                    );
                } else {
                    pool.draw_unordered(degree, &mut stream, &mut out.others);
                }
            }
            out.offsets.push(out.others.len());
        }
    }
}
