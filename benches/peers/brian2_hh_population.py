"""Uncoupled squid axons, in Brian2: exponential Euler."""

from brian2_peer import Session
from networks import HH_POPULATION as p

session = Session("hh_population", p)
b, n = session.brian2, session.arguments.n
group = b.NeuronGroup(
    n,
    """
    dv/dt = (I - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_L*(v - E_L))/C/ms : 1
    dm/dt = (alpha_m*(1 - m) - beta_m*m)/ms : 1
    dh/dt = (alpha_h*(1 - h) - beta_h*h)/ms : 1
    dn/dt = (alpha_n*(1 - n) - beta_n*n)/ms : 1
    alpha_m = 1/exprel(-(v + 40)/10) : 1
    beta_m = 4*exp(-(v + 65)/18) : 1
    alpha_h = 0.07*exp(-(v + 65)/20) : 1
    beta_h = 1/(1 + exp(-(v + 35)/10)) : 1
    alpha_n = 0.1/exprel(-(v + 55)/10) : 1
    beta_n = 0.125*exp(-(v + 65)/80) : 1
    """,
    threshold="v > threshold",
    refractory="v > threshold",
    method="exponential_euler",
    namespace={name: p[name] for name in ("C", "g_Na", "g_K", "g_L", "E_Na", "E_K", "E_L", "I", "threshold")},
)
group.v, group.m, group.h, group.n = p["V_0"], p["m_0"], p["h_0"], p["n_0"]
session.run(group, synapses=0)
