//! The lowering of every operator of the table.

use neuropil_ir::kernel::{Builder, Value, function};
use neuropil_ir::operator::Operator;

use super::special;

/// Largest magnitude of an exponent that is a chain of products.
const CHAIN_UP_TO: f64 = 16.0;

/// Emits an operator; operands beyond its number are ignored. Truth values are masks.
pub(super) fn emit(b: &mut Builder, operator: Operator, [x, y, z]: [Value; 3]) -> Value {
    match operator {
        Operator::Add => b.add(x, y),
        Operator::Sub => b.sub(x, y),
        Operator::Mul => b.mul(x, y),
        Operator::Div => b.div(x, y),
        Operator::Neg => b.neg(x),
        Operator::Pow => power(b, x, y),
        Operator::Exp => function::exp(b, x),
        Operator::Expm1 => function::expm1(b, x),
        Operator::Log => function::log(b, x),
        Operator::Log1p => function::log1p(b, x),
        Operator::Sqrt => b.sqrt(x),
        Operator::Sin => function::sin(b, x),
        Operator::Cos => function::cos(b, x),
        Operator::Tan => function::tan(b, x),
        Operator::Tanh => function::tanh(b, x),
        Operator::Atan2 => function::atan2(b, x, y),
        Operator::Sigmoid => function::sigmoid(b, x),
        Operator::Softplus => function::softplus(b, x),
        Operator::Exprel => function::exprel(b, x),
        Operator::Exprel2 => {
            let expm1 = function::expm1(b, x);
            special::exprel2(b, x, expm1)
        }
        Operator::Linexp => function::linexp(b, x),
        Operator::Erf => function::erf(b, x),
        Operator::NormalCdf => function::normal_cdf(b, x),
        Operator::NormalQuantile => function::normal_quantile(b, x),
        Operator::Hypot => function::hypot(b, x, y),
        Operator::Abs => b.abs(x),
        Operator::Sign => function::sign(b, x),
        Operator::Floor => b.floor(x),
        Operator::Round => {
            let sum = b.add_number(x, 0.5);
            b.floor(sum)
        }
        Operator::Mod => function::modulo(b, x, y),
        Operator::Min => b.min(x, y),
        Operator::Max => b.max(x, y),
        Operator::Heaviside => {
            let (zero, one) = (b.number(0.0), b.number(1.0));
            let mask = b.ge(x, zero);
            b.select(mask, one, zero)
        }
        Operator::Where => b.select(x, y, z),
        Operator::Lt => b.lt(x, y),
        Operator::Le => b.le(x, y),
        Operator::Eq => b.eq(x, y),
        Operator::And => b.and(x, y),
        Operator::Or => b.or(x, y),
        Operator::Not => b.not(x),
    }
}

/// A power; short chains of products and roots where the exponent is a constant.
fn power(b: &mut Builder, x: Value, y: Value) -> Value {
    match b.constant_of(y) {
        Some(n) if n.fract() == 0.0 && n.abs() <= CHAIN_UP_TO => {
            special::integer_power(b, x, n as i32)
        }
        Some(0.5) => b.sqrt(x),
        Some(-0.5) => {
            let one = b.number(1.0);
            let root = b.sqrt(x);
            b.div(one, root)
        }
        _ => function::pow(b, x, y),
    }
}
