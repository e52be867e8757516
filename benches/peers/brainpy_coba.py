"""Balanced network with conductance synapses, in BrainPy: LifRefLTC, exponential Euler, spikes sent a step late."""

from brainpy_peer import Session, balanced
from networks import COBA as p

session = Session("coba", p)
bp = session.brainpy
group = bp.dyn.LifRefLTC(
    session.arguments.n, V_rest=p["E_L"], V_th=p["V_th"], V_reset=p["V_reset"], tau=p["tau"], tau_ref=p["t_ref"],
    V_initializer=bp.init.Normal(p["V_mean"], p["V_sd"]),
)
outputs = [bp.dyn.COBA.desc(E=p[name]) for name in ("E_e", "E_i")]
network = balanced(session, p, group, outputs, current=(p["drive"],))
session.run(network, network.synapses)
