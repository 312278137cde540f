// AdEx and the Prinz cell, written once for scalars and for vectors of cells.
//
// A model takes its arithmetic M: a floating type T; a value V of one cell or of a vector of them; exp_affine
// (x, k, c) = exp(k x + c), log and quotient of such values. It gives the number of its STATES, their values at
// the start, and step, which says of each cell whether it spikes. Constants and units are those of
// src/model/library/adex.eqn and prinz_stg.eqn.
#pragma once
#include <cmath>
#include <utility>

#ifndef FN
#define INLINED __attribute__((always_inline))
#define FN inline INLINED
#endif

// f(0), f(1) .. f(N - 1), unrolled by the language, so that an array's every index is a constant.
template <class F, int... J> FN void each_of(F f, std::integer_sequence<int, J...>) {
    (f(std::integral_constant<int, J>()), ...);
}
template <int N, class F> FN void each(F f) { each_of(f, std::make_integer_sequence<int, N>()); }

template <class M> struct Adex {
    using V = typename M::V;
    using T = typename M::T;
    static constexpr int STATES = 2;
    static constexpr double START[STATES] = {-70.6, 0};
    static constexpr double g_L = 30, E_L = -70.6, v_T = -50.4, Delta_T = 2, peak = 20;
    T per_C, per_tau;

    explicit Adex(double dt) : per_C(T(dt / 281)), per_tau(T(dt / 144)) {}

    FN auto step(V (&x)[STATES], V current) const {
        V v = x[0], w = x[1];
        V held = v < T(peak) ? v : V{} + T(peak), above = held - T(E_L);
        V upswing = T(g_L * Delta_T) * M::exp_affine(held, 1 / Delta_T, -v_T / Delta_T);
        v += per_C * (upswing - T(g_L) * above - w + current);
        w += per_tau * (T(4) * above - w);
        auto fires = v >= T(peak);
        x[0] = fires ? V{} + T(-70.6) : v;
        x[1] = fires ? w + T(80.5) : w;
        return fires;
    }
};

template <class M> struct Prinz {
    using V = typename M::V;
    using T = typename M::T;
    static constexpr int STATES = 13;
    static constexpr double START[STATES] = {-50, 0.05, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0};
    T dt;

    explicit Prinz(double dt) : dt(T(dt)) {}

    // RK4; a spike is the crossing of -10 mV.
    FN auto step(V (&x)[STATES], V current) const {
        V a[STATES], b[STATES], at[STATES];
        slope(x, current, a);
        along(x, a, dt / 2, at), slope(at, current, b), along(a, b, T(2), a);
        along(x, b, dt / 2, at), slope(at, current, b), along(a, b, T(2), a);
        along(x, b, dt, at), slope(at, current, b), along(a, b, T(1), a);
        V before = x[0];
        along(x, a, dt / 6, x);
        return (x[0] > T(-10)) & (before <= T(-10));
    }

private:
    static FN void along(const V (&x)[STATES], const V (&k)[STATES], T d, V (&out)[STATES]) {
        each<STATES>([&](auto j) INLINED { out[j] = x[j] + d * k[j]; });
    }
    static FN V over(double k, V x) { return M::quotient(V{} + T(k), x); }
    // 1/(1 + exp((v + a)/b)).
    static FN V sg(V v, double a, double b) { return over(1, T(1) + M::exp_affine(v, 1 / b, a / b)); }
    // exp((v + a)/b) + exp(-(v + c)/d).
    static FN V bell(V v, double a, double b, double c, double d) {
        return M::exp_affine(v, 1 / b, a / b) + M::exp_affine(v, -1 / d, -c / d);
    }
    static FN V relax(V x, V inf, V tau) { return M::quotient(inf - x, tau); }

    static FN void slope(const V (&x)[STATES], V current, V (&dx)[STATES]) {
        const V &v = x[0], &ca = x[1], &m_Na = x[2], &h_Na = x[3], &m_CaT = x[4], &h_CaT = x[5], &m_CaS = x[6],
                &h_CaS = x[7], &m_A = x[8], &h_A = x[9], &m_KCa = x[10], &m_Kd = x[11], &m_H = x[12];
        const double nernst = 1e3 * 8.31446261815324 * 283.15 / (2 * 96485.33212331001);
        V m2_KCa = m_KCa * m_KCa, m2_Kd = m_Kd * m_Kd;
        V calcium = (T(2.5) * m_CaT * m_CaT * m_CaT * h_CaT + T(6) * m_CaS * m_CaS * m_CaS * h_CaS) *
                    (v - T(nernst) * (T(std::log(3000.0)) - M::log(ca)));
        V potassium = T(50) * m_A * m_A * m_A * h_A + T(5) * m2_KCa * m2_KCa + T(100) * m2_Kd * m2_Kd;
        dx[0] = current - T(100) * m_Na * m_Na * m_Na * h_Na * (v - T(50)) - calcium - potassium * (v + T(80)) -
                T(0.01) * m_H * (v + T(20));
        dx[1] = (T(0.05) - T(14.96 * 0.628) * calcium - ca) * T(1.0 / 200);
        dx[2] = relax(m_Na, sg(v, 25.5, -5.29), T(2.64) - T(2.52) * sg(v, 120, -25));
        dx[3] = relax(h_Na, sg(v, 48.9, 5.18), T(1.34) * sg(v, 62.9, -10) * (T(1.5) + sg(v, 34.9, 3.6)));
        dx[4] = relax(m_CaT, sg(v, 27.1, -7.2), T(43.4) - T(42.6) * sg(v, 68.1, -20.5));
        dx[5] = relax(h_CaT, sg(v, 32.1, 5.5), T(210) - T(179.6) * sg(v, 55, -16.9));
        dx[6] = relax(m_CaS, sg(v, 33, -8.1), T(2.8) + over(14, bell(v, 27, 10, 70, 13)));
        dx[7] = relax(h_CaS, sg(v, 60, 6.2), T(120) + over(300, bell(v, 55, 9, 65, 16)));
        dx[8] = relax(m_A, sg(v, 27.2, -8.7), T(23.2) - T(20.8) * sg(v, 32.9, -15.2));
        dx[9] = relax(h_A, sg(v, 56.9, 4.9), T(77.2) - T(58.4) * sg(v, 38.9, -26.5));
        dx[10] = relax(m_KCa, M::quotient(ca, ca + T(3)) * sg(v, 28.3, -12.6), T(180.6) - T(150.2) * sg(v, 46, -22.7));
        dx[11] = relax(m_Kd, sg(v, 12.3, -11.8), T(14.4) - T(12.8) * sg(v, 28.3, -19.2));
        dx[12] = (sg(v, 75, 5.5) - m_H) * bell(v, -26.7, 14.3, 169.7, 11.6) * T(0.5);
    }
};
