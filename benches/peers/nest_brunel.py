"""Brunel's sparse network, in NEST: iaf_psc_delta, exact, fixed in-degrees."""

import networks
from nest_peer import Session
from networks import BRUNEL as p

session = Session("brunel", p)
import numpy as np

nest, n = session.nest, session.arguments.n
group = nest.Create("iaf_psc_delta", n, params={
    "C_m": 1.0, "tau_m": p["tau"], "E_L": 0.0, "I_e": 0.0,
    "V_th": p["V_th"], "V_reset": p["V_reset"], "t_ref": p["t_ref"],
})
group.V_m = np.random.default_rng(session.arguments.seed).uniform(0.0, p["V_th"], n)
excitatory, _ = networks.parts(p, n)
inputs_e, inputs_i = networks.in_degrees(p, n)
session.connect(group[:excitatory], group, {"rule": "fixed_indegree", "indegree": inputs_e}, p["J"], p["D"])
session.connect(
    group[excitatory:], group, {"rule": "fixed_indegree", "indegree": inputs_i}, -p["g"] * p["J"], p["D"]
)
# One generator: every target gets its own Poisson spikes from it.
drive = nest.Create("poisson_generator", params={"rate": p["drive"] * 1e3})
session.connect(drive, group, "all_to_all", p["J"], p["D"])
session.run(group, without=n)
