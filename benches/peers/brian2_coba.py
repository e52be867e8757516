"""Balanced network with conductance synapses, in Brian2: exponential Euler, no delay."""

from brian2_peer import Session
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
    namespace=session.values(
        p, mV=["E_L", "drive", "E_e", "E_i", "V_th", "V_reset"], ms=["tau", "tau_e", "tau_i"]
    ),
)
group.v = f"({p['V_mean']} + {p['V_sd']}*randn())*mV"
session.run(group, *session.connect_by_chance(p, group))
