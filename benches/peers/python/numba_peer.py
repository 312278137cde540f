"""Numba: parallel over chunks of cells, the time loop inside, fastmath. Chunks of 256 cells let LLVM
vectorise the inner loop where it can (LIF); exponentials vectorise only where SVML is found. AdEx and the Prinz
cell go cell by cell, the state of one in registers or the nearest cache."""

import math

import numba
import numpy as np
from numba import njit, prange
from numba.np.unsafe.ndarray import to_fixed_tuple

from models import adex_slopes, prinz_slopes
from peer import ADEX, HH, LIF, PRINZ, RK4, Peer, serve, steady_gates

CHUNK = 256
inline = njit(inline="always", fastmath=True)


def kernels(F):
    """The kernels in the floating type F: every constant is of that type."""
    c = {key: F(value) for key, value in HH.items()}
    g_na, g_k, g_l, e_na, e_k, e_l = (c[k] for k in ("g_na", "g_k", "g_l", "e_na", "e_k", "e_l"))
    one, two, half = F(1), F(2), F(0.5)
    near = F(0.05) if F is np.float32 else F(0.002)
    k10, k18, k20, k80 = F(1 / 10), F(1 / 18), F(1 / 20), F(1 / 80)
    f40, f65, f35, f55, four, tenth = F(40), F(65), F(35), F(55), F(4), F(0.1)
    f07, f125, twelfth, c720, zero = F(0.07), F(0.125), F(1 / 12), F(1 / 720), F(0)

    @inline
    def linoid(x):
        small = abs(x) < near
        y = one if small else x
        q = y / (one - math.exp(-y))
        return one + x * (half + x * (twelfth - x * x * c720)) if small else q

    @inline
    def rates(v):
        return (
            linoid((v + f40) * k10),
            four * math.exp(-(v + f65) * k18),
            f07 * math.exp(-(v + f65) * k20),
            one / (one + math.exp(-(v + f35) * k10)),
            tenth * linoid((v + f55) * k10),
            f125 * math.exp(-(v + f65) * k80),
        )

    @inline
    def gate(x, a, b, dt):
        r = a + b
        return a / r + (x - a / r) * math.exp(-dt * r)

    @inline
    def slope(v, m, h, n, i):
        am, bm, ah, bh, an, bn = rates(v)
        n2 = n * n
        dv = i - g_na * m * m * m * h * (v - e_na) - g_k * n2 * n2 * (v - e_k) - g_l * (v - e_l)
        return dv, am * (one - m) - bm * m, ah * (one - h) - bh * h, an * (one - n) - bn * n

    @inline
    def exponential(v, m, h, n, i, dt, staggered):
        am, bm, ah, bh, an, bn = rates(v)
        m1, h1, n1 = gate(m, am, bm, dt), gate(h, ah, bh, dt), gate(n, an, bn, dt)
        a, b, c = (m1, h1, n1) if staggered else (m, h, n)
        na, k = g_na * a * a * a * b, g_k * c * c * c * c
        g = na + k + g_l
        v_inf = (i + na * e_na + k * e_k + g_l * e_l) / g
        return v_inf + (v - v_inf) * math.exp(-dt * g), m1, h1, n1

    @inline
    def rk4(v, m, h, n, i, dt):
        d, w = half * dt, dt / F(6)
        av, am, ah, an = slope(v, m, h, n, i)
        bv, bm, bh, bn = slope(v + d * av, m + d * am, h + d * ah, n + d * an, i)
        cv, cm, ch, cn = slope(v + d * bv, m + d * bm, h + d * bh, n + d * bn, i)
        ev, em, eh, en = slope(v + dt * cv, m + dt * cm, h + dt * ch, n + dt * cn, i)
        return (
            v + w * (av + two * (bv + cv) + ev),
            m + w * (am + two * (bm + cm) + em),
            h + w * (ah + two * (bh + ch) + eh),
            n + w * (an + two * (bn + cn) + en),
        )

    def hh(method):
        @njit(parallel=True, fastmath=True)
        def kernel(current, m0, h0, n0, dt, steps):
            cells = current.size
            counts = np.zeros(cells, np.int32)
            for chunk in prange((cells + CHUNK - 1) // CHUNK):
                first = chunk * CHUNK
                last = min(cells, first + CHUNK)
                size = last - first
                v, m, h, n = np.empty(size, F), np.empty(size, F), np.empty(size, F), np.empty(size, F)
                v[:], m[:], h[:], n[:] = -f65, m0, h0, n0
                drive, count = current[first:last].copy(), np.zeros(size, np.int32)
                for _ in range(steps):
                    for k in range(size):
                        if method == 2:
                            v1, m1, h1, n1 = rk4(v[k], m[k], h[k], n[k], drive[k], dt)
                        else:
                            v1, m1, h1, n1 = exponential(v[k], m[k], h[k], n[k], drive[k], dt, method == 1)
                        count[k] += (v1 > zero) & (v[k] <= zero)
                        v[k], m[k], h[k], n[k] = v1, m1, h1, n1
                counts[first:last] = count
            return counts

        return kernel

    @njit(parallel=True, fastmath=True)
    def lif(drive_all, pull, v_rest, v_th, v_r, refractory, steps):
        cells = drive_all.size
        counts = np.zeros(cells, np.int32)
        for chunk in prange((cells + CHUNK - 1) // CHUNK):
            first = chunk * CHUNK
            last = min(cells, first + CHUNK)
            size = last - first
            v, drive = np.empty(size, F), drive_all[first:last].copy()
            v[:] = v_rest
            wait, count = np.zeros(size, np.int32), np.zeros(size, np.int32)
            for _ in range(steps):
                for k in range(size):
                    held = wait[k] > 0
                    x = v[k] if held else v[k] + (v[k] * pull + drive[k])
                    fires = (not held) and x >= v_th
                    left = wait[k] - 1 if held else 0
                    v[k] = v_r if fires else x
                    wait[k] = refractory if fires else left
                    count[k] += 1 if fires else 0
            counts[first:last] = count
        return counts

    return hh, lif


def adex_kernel(F):
    slopes = adex_slopes(F, math.exp, inline)
    C, tau_w, b, v_r, peak = (F(ADEX[k]) for k in ("C", "tau_w", "b", "v_r", "peak"))
    v0, w0 = (F(x) for x in ADEX["start"])

    @njit(parallel=True, fastmath=True)
    def adex(current, dt, steps):
        counts = np.zeros(current.size, np.int32)
        for cell in prange(current.size):
            v, w, count = v0, w0, 0
            for _ in range(steps):
                dv, dw = slopes(v if v < peak else peak, w, current[cell])
                v, w = v + dt / C * dv, w + dt / tau_w * dw
                if v >= peak:
                    v, w, count = v_r, w + b, count + 1
            counts[cell] = count
        return counts

    return adex


def prinz_kernel(F):
    slopes = prinz_slopes(F, math.exp, math.log, inline)
    start, ahead, share = (np.array(x, F) for x in (PRINZ["start"], RK4["ahead"], RK4["share"]))
    n, v_th = start.size, F(PRINZ["v_th"])

    @njit(parallel=True, fastmath=True)
    def prinz(current, dt, steps):
        counts = np.zeros(current.size, np.int32)
        for cell in prange(current.size):
            x, at, new, count = start.copy(), start.copy(), start.copy(), 0
            for _ in range(steps):
                for k in range(4):
                    f = slopes(to_fixed_tuple(at, 13), current[cell])
                    for j in range(n):
                        at[j] = x[j] + dt * ahead[k] * f[j]
                        new[j] += dt * share[k] * f[j]
                count += (new[0] > v_th) & (x[0] <= v_th)
                x[:] = new
                at[:] = new
            counts[cell] = count
        return counts

    return prinz


class NumbaPeer(Peer):
    flags = f"njit(parallel, fastmath), chunks of {CHUNK} cells, time loop inside; SVML {numba.config.USING_SVML}"

    def version(self):
        return f"numba {numba.__version__}"

    def prepare(self):
        job, F = self.job, self.dtype
        numba.set_num_threads(min(job["threads"], numba.config.NUMBA_NUM_THREADS))
        hh, lif = kernels(F)
        if job["model"] == "lif":
            decay = math.expm1(-job["dt"] / LIF["tau"])
            drive = (-decay * (LIF["e_l"] + LIF["r"] * self.currents())).astype(F)
            rest = F(decay), F(LIF["e_l"]), F(LIF["v_th"]), F(LIF["v_r"]), np.int32(round(LIF["t_ref"] / job["dt"]))
            self.kernel = lambda steps: lif(drive, *rest, steps)
        elif job["model"] in ("adex", "prinz_stg"):
            kernel = (adex_kernel if job["model"] == "adex" else prinz_kernel)(F)
            current = self.currents().astype(F)
            self.kernel = lambda steps: kernel(current, F(job["dt"]), steps)
        else:
            method = {"exponential_euler": 0, "staggered": 1, "rk4": 2}[job["method"]]
            kernel, current = hh(method), self.currents().astype(F)
            gates = [F(x) for x in steady_gates(HH["v0"])]
            self.kernel = lambda steps: kernel(current, *gates, F(job["dt"]), steps)
        self.kernel(1)

    def run(self, steps):
        return self.kernel(steps), None


serve(NumbaPeer())
