//! Kernels of the synapses of the library.

use crate::common::expect_all;

#[test]
fn kernels_of_the_synapses() {
    // Closed forms. Dual exponential with its peak normalised: 1 after 2.55843 ms for (1, 10) ms; alpha with
    // equal constants: its peak is w/e after tau. A dual exponential with equal constants is e times it.
    expect_all(
        "kernels",
        "npl 1
        neuron Once { dx/dt = 1\n init x = 0 ms\n spike when x >= 0.995 ms rising }
        neuron Cell { param tau = 20 ms\n input I : pA\n tau*dV/dt = -V + I*(1e-9 MOhm)\n init V = -1 mV }
        network N {
            src = Once
            a = Cell
            b = Cell
            c = Cell
            d = Cell
            dual = src -> a : DualExponential weight 2 nS connect all_to_all
            equal = src -> b : DualExponential { tau_rise = 5 ms; tau_decay = 5 ms } weight 2 nS connect all_to_all
            alpha = src -> c : Alpha weight 2 nS connect all_to_all
            single = src -> d : Exponential weight 2 nS connect all_to_all
            record dual.g, equal.g, alpha.g, single.g
        }
        run N for 20 ms with dt = 0.01 ms, method = rk4
        expect max(dual.g) in 1.99999 nS .. 2.00001 nS, at(dual.g, 3.56 ms) in 1.99999 nS .. 2.00001 nS
        expect max(alpha.g) in 0.735757 nS .. 0.735760 nS, at(alpha.g, 6 ms) in 0.735757 nS .. 0.735760 nS
        expect max(equal.g) in 1.99999 nS .. 2.00001 nS, at(equal.g, 6 ms) in 1.99999 nS .. 2.00001 nS
        expect at(single.g, 6 ms) in 0.735757 nS .. 0.735760 nS, at(single.g, 1 ms) == 2 nS",
    );
}

#[test]
fn kernels_of_the_synapses_by_the_method_chosen() {
    // The same closed forms on a coarse grid, without a method in the text: the states of a synapse are
    // linear among themselves and must be exact beside a membrane that is not. 2.6 ms after the spike the
    // dual exponential of (1, 10) ms is 2*1.435055*(e^-0.26 - e^-2.6); after tau the alpha is 2/e. The
    // tolerance is a thousand roundings.
    expect_all(
        "chosen",
        "npl 1
        neuron Once { dx/dt = 1\n init x = 0 ms\n spike when x >= 0.95 ms rising }
        neuron Cell { param C = 200 pF, g_L = 10 nS, E_L = -70 mV\n input I : pA
                      C*dV/dt = g_L*(E_L - V) + I\n init V = E_L }
        network N {
            src = Once
            a = Cell
            dual = src -> a : DualExponential weight 2 nS connect all_to_all
            alpha = src -> a : Alpha weight 2 nS connect all_to_all
            record dual.g, alpha.g
        }
        run N for 20 ms with dt = 0.1 ms
        expect abs(at(dual.g, 3.6 ms) - 1.9998297828702474 nS) < 1e-12 nS
        expect abs(at(alpha.g, 6 ms) - 0.7357588823428847 nS) < 1e-12 nS",
    );
}
