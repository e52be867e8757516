"""Balanced network of Traub-Miles neurons, in Brian2: exponential Euler, no delay.

The rates are written with exprel(x) = (exp(x) - 1)/x, so that none is 0/0.
"""

from brian2_peer import Session
from networks import COBAHH as p

session = Session("cobahh", p)
b, n = session.brian2, session.arguments.n
group = b.NeuronGroup(
    n,
    """
    dv/dt = (g_L*(E_L - v) + ge*(E_e - v) + gi*(E_i - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v))/C : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dge/dt = -ge/tau_e : siemens
    dgi/dt = -gi/tau_i : siemens
    u = (v - V_T)/mV : 1
    alpha_m = 1.28/exprel((13 - u)/4)/ms : Hz
    beta_m = 1.4/exprel((u - 40)/5)/ms : Hz
    alpha_h = 0.128*exp((17 - u)/18)/ms : Hz
    beta_h = 4/(1 + exp((40 - u)/5))/ms : Hz
    alpha_n = 0.16/exprel((15 - u)/5)/ms : Hz
    beta_n = 0.5*exp((10 - u)/40)/ms : Hz
    """,
    threshold="v > threshold",
    refractory=p["t_ref"] * b.ms,
    method="exponential_euler",
    namespace=session.values(
        p,
        mV=["E_L", "E_Na", "E_K", "V_T", "E_e", "E_i", "threshold"],
        ms=["tau_e", "tau_i"],
        nS=["g_L", "g_Na", "g_K"],
        pF=["C"],
    ),
)
group.v = f"({p['V_mean']} + {p['V_sd']}*randn())*mV"
group.ge = f"({p['ge_mean']} + {p['ge_sd']}*randn())*nS"
group.gi = f"({p['gi_mean']} + {p['gi_sd']}*randn())*nS"
session.run(group, *session.connect_by_chance(p, group, "*nS"))
