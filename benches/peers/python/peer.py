"""The protocol of benches/peers for Python: one JSON object a line in, one out.

A contestant subclasses Peer and calls serve(). Nothing but answers may reach standard output.
"""

import json
import os
import sys
import time

import numpy as np

# Standard output belongs to the protocol: what libraries print goes to standard error.
_ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

# The model constants of src/model/library, in mV, ms, uA/cm^2, mS/cm^2, uF/cm^2, nA (AdEx: pA, pF, nS).
HH = dict(C=1.0, g_na=120.0, g_k=36.0, g_l=0.3, e_na=50.0, e_k=-77.0, e_l=-54.387, v0=-65.0)
LIF = dict(tau=10.0, r=10.0, e_l=-65.0, v_th=-50.0, v_r=-65.0, t_ref=2.0)


class Unsupported(Exception):
    """The contestant cannot do this job; the text says why."""


class Peer:
    """What a contestant gives. `self.job` is the job in hand, a dict."""

    flags = ""

    def version(self):
        raise NotImplementedError

    def prepare(self):
        """Builds what the job needs. Raises Unsupported."""

    def run(self, steps):
        """Steps all cells from their initial states; gives their spike counts, and the seconds
        that this took if it measured them itself (else None)."""
        raise NotImplementedError

    @property
    def dtype(self):
        return np.float32 if self.job["precision"] == "f32" else np.float64

    def currents(self):
        job = self.job
        return np.linspace(job["i_from"], job["i_to"], job["cells"])

    def needs(self, **allowed):
        """Raises Unsupported unless each field of the job is among those allowed."""
        for key, values in allowed.items():
            if self.job[key] not in values:
                raise Unsupported(f"{key} {self.job[key]}")


ADEX = dict(C=281.0, tau_w=144.0, b=80.5, v_r=-70.6, peak=20.0, start=(-70.6, 0.0))
PRINZ = dict(start=(-50.0, 0.05, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0), v_th=-10.0)
# The four stages of RK4: how far the slope is followed before the next, and its share of the whole.
RK4 = dict(ahead=(0.5, 0.5, 1.0, 0.0), share=(1 / 6, 1 / 3, 1 / 3, 1 / 6))


def steady_gates(v):
    """The gates m, h, n at rest at v [mV]."""
    x, y = (v + 40) / 10, (v + 55) / 10
    am, bm = x / -np.expm1(-x), 4 * np.exp(-(v + 65) / 18)
    ah, bh = 0.07 * np.exp(-(v + 65) / 20), 1 / (1 + np.exp(-(v + 35) / 10))
    an, bn = 0.1 * y / -np.expm1(-y), 0.125 * np.exp(-(v + 65) / 80)
    return am / (am + bm), ah / (ah + bh), an / (an + bn)


def serve(peer):
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _answer(peer, request)
        except Unsupported as why:
            answer = {"unsupported": str(why)}
        except Exception as error:  # one job that fails must not end the others
            answer = {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
        print(json.dumps(answer), file=_ANSWERS, flush=True)


def _answer(peer, request):
    begin = time.perf_counter()
    if request["op"] == "hello":
        return {"version": peer.version(), "flags": peer.flags}
    if request["op"] == "prepare":
        peer.job = request
        peer.prepare()
        return {"seconds": time.perf_counter() - begin}
    counts, seconds = peer.run(request["steps"])
    if seconds is None:
        seconds = time.perf_counter() - begin
    if request.get("counts"):
        np.asarray(counts).astype("<u4").tofile(request["counts"])
    return {"seconds": seconds}
