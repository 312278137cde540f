"""Jaxley: its own step function (implicit v, exponential gates) in a jitted loop, one single-compartment cell
with its HH channel, vmapped over the currents; integrate(), which keeps every voltage, is half as fast."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import jaxley as jx
import numpy as np
from jaxley.channels import HH as Channel
from jaxley.integrate import build_init_and_step_fn

from peer import HH, Peer, serve

jax.config.update("jax_enable_x64", True)


class JaxleyPeer(Peer):
    flags = "its step function in a jitted fori_loop, vmapped over the cells"

    def version(self):
        return f"jaxley {jx.__version__}, jax {jax.__version__}"

    def prepare(self):
        self.needs(model=("hodgkin_huxley",), method=("staggered",))
        jax.config.update("jax_enable_x64", self.job["precision"] == "f64")
        cell = jx.Cell()
        cell.insert(Channel())
        radius = 50 / np.sqrt(np.pi)
        cell.set("radius", radius)
        cell.set("length", 2 * radius)  # 1e4 um^2, so that 1 uA/cm^2 is 0.1 nA
        cell.set("v", HH["v0"])
        for name, value in dict(gNa=0.12, gK=0.036, gLeak=0.0003, eNa=50.0, eK=-77.0, eLeak=HH["e_l"]).items():
            cell.set(f"HH_{name}", value)
        cell.init_states()
        cell.stimulate(jnp.zeros(1, self.dtype))
        cell.to_jax()
        init, step = build_init_and_step_fn(cell)
        states, params = init(cell.get_parameters(), delta_t=self.job["dt"])

        def cast(tree):
            floating = lambda x: jnp.issubdtype(jnp.asarray(x).dtype, jnp.floating)
            return jax.tree.map(lambda x: jnp.asarray(x, self.dtype) if floating(x) else x, tree)

        states, params = cast(states), cast(params)
        inds, dt = cell.external_inds.copy(), self.job["dt"]

        def one(current, steps):
            def body(_, carry):
                states, count = carry
                before = states["v"][0]
                new = step(dict(states), params, {"i": current[None]}, inds, delta_t=dt)
                crossed = (new["v"][0] > 0) & (before <= 0)
                return cast(new), count + crossed.astype(jnp.int32)

            return jax.lax.fori_loop(0, steps, body, (states, jnp.int32(0)))[1]

        self.kernel = jax.jit(jax.vmap(one, in_axes=(0, None)))
        self.current = jnp.asarray(self.currents() * 0.1, self.dtype)
        self.kernel(self.current, 1).block_until_ready()

    def run(self, steps):
        return np.asarray(self.kernel(self.current, steps).block_until_ready()), None


serve(JaxleyPeer())
