"""Balanced network with synapses that add a voltage, in Brian2: exact integration, no delay."""

from brian2_peer import Session
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
    namespace=session.values(p, mV=["E_L", "V_th", "V_reset"], ms=["tau", "tau_e", "tau_i"]),
)
group.v = f"({p['V_reset']} + {p['V_th'] - p['V_reset']}*rand())*mV"
session.run(group, *session.connect_by_chance(p, group, "*mV"))
