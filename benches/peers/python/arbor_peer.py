"""Arbor: single-compartment cells with its own hh mechanism and scheme (implicit v, cnexp), f64; spikes
counted by a threshold detector at 0 mV. Cells in groups of 128 per thread, SIMD mechanisms of the wheel."""

import arbor
import numpy as np
from arbor import units as U

from peer import HH, Peer, serve


class Recipe(arbor.recipe):
    def __init__(self, currents):
        super().__init__()
        self.currents = currents
        self.properties = arbor.neuron_cable_properties()
        radius = 50 / np.sqrt(np.pi)  # 1e4 um^2 without the ends, so that 1 uA/cm^2 is 0.1 nA
        tree = arbor.segment_tree()
        tree.append(arbor.mnpos, (-radius, 0, 0, radius), (radius, 0, 0, radius), tag=1)
        self.tree = tree
        self.decor = (
            arbor.decor()
            .set_property(Vm=HH["v0"] * U.mV, cm=0.01 * U.F / U.m2, tempK=279.45 * U.Kelvin)
            .set_ion("na", rev_pot=HH["e_na"] * U.mV)
            .set_ion("k", rev_pot=HH["e_k"] * U.mV)
            .paint("(all)", arbor.density("hh", dict(gnabar=0.12, gkbar=0.036, gl=0.0003, el=HH["e_l"])))
            .place("(location 0 0.5)", arbor.threshold_detector(0 * U.mV), "spike")
        )

    def num_cells(self):
        return len(self.currents)

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def global_properties(self, kind):
        return self.properties

    def cell_description(self, gid):
        decor = arbor.decor(self.decor).place(
            "(location 0 0.5)", arbor.i_clamp(0 * U.ms, 1e9 * U.ms, 0.1 * float(self.currents[gid]) * U.nA)
        )
        return arbor.cable_cell(self.tree, decor)


class ArborPeer(Peer):
    flags = "its hh mechanism, default grouping over threads"

    def version(self):
        return f"arbor {arbor.__version__}"

    def prepare(self):
        self.needs(model=("hodgkin_huxley",), method=("staggered",), precision=("f64",))
        recipe = Recipe(self.currents())
        context = arbor.context(threads=self.job["threads"])
        hints = {arbor.cell_kind.cable: arbor.partition_hint(cpu_group_size=128)}
        self.simulation = arbor.simulation(recipe, context, arbor.partition_load_balance(recipe, context, hints))
        self.simulation.record(arbor.spike_recording.local)  # `all` records none without connections

    def run(self, steps):
        dt = self.job["dt"]
        self.simulation.reset()
        self.simulation.run(steps * dt * U.ms, dt * U.ms)
        sources = np.array([gid for (gid, _), _ in self.simulation.spikes()], dtype=int)
        return np.bincount(sources, minlength=self.job["cells"]), None


serve(ArborPeer())
