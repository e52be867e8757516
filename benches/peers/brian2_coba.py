"""Balanced network with conductance synapses, in Brian2: exponential Euler, no delay."""

import networks
from brian2_peer import Session, connect_by_chance
from networks import COBA as p

session = Session("coba", p)
b, n = session.brian2, session.arguments.n
group = b.NeuronGroup(
    n,
    """
    dv/dt = (E_L - v + drive + ge*(E_e - v) + gi*(E_i - v))/tau : volt (unless refractory)
    dge/dt = -ge/tau_e : 1
    dgi/dt = -gi/tau_i : 1
    """,
    threshold="v > V_th",
    reset="v = V_reset",
    refractory=p["t_ref"] * b.ms,
    method="exponential_euler",
    namespace={name: p[name] * b.mV for name in ("E_L", "drive", "E_e", "E_i", "V_th", "V_reset")}
    | {name: p[name] * b.ms for name in ("tau", "tau_e", "tau_i")},
)
group.v = f"({p['V_mean']} + {p['V_sd']}*randn())*mV"
excitatory, _ = networks.parts(p, n)
synapses = connect_by_chance(
    b, group, excitatory, networks.probability(p, n), f"ge_post += {p['w_e']}", f"gi_post += {p['w_i']}"
)
session.run(group, *synapses)
