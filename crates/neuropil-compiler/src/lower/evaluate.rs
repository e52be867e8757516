//! Values of expressions at compile time.

use neuropil_ir::graph::{Graph, Node, NodeId, Symbol};
use neuropil_ir::kernel::{Builder, Precision, Type, Value};
use neuropil_ir::operator::{Kind, Operator};
use neuropil_ir::scalar::constant_value;

use super::LowerError;
use super::operation::emit;
use super::walk::{Leaves, walk};

/// The value of an expression in f64, by the same lowering that kernels use; truth values are 1
/// and 0.
///
/// # Errors
///
/// The first symbol found that has no value.
pub fn evaluate(
    graph: &Graph,
    root: NodeId,
    values: &dyn Fn(Symbol) -> Option<f64>,
) -> Result<f64, Symbol> {
    match graph.node(root) {
        Node::Number(value) => return Ok(value),
        Node::Truth(value) => return Ok(f64::from(u8::from(value))),
        Node::Symbol(symbol) => {
            let value = values(symbol).ok_or(symbol)?;
            return Ok(match graph.symbol_info(symbol).kind {
                Kind::Number => value,
                Kind::Truth => f64::from(u8::from(value != 0.0)),
            });
        }
        Node::Apply(..) => {}
    }
    let mut builder = Builder::new("constant", Precision::F64);
    let mut known = Known { values };
    let list = walk(graph, &mut builder, &mut known, &[root]).map_err(|error| error.symbol())?;
    Ok(value_of(builder, list[0]))
}

/// The value of an operator of one operand, as [`evaluate`] gives it.
pub(crate) fn evaluate_at(operator: Operator, x: f64) -> f64 {
    let mut builder = Builder::new("constant", Precision::F64);
    let x = builder.number(x);
    let value = emit(&mut builder, operator, [x; 3]);
    value_of(builder, value)
}

fn value_of(mut builder: Builder, value: Value) -> f64 {
    let value = as_real(&mut builder, value);
    // The builder folds constants with the scalar evaluator, so that nothing is left to run.
    if let Some(value) = builder.constant_of(value) {
        return value;
    }
    let slot = builder.uniform("value");
    builder.set(slot, value);
    constant_value(&builder.finish(), &[]).unwrap_or(f64::NAN)
}

/// A value as a number: 1 and 0 for a mask.
pub(super) fn as_real(builder: &mut Builder, value: Value) -> Value {
    match builder.op(value).result_type() {
        Type::Mask => {
            let (one, zero) = (builder.number(1.0), builder.number(0.0));
            builder.select(value, one, zero)
        }
        Type::Real | Type::Bits => value,
    }
}

/// A value as a mask: a number holds unless it is 0.
pub(super) fn as_mask(builder: &mut Builder, value: Value) -> Value {
    match builder.op(value).result_type() {
        Type::Real => {
            let zero = builder.number(0.0);
            builder.ne(value, zero)
        }
        Type::Mask | Type::Bits => value,
    }
}

/// Symbols with known values.
struct Known<'a> {
    values: &'a dyn Fn(Symbol) -> Option<f64>,
}

impl Leaves for Known<'_> {
    fn is_leaf(&self, graph: &Graph, id: NodeId) -> bool {
        !matches!(graph.node(id), Node::Apply(..))
    }

    fn negates(&self, graph: &Graph, id: NodeId) -> bool {
        self.is_leaf(graph, id)
    }

    fn read(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError> {
        match graph.node(id) {
            Node::Truth(value) => Ok(builder.mask(value)),
            Node::Symbol(symbol) => {
                let info = graph.symbol_info(symbol);
                let value = (self.values)(symbol).ok_or_else(|| LowerError::Unbound {
                    symbol,
                    name: info.name.clone(),
                })?;
                let value = builder.number(value);
                Ok(match info.kind {
                    Kind::Number => value,
                    Kind::Truth => as_mask(builder, value),
                })
            }
            Node::Number(value) => Ok(builder.number(value)),
            // Not a leaf; nothing asks for it.
            Node::Apply(..) => Ok(builder.number(f64::NAN)),
        }
    }

    fn read_negated(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError> {
        let value = self.read(graph, builder, id)?;
        Ok(builder.neg(value))
    }
}
