"""Uncoupled squid axons, in Arbor: its own mechanism `hh`, single-compartment cells.

Cells are put into groups of 512, which are computed together in vectors; without this hint Arbor is about 8 times
slower. It records spikes only of cells with an outgoing connection, so each has one of weight zero onto itself.
"""

import math
import time

import protocol
from networks import HH_POPULATION as p

arguments = protocol.start("hh_population")
begin = time.perf_counter()
import arbor
from arbor import units as U

clocks = {"importing": time.perf_counter() - begin}
begin = time.perf_counter()
DIAMETER = 20.0                                             # um
CURRENT = p["I"] * math.pi * DIAMETER**2 * 1e-8 * 1e3       # nA
MIDDLE = "(location 0 0.5)"


class Cells(arbor.recipe):
    def __init__(self):
        arbor.recipe.__init__(self)
        tree = arbor.segment_tree()
        ends = (arbor.mpoint(side * DIAMETER / 2, 0, 0, DIAMETER / 2) for side in (-1, 1))
        tree.append(arbor.mnpos, *ends, tag=1)
        channels = {name: p[key] * 1e-3 for name, key in (("gnabar", "g_Na"), ("gkbar", "g_K"), ("gl", "g_L"))}
        decor = (
            arbor.decor()
            .set_property(Vm=p["V_0"] * U.mV, cm=p["C"] * 1e-2 * U.F / U.m2, tempK=(p["celsius"] + 273.15) * U.Kelvin)
            .set_ion("na", rev_pot=p["E_Na"] * U.mV)
            .set_ion("k", rev_pot=p["E_K"] * U.mV)
            .paint("(all)", arbor.density("hh", {**channels, "el": p["E_L"]}))
            .place(MIDDLE, arbor.i_clamp(0 * U.ms, 1e9 * U.ms, current=CURRENT * U.nA))
            .place(MIDDLE, arbor.threshold_detector(p["threshold"] * U.mV), "detector")
            .place(MIDDLE, arbor.synapse("expsyn"), "synapse")
        )
        self.cell = arbor.cable_cell(tree, decor, arbor.label_dict(), arbor.cv_policy_single())
        self.properties = arbor.neuron_cable_properties()

    def num_cells(self):
        return arguments.n

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def cell_description(self, gid):
        return self.cell

    def connections_on(self, gid):
        return [arbor.connection((gid, "detector"), "synapse", 0.0, 10 * U.ms)]

    def global_properties(self, kind):
        return self.properties


cells = Cells()
context = arbor.context(threads=1)
hints = {arbor.cell_kind.cable: arbor.partition_hint(cpu_group_size=512)}
simulation = arbor.simulation(cells, context, arbor.partition_load_balance(cells, context, hints))
simulation.record(arbor.spike_recording.all)
clocks["building"] = time.perf_counter() - begin
with protocol.Clock() as clocks["running"]:
    simulation.run(arguments.ms * U.ms, p["dt"] * U.ms)
spikes = simulation.spikes()
spikes = (spikes["time"], spikes["source"]["gid"])
protocol.report(arguments, "arbor", {"arbor": arbor.__version__}, "f64", clocks, spikes, synapses=0)
