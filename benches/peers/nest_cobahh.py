"""Balanced network of Traub-Miles neurons, in NEST: hh_cond_exp_traub, adaptive inside a step, delay of one step.

The model takes no initial conductances, so each neuron receives one event of each kind at the first step instead; it
holds no negative conductance, so negative draws are cut.
"""

from nest_peer import Session
from networks import COBAHH as p

session = Session("cobahh", p)
import numpy as np

nest, n = session.nest, session.arguments.n
group = nest.Create("hh_cond_exp_traub", n, params={
    "C_m": p["C"], "g_L": p["g_L"], "g_Na": p["g_Na"], "g_K": p["g_K"], "I_e": 0.0,
    "E_L": p["E_L"], "E_Na": p["E_Na"], "E_K": p["E_K"], "V_T": p["V_T"], "t_ref": p["t_ref"],
    "E_ex": p["E_e"], "E_in": p["E_i"], "tau_syn_ex": p["tau_e"], "tau_syn_in": p["tau_i"],
})
draw = np.random.default_rng(session.arguments.seed)
group.V_m = draw.normal(p["V_mean"], p["V_sd"], n)
kick = nest.Create("spike_generator", params={"spike_times": [p["dt"]]})
for sign, mean, sd in ((1.0, p["ge_mean"], p["ge_sd"]), (-1.0, p["gi_mean"], p["gi_sd"])):
    weights = sign * np.maximum(draw.normal(mean, sd, n), 0.0)
    session.connect(kick, group, "all_to_all", weights.reshape(-1, 1), p["dt"])
kicks = nest.num_connections
session.connect_by_chance(group, p["w_e"], -p["w_i"])
session.run(group, without=kicks)
