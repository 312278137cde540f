"""The slopes of AdEx and of the Prinz cell, once for Numba and for JAX. Constants as in adex.eqn and prinz_stg.eqn.

F makes a number of the type of the job; `inline` is put before each function (Numba's decorator).
"""

import numpy as np


def adex_slopes(F, exp, inline=lambda function: function):
    @inline
    def slopes(v, w, i):
        """C dv/dt and tau_w dw/dt; v is held at the peak."""
        above = v - F(-70.6)
        return F(60) * exp((v - F(-50.4)) * F(0.5)) - F(30) * above - w + i, F(4) * above - w

    return slopes


def prinz_slopes(F, exp, log, inline=lambda function: function):
    nernst = F(1e3 * 8.31446261815324 * 283.15 / (2 * 96485.33212331001))
    outside = F(np.log(3000.0))

    @inline
    def sg(v, a, b):
        return F(1) / (F(1) + exp((v + F(a)) * F(1 / b)))

    @inline
    def bell(v, a, b, c, d):
        return exp((v + F(a)) * F(1 / b)) + exp(-(v + F(c)) * F(1 / d))

    @inline
    def slopes(x, i):
        v, ca, m_na, h_na, m_cat, h_cat, m_cas, h_cas, m_a, h_a, m_kca, m_kd, m_h = x
        m2_kca, m2_kd = m_kca * m_kca, m_kd * m_kd
        e_ca = nernst * (outside - log(ca))
        calcium = (F(2.5) * m_cat * m_cat * m_cat * h_cat + F(6) * m_cas * m_cas * m_cas * h_cas) * (v - e_ca)
        potassium = F(50) * m_a * m_a * m_a * h_a + F(5) * m2_kca * m2_kca + F(100) * m2_kd * m2_kd
        sodium = F(100) * m_na * m_na * m_na * h_na * (v - F(50))
        return (
            i - sodium - calcium - potassium * (v + F(80)) - F(0.01) * m_h * (v + F(20)),
            (F(0.05) - F(14.96 * 0.628) * calcium - ca) * F(1 / 200),
            (sg(v, 25.5, -5.29) - m_na) / (F(2.64) - F(2.52) * sg(v, 120.0, -25.0)),
            (sg(v, 48.9, 5.18) - h_na) / (F(1.34) * sg(v, 62.9, -10.0) * (F(1.5) + sg(v, 34.9, 3.6))),
            (sg(v, 27.1, -7.2) - m_cat) / (F(43.4) - F(42.6) * sg(v, 68.1, -20.5)),
            (sg(v, 32.1, 5.5) - h_cat) / (F(210) - F(179.6) * sg(v, 55.0, -16.9)),
            (sg(v, 33.0, -8.1) - m_cas) / (F(2.8) + F(14) / bell(v, 27.0, 10.0, 70.0, 13.0)),
            (sg(v, 60.0, 6.2) - h_cas) / (F(120) + F(300) / bell(v, 55.0, 9.0, 65.0, 16.0)),
            (sg(v, 27.2, -8.7) - m_a) / (F(23.2) - F(20.8) * sg(v, 32.9, -15.2)),
            (sg(v, 56.9, 4.9) - h_a) / (F(77.2) - F(58.4) * sg(v, 38.9, -26.5)),
            (ca / (ca + F(3)) * sg(v, 28.3, -12.6) - m_kca) / (F(180.6) - F(150.2) * sg(v, 46.0, -22.7)),
            (sg(v, 12.3, -11.8) - m_kd) / (F(14.4) - F(12.8) * sg(v, 28.3, -19.2)),
            (sg(v, 75.0, 5.5) - m_h) * bell(v, -26.7, 14.3, 169.7, 11.6) * F(0.5),
        )

    return slopes
