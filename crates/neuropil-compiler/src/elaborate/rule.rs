//! `connect RULE`: which pairs are connected.

use neuropil_ir::connect::{EdgeQuantity, Rule};
use neuropil_ir::graph::NodeId;
use neuropil_ir::plan::SlotId;
use neuropil_syntax::tree::{ArgumentKind, Call, Connect, ConnectRule};
use neuropil_syntax::{Code, Diagnostic};

use super::{Elaborator, Place, Purpose, Scope};

/// The rules of the language.
const RULES: [&str; 7] = [
    "all_to_all",
    "one_to_one",
    "fixed_probability",
    "fixed_indegree",
    "fixed_outdegree",
    "fixed_total_number",
    "pairs",
];

impl<'a> Elaborator<'a, '_> {
    /// The rule, and the expression of its argument.
    pub(super) fn rule(
        &mut self,
        connect: &'a Connect,
        scope: Scope,
        label: &str,
    ) -> Option<(Rule, Option<NodeId>)> {
        let stream = format!("{}.{label}.connect", self.network.name);
        let mut place = Place::new(scope, Purpose::Build, stream);
        let open = || EdgeQuantity::Shared(SlotId(0));
        let call = match &connect.rule {
            ConnectRule::If(expr) => {
                let truth = self.truth(&mut place, expr)?;
                let (one, zero) = (
                    self.network.graph.number(1.0),
                    self.network.graph.number(0.0),
                );
                let value = self.network.graph.select(truth.node, one, zero);
                return Some((Rule::If(open()), Some(value)));
            }
            ConnectRule::Named(call) => call,
        };
        let name = call.name.as_str();
        match name {
            "all_to_all" | "one_to_one" => {
                if let Some(extra) = call.args.first() {
                    self.report.error(
                        Code::WrongArguments,
                        extra.span,
                        format!("`{name}` takes no arguments"),
                    );
                    return None;
                }
                let rule = if name == "all_to_all" {
                    Rule::AllToAll
                } else {
                    Rule::OneToOne
                };
                Some((rule, None))
            }
            "pairs" => {
                self.report.unsupported(call.span, "`connect pairs`");
                None
            }
            _ if RULES.contains(&name) => {
                let node = self.rule_argument(&mut place, call)?;
                let rule = match name {
                    "fixed_probability" => Rule::FixedProbability(open()),
                    "fixed_indegree" => Rule::FixedIndegree(open()),
                    "fixed_outdegree" => Rule::FixedOutdegree(open()),
                    _ => Rule::FixedTotalNumber(open()),
                };
                Some((rule, Some(node)))
            }
            _ => {
                let near = neuropil_syntax::nearest(name, RULES);
                self.report.push(
                    Diagnostic::error(
                        Code::UnknownRule,
                        call.name.span,
                        format!("unknown connection rule `{name}`"),
                    )
                    .did_you_mean(near)
                    .help(format!("rules are `{}` and `if`", RULES.join("`, `"))),
                );
                None
            }
        }
    }

    fn rule_argument(&mut self, place: &mut Place, call: &'a Call) -> Option<NodeId> {
        let name = call.name.as_str();
        let [argument] = call.args.as_slice() else {
            self.report.error(
                Code::WrongArguments,
                call.span,
                format!("`{name}` takes 1 argument, found {}", call.args.len()),
            );
            return None;
        };
        let ArgumentKind::Value(expr) = &argument.kind else {
            self.report.error(
                Code::UnknownOption,
                argument.span,
                format!("`{name}` takes a value without a name"),
            );
            return None;
        };
        let value = self.expr(place, expr)?;
        let what = if name == "fixed_probability" {
            "a probability is"
        } else {
            "a number of edges is"
        };
        if !self.demand_number(&value, expr.span, what) {
            return None;
        }
        if name == "fixed_probability" {
            self.check_probability(value.node, expr.span)?;
        } else if let Some(count) = self.network.constant(value.node)
            && (count < 0.0 || count.fract() != 0.0 || count > f64::from(u32::MAX))
        {
            self.report.push(
                Diagnostic::error(
                    Code::ImpossibleValue,
                    expr.span,
                    format!("a number of edges is whole and not negative, found {count}"),
                )
                .help("write `round(…)`"),
            );
            return None;
        }
        Some(value.node)
    }
}
