"""NEURON: one section of one segment per cell, its own scheme (implicit v, cnexp gates, staggered),
f64. Its built-in hh and constants; spikes counted by APCount at 0 mV. One thread per core (ParallelContext)."""

import numpy as np

import neuron
from neuron import h

from peer import HH, Peer, serve

h.load_file("stdrun.hoc")


class NeuronPeer(Peer):
    flags = "fixed step, built-in hh at 6.3 C, tables off, threads, cache-efficient layout"

    def version(self):
        return f"NEURON {neuron.__version__}"

    def prepare(self):
        self.needs(model=("hodgkin_huxley",), method=("staggered",), precision=("f64",))
        job = self.job
        self.cells = []
        for current in self.currents():
            s = h.Section()
            s.L = s.diam = 100 / np.sqrt(np.pi)  # 1e4 um^2, so that 1 uA/cm^2 is 0.1 nA
            s.insert("hh")
            s.cm, s.ena, s.ek, s.el_hh = HH["C"], HH["e_na"], HH["e_k"], HH["e_l"]
            stimulus, count = h.IClamp(s(0.5)), h.APCount(s(0.5))
            stimulus.delay, stimulus.dur, stimulus.amp = 0, 1e9, current * 0.1
            count.thresh = 0
            self.cells.append((s, stimulus, count))
        h.usetable_hh = 0  # the rates themselves, as everyone else computes them
        h.celsius, h.dt, h.steps_per_ms = 6.3, job["dt"], 1 / job["dt"]
        h.CVode().cache_efficient(1)
        pc = h.ParallelContext()
        pc.nthread(job["threads"], 1)

    def run(self, steps):
        h.finitialize(HH["v0"])
        pc = h.ParallelContext()
        pc.set_maxstep(10)
        pc.psolve((steps - 0.5) * self.job["dt"])
        return np.array([count.n for _, _, count in self.cells]), None


serve(NeuronPeer())
