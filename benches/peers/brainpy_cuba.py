"""Balanced network with synapses that add a voltage, in BrainPy: LifRef, exponential Euler, spikes sent a step late."""

from brainpy_peer import Session, balanced
from networks import CUBA as p

session = Session("cuba", p)
bp = session.brainpy
group = bp.dyn.LifRef(
    session.arguments.n, V_rest=p["E_L"], V_th=p["V_th"], V_reset=p["V_reset"], tau=p["tau"], tau_ref=p["t_ref"],
    V_initializer=bp.init.Uniform(p["V_reset"], p["V_th"]),
)
network = balanced(session, p, group, [bp.dyn.CUBA.desc(), bp.dyn.CUBA.desc()], current=(0.0,))
session.run(network, network.synapses)
