"""Balanced network with conductance synapses, in NEST: iaf_cond_exp, adaptive inside a step, delay of one step."""

from nest_peer import Session
from networks import COBA as p

session = Session("coba", p)
import numpy as np

n = session.arguments.n
group = session.nest.Create("iaf_cond_exp", n, params={
    "C_m": p["g_L"] * p["tau"], "g_L": p["g_L"], "E_L": p["E_L"], "I_e": p["g_L"] * p["drive"],
    "V_th": p["V_th"], "V_reset": p["V_reset"], "t_ref": p["t_ref"],
    "E_ex": p["E_e"], "E_in": p["E_i"], "tau_syn_ex": p["tau_e"], "tau_syn_in": p["tau_i"],
})
draw = np.random.default_rng(session.arguments.seed)
group.V_m = draw.normal(p["V_mean"], p["V_sd"], n)
# The sign of a weight says which of the two conductances it opens.
session.connect_by_chance(group, p["w_e"] * p["g_L"], -p["w_i"] * p["g_L"])
session.run(group)
