"""Balanced network with synapses that add a voltage, in Brian2: exact integration, no delay."""

import networks
from brian2_peer import Session, connect_by_chance
from networks import CUBA as p

session = Session("cuba", p)
b, n = session.brian2, session.arguments.n
group = b.NeuronGroup(
    n,
    """
    dv/dt = (E_L - v + ge + gi)/tau : volt (unless refractory)
    dge/dt = -ge/tau_e : volt
    dgi/dt = -gi/tau_i : volt
    """,
    threshold="v > V_th",
    reset="v = V_reset",
    refractory=p["t_ref"] * b.ms,
    method="exact",
    namespace={name: p[name] * b.mV for name in ("E_L", "V_th", "V_reset")}
    | {name: p[name] * b.ms for name in ("tau", "tau_e", "tau_i")},
)
group.v = f"({p['V_reset']} + {p['V_th'] - p['V_reset']}*rand())*mV"
excitatory, _ = networks.parts(p, n)
synapses = connect_by_chance(
    b, group, excitatory, networks.probability(p, n), f"ge_post += {p['w_e']}*mV", f"gi_post += {p['w_i']}*mV"
)
session.run(group, *synapses)
