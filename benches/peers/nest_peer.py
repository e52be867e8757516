"""NEST with one thread and one process. Its models are compiled in: nothing is compiled at run time."""

import time

import networks
import protocol


class Session:
    """From the import to the line."""

    def __init__(self, network, numbers):
        self.arguments = protocol.start(network)
        begin = time.perf_counter()
        import nest

        self.clocks = {"importing": time.perf_counter() - begin}
        self.nest = nest
        nest.set_verbosity("M_ERROR")
        nest.ResetKernel()
        nest.resolution = numbers["dt"]
        nest.local_num_threads = 1
        nest.rng_seed = self.arguments.seed
        self.numbers = numbers
        self.begin = time.perf_counter()

    def connect_by_chance(self, group, excitation, inhibition):
        """The two projections of a balanced network, with the shortest delay: one step."""
        excitatory, _ = networks.parts(self.numbers, len(group))
        chance = networks.probability(self.numbers, len(group))
        for source, weight in ((group[:excitatory], excitation), (group[excitatory:], inhibition)):
            rule = {"rule": "pairwise_bernoulli", "p": chance}
            if len(group) > 10000:      # that rule visits all pairs, which takes minutes here
                rule = {"rule": "fixed_total_number", "N": round(chance * len(source) * len(group))}
            self.connect(source, group, rule, weight, self.numbers["dt"])

    def connect(self, source, target, rule, weight, delay):
        """One projection of static synapses."""
        synapse = {"synapse_model": "static_synapse", "weight": weight, "delay": delay}
        self.nest.Connect(source, target, rule, synapse)

    def run(self, group, without=0):
        """Simulates; `without` of the connections made so far are no synapses of the network."""
        nest, arguments = self.nest, self.arguments
        synapses = nest.num_connections - without
        recorder = nest.Create("spike_recorder")
        nest.Connect(group, recorder)
        nest.Prepare()
        self.clocks["building"] = time.perf_counter() - self.begin
        with protocol.Clock() as clock:
            nest.Run(arguments.ms)
        nest.Cleanup()
        self.clocks["running"] = clock
        events = recorder.get("events")
        spikes = (events["times"], events["senders"] - 1)
        protocol.report(
            arguments, "nest", {"nest": nest.__version__}, "f64", self.clocks, spikes, synapses=int(synapses)
        )
