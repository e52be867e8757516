"""The numbers of the benchmark networks, once for all peers.

They are those of the project's own texts: examples/coba.npl, cuba.npl, cobahh.npl, brunel.npl and
benches/networks/hh_exponential.npl, which is examples/hh_population.npl with another method. Times are in ms,
voltages in mV; other units stand beside the number.
"""

# Balanced network, conductance synapses. Conductances in units of the leak of 10 nS.
COBA = {
    "dt": 0.1,
    "tau": 20.0, "tau_e": 5.0, "tau_i": 10.0,
    "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0,
    "E_e": 0.0, "E_i": -80.0,
    "g_L": 10.0,                     # nS
    "drive": 20.0,                   # a constant current of 200 pF * 20 mV / 20 ms = 200 pA
    "w_e": 0.6, "w_i": 6.7,          # 6 nS and 67 nS
    "out_degree": 80.0, "excitatory": 0.8,
    "V_mean": -55.0, "V_sd": 2.0,    # normal at the start
}

# The same with synapses that add a voltage.
CUBA = {
    "dt": 0.1,
    "tau": 20.0, "tau_e": 5.0, "tau_i": 10.0,
    "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0,
    "w_e": 1.62, "w_i": -9.0,        # mV
    "out_degree": 80.0, "excitatory": 0.8,
    # V at the start: uniform from V_reset to V_th
}

# The same with neurons of Hodgkin-Huxley type after Traub & Miles.
COBAHH = {
    "dt": 0.1,
    "C": 200.0,                                        # pF
    "g_L": 10.0, "g_Na": 20000.0, "g_K": 6000.0,       # nS
    "E_L": -60.0, "E_Na": 50.0, "E_K": -90.0, "V_T": -63.0,
    "E_e": 0.0, "E_i": -80.0, "tau_e": 5.0, "tau_i": 10.0,
    "w_e": 6.0, "w_i": 67.0,                           # nS
    "threshold": -20.0, "t_ref": 3.0,                  # a lockout; nothing is reset
    "out_degree": 80.0, "excitatory": 0.8,
    "V_mean": -65.0, "V_sd": 5.0,                      # normal at the start
    "ge_mean": 40.0, "ge_sd": 15.0,                    # nS, normal at the start
    "gi_mean": 200.0, "gi_sd": 120.0,                  # nS, normal at the start
    "area": 2e-4,                                      # cm^2
}

# Sparse network of neurons with jumps of the voltage; fixed in-degrees.
BRUNEL = {
    "dt": 0.1,
    "tau": 20.0, "V_th": 20.0, "V_reset": 10.0, "t_ref": 2.0,   # at rest: 0
    "excitatory": 0.8, "epsilon": 0.1,
    "J": 0.1, "g": 5.0, "D": 1.5,
    "drive": 20.0,                   # external events per ms and neuron: eta = 2
    # V at the start: uniform from 0 to V_th
}

# Uncoupled squid axons with a constant current; per cm^2.
HH_POPULATION = {
    "dt": 0.025,
    "C": 1.0,                                          # uF
    "g_Na": 120.0, "g_K": 36.0, "g_L": 0.3,            # mS
    "E_Na": 50.0, "E_K": -77.0, "E_L": -54.387,
    "I": 10.0,                                         # uA
    "V_0": -65.0, "m_0": 0.0529325, "h_0": 0.596121, "n_0": 0.317677,   # gates at rest
    "threshold": 0.0,
    "celsius": 6.3,
}


def parts(p, n):
    """The numbers of excitatory and inhibitory neurons among n."""
    excitatory = round(p["excitatory"] * n)
    return excitatory, n - excitatory


def probability(p, n):
    """The probability of a connection; the out-degree does not depend on n."""
    return min(p["out_degree"] / n, 1.0)


def in_degrees(p, n):
    """The excitatory and inhibitory inputs of a neuron with fixed in-degrees."""
    excitatory, inhibitory = parts(p, n)
    return round(p["epsilon"] * excitatory), round(p["epsilon"] * inhibitory)
