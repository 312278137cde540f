"""JAX: one jitted fori_loop over the steps, the cells sharded over one host device per core (on a GPU:
one device). The state of a step is fused by XLA into few passes; exponentials are XLA's own."""

import os

if os.environ.get("JAX_PLATFORMS", "cpu") == "cpu":
    os.environ["JAX_PLATFORMS"] = "cpu"
    threads = os.environ.get("PEER_THREADS", "1")
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={threads} " + os.environ.get("XLA_FLAGS", "")

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from models import adex_slopes, prinz_slopes
from peer import ADEX, HH, LIF, PRINZ, RK4, Peer, serve, steady_gates

jax.config.update("jax_enable_x64", True)


def linoid(x):
    near = 0.05 if x.dtype == jnp.float32 else 0.002
    small = jnp.abs(x) < near
    y = jnp.where(small, 1.0, x)
    return jnp.where(small, 1 + x * (0.5 + x * (1 / 12 - x * x / 720)), y / (1 - jnp.exp(-y)))


def rates(v):
    return (
        (linoid((v + 40) * 0.1), 4 * jnp.exp(-(v + 65) * (1 / 18))),
        (0.07 * jnp.exp(-(v + 65) * 0.05), 1 / (1 + jnp.exp(-(v + 35) * 0.1))),
        (0.1 * linoid((v + 55) * 0.1), 0.125 * jnp.exp(-(v + 65) * (1 / 80))),
    )


def exponential_euler(state, i, dt, staggered):
    v, *gates = state
    new = []
    for x, (a, b) in zip(gates, rates(v)):
        r = a + b
        new.append(a / r + (x - a / r) * jnp.exp(-dt * r))
    m, h, n = new if staggered else gates
    na, k = HH["g_na"] * m * m * m * h, HH["g_k"] * n * n * n * n
    g = na + k + HH["g_l"]
    v_inf = (i + na * HH["e_na"] + k * HH["e_k"] + HH["g_l"] * HH["e_l"]) / g
    return (v_inf + (v - v_inf) * jnp.exp(-dt * g), *new)


def slopes(state, i):
    v, m, h, n = state
    sodium = HH["g_na"] * m * m * m * h * (v - HH["e_na"])
    potassium = HH["g_k"] * n * n * n * n * (v - HH["e_k"])
    dv = i - sodium - potassium - HH["g_l"] * (v - HH["e_l"])
    return (dv, *(a * (1 - x) - b * x for x, (a, b) in zip((m, h, n), rates(v))))


def rk4(slopes, state, i, dt):
    """The four stages as a loop: unrolled, XLA fuses them into one kernel that computes earlier
    stages again and again, ten times slower."""
    dtype = state[0].dtype
    ahead, share = (jnp.array(RK4[x], dtype) for x in ("ahead", "share"))

    def stage(k, carry):
        at, total = carry
        slope = slopes(at, i)
        at = tuple(x + dt * ahead[k] * f for x, f in zip(state, slope))
        return at, tuple(x + dt * share[k] * f for x, f in zip(total, slope))

    return jax.lax.fori_loop(0, 4, stage, (state, state))[1]


def hh_step(method, dt):
    def step(carry, i):
        *state, count = carry
        if method == "rk4":
            new = rk4(slopes, tuple(state), i, dt)
        else:
            new = exponential_euler(tuple(state), i, dt, method == "staggered")
        count += ((new[0] > 0) & (state[0] <= 0)).astype(jnp.int32)
        return (*new, count)

    return step


def lif_step(dt):
    pull, refractory = float(np.expm1(-dt / LIF["tau"])), round(LIF["t_ref"] / dt)

    def step(carry, drive):
        v, wait, count = carry
        held = wait > 0
        v = jnp.where(held, v, v + (v * pull + drive))
        fires = ~held & (v >= LIF["v_th"])
        v = jnp.where(fires, LIF["v_r"], v).astype(drive.dtype)
        wait = jnp.where(fires, refractory, jnp.where(held, wait - 1, 0)).astype(jnp.int32)
        return v, wait, count + fires.astype(jnp.int32)

    return step


def adex_step(F, dt):
    slopes = adex_slopes(F, jnp.exp)

    def step(carry, i):
        v, w, count = carry
        dv, dw = slopes(jnp.minimum(v, F(ADEX["peak"])), w, i)
        v, w = v + F(dt / ADEX["C"]) * dv, w + F(dt / ADEX["tau_w"]) * dw
        fires = v >= ADEX["peak"]
        return jnp.where(fires, F(ADEX["v_r"]), v), jnp.where(fires, w + F(ADEX["b"]), w), count + fires.astype(jnp.int32)

    return step


def prinz_step(F, dt):
    slopes = prinz_slopes(F, jnp.exp, jnp.log)

    def step(carry, i):
        *state, count = carry
        new = rk4(slopes, tuple(state), i, dt)
        return *new, count + ((new[0] > PRINZ["v_th"]) & (state[0] <= PRINZ["v_th"])).astype(jnp.int32)

    return step


class JaxPeer(Peer):
    flags = "one jitted fori_loop, cells sharded over the devices"

    def version(self):
        devices = jax.devices()
        return f"jax {jax.__version__}, {len(devices)} {devices[0].device_kind} device(s)"

    def prepare(self):
        job, F = self.job, self.dtype
        devices = jax.devices()
        sharding = NamedSharding(Mesh(np.array(devices), ("cells",)), PartitionSpec("cells"))
        cells = -(-job["cells"] // len(devices)) * len(devices)
        current = np.pad(self.currents(), (0, cells - job["cells"]), mode="edge")
        full = lambda x, dtype=F: np.full(cells, x, dtype)
        zero = full(0, np.int32)
        if job["model"] == "lif":
            decay = np.expm1(-job["dt"] / LIF["tau"])
            current = -decay * (LIF["e_l"] + LIF["r"] * current)
            step, state = lif_step(job["dt"]), (full(LIF["e_l"]), zero, zero)
        elif job["model"] == "adex":
            step, state = adex_step(F, job["dt"]), (*(full(x) for x in ADEX["start"]), zero)
        elif job["model"] == "prinz_stg":
            step, state = prinz_step(F, job["dt"]), (*(full(x) for x in PRINZ["start"]), zero)
        else:
            step = hh_step(job["method"], job["dt"])
            state = (full(HH["v0"]), *(full(x) for x in steady_gates(HH["v0"])), zero)
        self.state = jax.device_put(state, sharding)
        self.current = jax.device_put(current.astype(F), sharding)

        def loop(steps, state, current):
            return jax.lax.fori_loop(0, steps, lambda _, s: step(s, current), state)[-1]

        # shard_map: each device runs a loop of its own, with nothing to agree on.
        spec = PartitionSpec("cells")
        local = jax.shard_map(
            loop, mesh=sharding.mesh, in_specs=(PartitionSpec(), spec, spec), out_specs=spec, check_vma=False
        )
        self.kernel = jax.jit(local)
        self.kernel(1, self.state, self.current).block_until_ready()

    def run(self, steps):
        counts = self.kernel(steps, self.state, self.current).block_until_ready()
        return np.asarray(counts)[: self.job["cells"]], None


serve(JaxPeer())
