"""Brian2: C++ standalone with OpenMP, -O3 -march=native -ffast-math, its float32 too; the built program
is run again for every number of steps. Its own report of the run time counts: no start, no reading back."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import brian2 as b2
import numpy as np

from peer import HH, LIF, Peer, Unsupported, serve, steady_gates

COMPILE = ["-w", "-O3", "-march=native", "-ffast-math", "-std=c++17"]
b2.prefs["codegen.cpp.extra_compile_args_gcc"] = COMPILE
b2.prefs["devices.cpp_standalone.extra_make_args_unix"] = [f"-j{os.cpu_count()}"]
b2.set_device("cpp_standalone", build_on_run=False)

HH_TEXT = """
dv/dt = (I - 120*m**3*h*(v - 50) - 36*n**4*(v + 77) - 0.3*(v + 54.387))/ms : 1
dm/dt = (1/exprel(-(v + 40)/10)*(1 - m) - 4*exp(-(v + 65)/18)*m)/ms : 1
dh/dt = (0.07*exp(-(v + 65)/20)*(1 - h) - 1/(1 + exp(-(v + 35)/10))*h)/ms : 1
dn/dt = (0.1/exprel(-(v + 55)/10)*(1 - n) - 0.125*exp(-(v + 65)/80)*n)/ms : 1
I : 1 (constant)
spikes : integer
"""
LIF_TEXT = """
dv/dt = (-65 - v + 10*I)/(10*ms) : 1 (unless refractory)
I : 1 (constant)
spikes : integer
"""


class Brian2Peer(Peer):
    flags = "C++ standalone, OpenMP, " + " ".join(COMPILE)

    def version(self):
        return f"brian2 {b2.__version__}"

    def prepare(self):
        self.needs(method=("exponential_euler", "rk4", "exact"))
        job = self.job
        b2.device.reinit()
        b2.device.activate(build_on_run=False)
        b2.prefs["core.default_float_dtype"] = self.dtype
        b2.prefs["devices.cpp_standalone.openmp_threads"] = job["threads"] if job["threads"] > 1 else 0
        b2.start_scope()
        b2.defaultclock.dt = job["dt"] * b2.ms
        if job["model"] == "lif":
            # Brian2 skips one step less in the same refractory time; half a step makes it 20.
            text, initial = LIF_TEXT, dict(v=LIF["v_r"])
            events = dict(threshold="v >= -50", reset="v = -65; spikes += 1", refractory=(LIF["t_ref"] + job["dt"]) * b2.ms)
        else:
            text, initial = HH_TEXT, dict(zip("mhn", steady_gates(HH["v0"])), v=HH["v0"])
            events = dict(threshold="v > 0", reset="spikes += 1", refractory="v > 0")
        group = b2.NeuronGroup(job["cells"], text, method=job["method"], **events)
        for name, value in initial.items():
            setattr(group, name, value)
        group.I = self.currents()
        self.folder = Path(os.environ["PEERS_CACHE"]) / "brian2"
        shutil.rmtree(self.folder, ignore_errors=True)
        b2.run(job["dt"] * b2.ms, report=None)
        b2.device.build(directory=str(self.folder), compile=False, run=False)
        # The program reads the length of its run, so that one build serves every number of steps.
        main = self.folder / "main.cpp"
        text, n = re.subn(r"(network\w*\.run\()[^,]+,", r'\1atof(getenv("PEER_DURATION")),', main.read_text())
        if n != 1:
            raise Unsupported("the generated main.cpp has no single network.run")
        main.write_text("#include <cstdlib>\n" + text)
        subprocess.run(["make", f"-j{os.cpu_count()}"], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def run(self, steps):
        duration = steps * self.job["dt"] * 1e-3
        env = dict(os.environ, PEER_DURATION=repr(duration))
        subprocess.run(["./main"], cwd=self.folder, env=env, check=True, stdout=subprocess.DEVNULL)
        results = self.folder / "results"
        seconds = float((results / "last_run_info.txt").read_text().split()[0])
        (path,) = results.glob("_array_*_spikes_*")
        return np.fromfile(path, np.int32), seconds


serve(Brian2Peer())
