"""Uncoupled squid axons, in NEST: hh_psc_alpha, adaptive inside a step. The gates start at their rest by themselves."""

from nest_peer import Session
from networks import HH_POPULATION as p

session = Session("hh_population", p)
area = 1e-4 * 1e6        # 1e-4 cm^2; uF to pF, mS to nS and uA to pA
group = session.nest.Create("hh_psc_alpha", session.arguments.n, params={
    "C_m": p["C"] * area, "g_Na": p["g_Na"] * area, "g_K": p["g_K"] * area, "g_L": p["g_L"] * area,
    "E_Na": p["E_Na"], "E_K": p["E_K"], "E_L": p["E_L"], "I_e": p["I"] * area, "V_m": p["V_0"],
})
session.run(group)
