"""Brian2: C++ standalone with OpenMP, -O3 -march=native -ffast-math, its float32 too; the built program
is run again for every number of steps. Its own report of the run time counts: no start, no reading back."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import brian2 as b2
import numpy as np

from peer import ADEX, HH, LIF, PRINZ, Peer, Unsupported, serve, steady_gates

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
ADEX_TEXT = """
held = clip(v, -10000, 20) : 1
dv/dt = (60*exp((held + 50.4)/2) - 30*(held + 70.6) - w + I)/(281*ms) : 1
dw/dt = (4*(held + 70.6) - w)/(144*ms) : 1
I : 1 (constant)
spikes : integer
"""


def prinz_text():
    """Each gate's steady state and time constant [ms], as in prinz_stg.eqn."""
    sg = lambda a, b: f"1/(1 + exp((v + {a})/({b})))"
    bell = lambda a, b, c, d: f"(exp((v + {a})/{b}) + exp(-(v + {c})/{d}))"
    gates = dict(
        m_Na=(sg(25.5, -5.29), f"2.64 - 2.52*{sg(120, -25)}"),
        h_Na=(sg(48.9, 5.18), f"1.34*{sg(62.9, -10)}*(1.5 + {sg(34.9, 3.6)})"),
        m_CaT=(sg(27.1, -7.2), f"43.4 - 42.6*{sg(68.1, -20.5)}"),
        h_CaT=(sg(32.1, 5.5), f"210 - 179.6*{sg(55, -16.9)}"),
        m_CaS=(sg(33, -8.1), f"2.8 + 14/{bell(27, 10, 70, 13)}"),
        h_CaS=(sg(60, 6.2), f"120 + 300/{bell(55, 9, 65, 16)}"),
        m_A=(sg(27.2, -8.7), f"23.2 - 20.8*{sg(32.9, -15.2)}"),
        h_A=(sg(56.9, 4.9), f"77.2 - 58.4*{sg(38.9, -26.5)}"),
        m_KCa=(f"Ca/(Ca + 3)*{sg(28.3, -12.6)}", f"180.6 - 150.2*{sg(46, -22.7)}"),
        m_Kd=(sg(12.3, -11.8), f"14.4 - 12.8*{sg(28.3, -19.2)}"),
        m_H=(sg(75, 5.5), f"2/{bell(-26.7, 14.3, 169.7, 11.6)}"),
    )
    nernst = 1e3 * 8.31446261815324 * 283.15 / (2 * 96485.33212331001)
    return f"""
    calcium = (2.5*m_CaT**3*h_CaT + 6*m_CaS**3*h_CaS)*(v - {nernst!r}*log(3000/Ca)) : 1
    potassium = (50*m_A**3*h_A + 5*m_KCa**4 + 100*m_Kd**4)*(v + 80) : 1
    dv/dt = (I - 100*m_Na**3*h_Na*(v - 50) - calcium - potassium - 0.01*m_H*(v + 20))/ms : 1
    dCa/dt = (0.05 - {14.96 * 0.628!r}*calcium - Ca)/(200*ms) : 1
    """ + "".join(f"""
    d{x}/dt = ({inf} - {x})/({tau})/ms : 1""" for x, (inf, tau) in gates.items()) + """
    I : 1 (constant)
    spikes : integer
    """, ("v", "Ca", *gates)


class Brian2Peer(Peer):
    flags = "C++ standalone, OpenMP, " + " ".join(COMPILE)

    def version(self):
        return f"brian2 {b2.__version__}"

    def prepare(self):
        self.needs(method=("exponential_euler", "euler", "rk4", "exact"))
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
        elif job["model"] == "adex":
            text, initial = ADEX_TEXT, dict(zip("vw", ADEX["start"]))
            events = dict(threshold="v >= 20", reset="v = -70.6; w += 80.5; spikes += 1")
        elif job["model"] == "prinz_stg":
            text, states = prinz_text()
            initial = dict(zip(states, PRINZ["start"]))
            events = dict(threshold="v > -10", reset="spikes += 1", refractory="v > -10")
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
