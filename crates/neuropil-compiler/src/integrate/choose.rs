//! The automatic choice of a method.

use neuropil_ir::graph::{Graph, Symbol};

use super::structure::{Linear, describe};
use super::{Clock, Equation, Method, advance};

/// A method and why it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// The reason, as `explain` prints it.
    pub reason: String,
}

/// Chooses a method for a system.
///
/// Linear with uniform coefficients: [`Method::Exact`]. Every equation affine in its own state:
/// [`Method::ExponentialEuler`]. Else [`Method::Rk4`]; with noise [`Method::Heun`] where the noise
/// is additive and [`Method::Euler`] where it is not. `uniform` says whether a symbol has the same
/// value for all elements.
pub fn choose(
    graph: &mut Graph,
    equations: &[Equation],
    clock: Clock,
    uniform: &dyn Fn(Symbol) -> bool,
) -> Choice {
    let Some(whole) = refused_exact(graph, equations, clock, uniform) else {
        let reason = "linear with coefficients that are equal for all elements".to_owned();
        return Choice {
            method: Method::Exact,
            reason,
        };
    };
    let bent = equations.iter().find_map(|equation| {
        let own = [equation.symbol];
        match graph.affine(equation.rhs, &own) {
            Some(_) => None,
            None => Some(describe(graph, equation.rhs, &own)),
        }
    });
    let noisy = equations.iter().any(|equation| !equation.noise.is_empty());
    let Some(bent) = bent else {
        let which = if equations.len() == 1 {
            "the equation is linear in its own state"
        } else {
            "every equation is linear in its own state"
        };
        let reason = format!("{which}; not `exact`: {whole}");
        return Choice {
            method: Method::ExponentialEuler,
            reason,
        };
    };
    if !noisy {
        return Choice {
            method: Method::Rk4,
            reason: format!("not linear: {bent}"),
        };
    }
    match advance(graph, equations, clock, Method::Heun) {
        Ok(_) => {
            let reason = format!("not linear: {bent}; with noise that no state scales");
            Choice {
                method: Method::Heun,
                reason,
            }
        }
        Err(refusal) => Choice {
            method: Method::Euler,
            reason: format!("Euler-Maruyama: not linear: {bent}; {refusal}"),
        },
    }
}

/// Why `exact` is not the method, if it is not.
fn refused_exact(
    graph: &mut Graph,
    equations: &[Equation],
    clock: Clock,
    uniform: &dyn Fn(Symbol) -> bool,
) -> Option<String> {
    let linear = match Linear::of(graph, equations, clock) {
        Ok(linear) => linear,
        Err(refusal) => {
            let reason = refusal.reason;
            // The last half sentence says what `exact` needs: here it repeats the question.
            let short = reason
                .split_once("; `exact`")
                .map(|(what, _)| what.to_owned());
            return Some(short.unwrap_or(reason));
        }
    };
    for (equation, row) in equations.iter().zip(&linear.a) {
        for &coefficient in row {
            let found = graph.symbols_of(coefficient);
            let varying = found.into_iter().find(|&s| s != clock.dt && !uniform(s));
            if let Some(symbol) = varying {
                return Some(format!(
                    "`{}` in the equation of `{}` differs between elements",
                    graph.symbol_info(symbol).name,
                    graph.symbol_info(equation.symbol).name
                ));
            }
        }
    }
    advance(graph, equations, clock, Method::Exact)
        .err()
        .map(|refusal| refusal.reason)
}
