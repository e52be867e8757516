"""Balanced network with synapses that add a voltage, in NEST: iaf_psc_exp, exact, delay of one step."""

from nest_peer import Session
from networks import CUBA as p

session = Session("cuba", p)
import numpy as np

n = session.arguments.n
capacitance = 200.0                        # pF; any would do
current = capacitance / p["tau"]           # pA a mV
group = session.nest.Create("iaf_psc_exp", n, params={
    "C_m": capacitance, "tau_m": p["tau"], "E_L": p["E_L"], "I_e": 0.0,
    "V_th": p["V_th"], "V_reset": p["V_reset"], "t_ref": p["t_ref"],
    "tau_syn_ex": p["tau_e"], "tau_syn_in": p["tau_i"],
})
draw = np.random.default_rng(session.arguments.seed)
group.V_m = draw.uniform(p["V_reset"], p["V_th"], n)
session.connect_by_chance(group, p["w_e"] * current, p["w_i"] * current)
session.run(group)
