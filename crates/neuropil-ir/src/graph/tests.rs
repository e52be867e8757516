//! Derivatives against known rules, affine forms, simplification.

use std::collections::HashMap;

use super::Graph;
use crate::operator::Operator;

#[test]
fn equal_expressions_are_one_node() {
    let mut g = Graph::new();
    let (x, y) = (g.new_symbol("x"), g.new_symbol("y"));
    let (x, y) = (g.symbol(x), g.symbol(y));
    assert_eq!(g.add(x, y), g.add(y, x));
    let zero = g.number(0.0);
    assert_eq!(g.mul(zero, x), zero);
    let difference = g.sub(x, y);
    let back = g.neg(difference);
    assert_eq!(back, g.sub(y, x));
    assert_eq!(g.to_text(back), "y - x");
}

#[test]
fn derivatives_follow_the_rules() {
    let mut g = Graph::new();
    let s = g.new_symbol("x");
    let x = g.symbol(s);
    let two = g.number(2.0);
    let square = g.pow(x, two);
    let slope = g.derivative(square, s).unwrap();
    assert_eq!(g.to_text(slope), "x*2");
    let minus = g.neg(x);
    let e = g.apply(Operator::Exp, &[minus]);
    let slope = g.derivative(e, s).unwrap();
    assert_eq!(g.to_text(slope), "-exp(-x)");
    let cube = g.apply(Operator::Exprel2, &[x]);
    assert_eq!(g.derivative(cube, s), Err(Operator::Exprel2));
}

#[test]
fn affine_forms_are_found_where_they_are() {
    let mut g = Graph::new();
    let (vs, gs, es) = (g.new_symbol("V"), g.new_symbol("g"), g.new_symbol("E"));
    let (v, cond, e) = (g.symbol(vs), g.symbol(gs), g.symbol(es));
    let drive = g.sub(e, v);
    let current = g.mul(cond, drive);
    let in_v = g.affine(current, &[vs]).expect("affine in V");
    assert_eq!(g.to_text(in_v.coefficients[0]), "-g");
    assert_eq!(g.to_text(in_v.constant), "g*E");
    assert!(
        g.affine(current, &[vs, gs]).is_none(),
        "a product of two is not affine in both"
    );
    let square = g.mul(v, v);
    assert!(g.affine(square, &[vs]).is_none());
}

#[test]
fn substitution_replaces_all_at_once() {
    let mut g = Graph::new();
    let (a, b) = (g.new_symbol("a"), g.new_symbol("b"));
    let (na, nb) = (g.symbol(a), g.symbol(b));
    let difference = g.sub(na, nb);
    let map = HashMap::from([(a, nb), (b, na)]);
    let swapped = g.substitute(&[difference], &map)[0];
    assert_eq!(g.to_text(swapped), "b - a");
}
