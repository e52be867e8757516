//! The structure of a linear system: its coefficients, who depends on whom, and what is not linear.

use neuropil_ir::graph::{Graph, Node, NodeId, Symbol};

use super::{Clock, Equation, Refusal};

/// `dx/dt = A x + c`, with A and c free of states.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    /// `a[i][j]` is the slope of equation i in state j.
    pub(super) a: Vec<Vec<NodeId>>,
    /// What remains where all states are 0.
    pub(super) c: Vec<NodeId>,
}

impl Linear {
    /// The linear form of the equations.
    pub(super) fn of(
        graph: &mut Graph,
        equations: &[Equation],
        clock: Clock,
    ) -> Result<Self, Refusal> {
        let states: Vec<Symbol> = equations.iter().map(|equation| equation.symbol).collect();
        let mut linear = Self {
            a: Vec::new(),
            c: Vec::new(),
        };
        for (place, equation) in equations.iter().enumerate() {
            let name = |graph: &Graph| graph.symbol_info(equation.symbol).name.clone();
            let mut mentioned: Vec<NodeId> = equation.noise.iter().map(|&(b, _)| b).collect();
            mentioned.push(equation.rhs);
            if mentioned
                .iter()
                .any(|&root| graph.depends_on(root, &[clock.t]))
            {
                let reason = format!(
                    "the equation of `{}` mentions the time `{}`; `exact` needs an equation that \
                     does not change within a step",
                    name(graph),
                    graph.symbol_info(clock.t).name
                );
                return Err(Refusal {
                    equation: place,
                    reason,
                });
            }
            let Some(form) = graph.affine(equation.rhs, &states) else {
                let what = describe(graph, equation.rhs, &states);
                let reason = format!("{what}; `exact` needs equations that are linear");
                return Err(Refusal {
                    equation: place,
                    reason,
                });
            };
            linear.a.push(form.coefficients);
            linear.c.push(form.constant);
        }
        Ok(linear)
    }

    /// The system while some states are held: constants of the others.
    pub(super) fn while_held(&self, graph: &mut Graph, held: &[bool]) -> Self {
        let zero = graph.number(0.0);
        let mut reduced = self.clone();
        for (place, _) in held.iter().enumerate().filter(|&(_, &held)| held) {
            reduced.a[place].fill(zero);
            reduced.c[place] = zero;
        }
        reduced
    }
}

/// Says what is not affine in the states: "`V` appears in `V^2`".
///
/// Call it where [`Graph::affine`] gives nothing.
pub(super) fn describe(graph: &mut Graph, root: NodeId, states: &[Symbol]) -> String {
    // The first node that is not affine is the smallest: its operands are.
    for id in graph.reachable(&[root]) {
        if !matches!(graph.node(id), Node::Apply(..)) || graph.affine(id, states).is_some() {
            continue;
        }
        let found = graph.symbols_of(id);
        let Some(&state) = found.iter().find(|symbol| states.contains(symbol)) else {
            continue;
        };
        let name = graph.symbol_info(state).name.clone();
        let text = graph.to_text(id);
        // What is longer than a line explains nothing.
        return if text.chars().count() <= 60 {
            format!("`{name}` appears as `{text}`")
        } else {
            format!("`{name}` appears in a product or a function of a state")
        };
    }
    "the equation is not linear".to_owned()
}

/// Who depends on whom in a linear system.
#[derive(Clone, Debug)]
pub(super) struct Dependence {
    /// `reach[i][j]`: state i depends on state j, directly or through others (one step or more,
    /// the own decay not counted).
    reach: Vec<Vec<bool>>,
    direct: Vec<Vec<bool>>,
}

/// More paths than this between two states, and the matrix exponential is shorter.
const MOST_PATHS: usize = 64;

impl Dependence {
    pub(super) fn of(graph: &Graph, a: &[Vec<NodeId>]) -> Self {
        let n = a.len();
        let direct: Vec<Vec<bool>> = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| i != j && graph.as_number(a[i][j]) != Some(0.0))
                    .collect()
            })
            .collect();
        let mut reach = direct.clone();
        for k in 0..n {
            for i in 0..n {
                for j in 0..n {
                    reach[i][j] |= reach[i][k] && reach[k][j];
                }
            }
        }
        Self { reach, direct }
    }

    /// Whether state i depends on another state j.
    pub(super) fn on(&self, i: usize, j: usize) -> bool {
        i != j && self.reach[i][j]
    }

    /// Whether other states depend on a state that depends on them.
    pub(super) fn cyclic(&self, i: usize) -> bool {
        self.reach[i][i]
    }

    /// Whether another state depends on a state.
    pub(super) fn read(&self, i: usize) -> bool {
        (0..self.reach.len()).any(|k| self.on(k, i))
    }

    /// All ways from state `from` to state `to`, each as the states passed, both ends included.
    ///
    /// `None` where a state on the way belongs to a cycle, or where the ways are very many.
    pub(super) fn paths(&self, from: usize, to: usize) -> Option<Vec<Vec<usize>>> {
        let mut done = Vec::new();
        let mut open = vec![vec![from]];
        while let Some(path) = open.pop() {
            let last = path[path.len() - 1];
            if self.cyclic(last) || done.len() + open.len() > MOST_PATHS {
                return None;
            }
            if last == to {
                done.push(path);
                continue;
            }
            for next in 0..self.direct.len() {
                if self.direct[next][last] && (next == to || self.on(to, next)) {
                    let mut longer = path.clone();
                    longer.push(next);
                    open.push(longer);
                }
            }
        }
        Some(done)
    }
}
