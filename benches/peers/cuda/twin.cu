// CUDA twin: one cell per thread, the time loop in the kernel, state in registers, fast intrinsics in f32
// (__expf, __fdividef). Not yet run on a GPU. `textbook` or `algebra`, the same two sets of formulas as cpp/hand.cpp.
#include <cmath>
#include <cstring>
#include "../cpp/job.hpp"

// What `run` gives nvcc.
#define FLAGS "-std=c++17 -O3 -arch=native"
#define D __device__ __forceinline__

D float exp_(float x) { return __expf(x); }
D double exp_(double x) { return exp(x); }
D float quotient(float a, float b) { return __fdividef(a, b); }
D double quotient(double a, double b) { return a / b; }

template <class T> struct Rates { T am, bm, ah, bh, an, bn; };

// k x/(1 - e), where e = exp(-x), with its series where the quotient is 0/0.
template <class T> D T linoid(T x, T e, T k) {
    const T near = sizeof(T) == 4 ? T(0.1) : T(0.02);
    T series = k * (T(1) + x * (T(0.5) + x * (T(1.0 / 12) - x * x * T(1.0 / 720))));
    return fabs(x) < near ? series : quotient(k * x, T(1) - e);
}
template <class T, bool ALGEBRA> D Rates<T> rates(T v) {
    T x = (v + T(40)) * T(0.1), y = (v + T(55)) * T(0.1), w = v + T(65);
    T e18 = exp_(w * T(-1.0 / 18)), e80 = exp_(w * T(-1.0 / 80)), e20, ex, ey, eh;
    if (ALGEBRA) {
        T e40 = e80 * e80;
        e20 = e40 * e40;
        T e10 = e20 * e20;
        ex = e10 * T(12.182493960703473), ey = e10 * T(2.718281828459045), eh = e10 * T(20.085536923187668);
    } else {
        e20 = exp_(w * T(-0.05)), ex = exp_(-x), ey = exp_(-y), eh = exp_((v + T(35)) * T(-0.1));
    }
    return {linoid(x, ex, T(1)), T(4) * e18, T(0.07) * e20, quotient(T(1), T(1) + eh), linoid(y, ey, T(0.1)), T(0.125) * e80};
}

// (1 - exp(-z))/z by its Taylor series to degree N - 1, for 0 <= z <= 1.7.
template <class T, int N> D T series(T z) {
    T p = T(1);
#pragma unroll
    for (int k = N; k >= 2; k--) p = T(1) - z * p * T(1.0 / k);
    return p;
}
// x after dt, where dx/dt = f and the slope of f is -r.
template <class T, bool ALGEBRA, int N> D T relax(T x, T f, T r, T dt) {
    if (ALGEBRA) return x + f * dt * series<T, N>(r * dt);
    return x + quotient(f, r) * (T(1) - exp_(-dt * r));
}
template <class T> D void currents(T v, T m, T h, T n, T i, T &g, T &f) {
    T na = T(120) * m * m * m * h, k = T(36) * n * n * n * n;
    g = na + k + T(0.3);
    f = i + na * T(50) - k * T(77) - T(0.3 * 54.387) - g * v;
}
template <class T> struct State { T v, m, h, n; };
template <class T, bool ALGEBRA> D State<T> slope(State<T> s, T i) {
    auto r = rates<T, ALGEBRA>(s.v);
    T g, f;
    currents(s.v, s.m, s.h, s.n, i, g, f);
    return {f, r.am - (r.am + r.bm) * s.m, r.ah - (r.ah + r.bh) * s.h, r.an - (r.an + r.bn) * s.n};
}
template <class T> D State<T> along(State<T> s, State<T> k, T d) {
    return {s.v + d * k.v, s.m + d * k.m, s.h + d * k.h, s.n + d * k.n};
}

enum Method { SIMULTANEOUS, STAGGERED, RK4 };
struct Gates { double m, h, n; };

template <class T, Method METHOD, bool ALGEBRA>
__global__ void hh(long cells, double from, double by, Gates start, T dt, long steps, uint32_t *out) {
    long cell = blockIdx.x * long(blockDim.x) + threadIdx.x;
    if (cell >= cells) return;
    const T i = T(from + by * cell);
    State<T> s{T(-65), T(start.m), T(start.h), T(start.n)};
    uint32_t count = 0;
    constexpr int GATE = sizeof(T) == 4 ? 7 : 13, V = sizeof(T) == 4 ? 13 : 21;
    for (long k = 0; k < steps; k++) {
        T before = s.v;
        if (METHOD == RK4) {
            auto a = slope<T, ALGEBRA>(s, i), b = slope<T, ALGEBRA>(along(s, a, dt / 2), i);
            auto c = slope<T, ALGEBRA>(along(s, b, dt / 2), i), e = slope<T, ALGEBRA>(along(s, c, dt), i);
            s = along(along(s, along(a, e, T(1)), dt / 6), along(b, c, T(1)), dt / 3);
        } else {
            T g, f;
            if (METHOD == SIMULTANEOUS) currents(s.v, s.m, s.h, s.n, i, g, f);
            auto r = rates<T, ALGEBRA>(s.v);
            s.m = relax<T, ALGEBRA, GATE>(s.m, r.am - (r.am + r.bm) * s.m, r.am + r.bm, dt);
            s.h = relax<T, ALGEBRA, GATE>(s.h, r.ah - (r.ah + r.bh) * s.h, r.ah + r.bh, dt);
            s.n = relax<T, ALGEBRA, GATE>(s.n, r.an - (r.an + r.bn) * s.n, r.an + r.bn, dt);
            if (METHOD == STAGGERED) currents(s.v, s.m, s.h, s.n, i, g, f);
            s.v = relax<T, ALGEBRA, V>(s.v, f, g, dt);
        }
        count += s.v > T(0) && !(before > T(0));
    }
    out[cell] = count;
}

template <class T> __global__ void lif(long cells, double from, double by, double decay, int refractory, long steps, uint32_t *out) {
    long cell = blockIdx.x * long(blockDim.x) + threadIdx.x;
    if (cell >= cells) return;
    const T drive = T(-decay * (-65 + 10 * (from + by * cell))), pull = T(decay);
    T v = T(-65);
    int wait = 0;
    uint32_t count = 0;
    for (long k = 0; k < steps; k++) {
        bool held = wait > 0;
        v = held ? v : v + (v * pull + drive);
        wait -= held;
        bool fires = v >= T(-50);  // a cell that waits is at the reset, below the threshold
        v = fires ? T(-65) : v;
        wait = fires ? refractory : wait;
        count += fires;
    }
    out[cell] = count;
}

static void check(cudaError_t e) {
    if (e != cudaSuccess) fprintf(stderr, "CUDA: %s\n", cudaGetErrorString(e)), exit(1);
}

template <class T, bool ALGEBRA> void launch(const Job &job, long steps, uint32_t *out) {
    const int block = 128;
    const unsigned grid = unsigned((job.cells + block - 1) / block);
    const double by = (job.to - job.from) / double(job.cells - 1);
    const double am = 2.5 / (exp(2.5) - 1), bh = 1 / (1 + exp(3.0)), an = 0.1 / (exp(1.0) - 1);
    const Gates start{am / (am + 4), 0.07 / (0.07 + bh), an / (an + 0.125)};
    const T dt = T(job.dt);
    if (job.model == "lif")
        lif<T><<<grid, block>>>(job.cells, job.from, by, expm1(-job.dt / 10), int(lround(2 / job.dt)), steps, out);
    else if (job.method == "staggered") hh<T, STAGGERED, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
    else if (job.method == "rk4") hh<T, RK4, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
    else hh<T, SIMULTANEOUS, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
}

int main(int argc, char **argv) {
    bool algebra = argc > 1 && !strcmp(argv[1], "algebra");
    cudaDeviceProp device;
    check(cudaGetDeviceProperties(&device, 0));
    uint32_t *out = nullptr;
    return serve({std::string("nvcc, ") + device.name, FLAGS,
                  [&](const Job &job) {
                      if (job.model != "lif" && job.model != "hodgkin_huxley") return "no such model";
                      check(cudaFree(out));
                      check(cudaMalloc(&out, job.cells * sizeof(uint32_t)));
                      return "";
                  },
                  [&](const Job &job, long steps, std::vector<uint32_t> &counts) {
                      if (job.f32()) algebra ? launch<float, true>(job, steps, out) : launch<float, false>(job, steps, out);
                      else algebra ? launch<double, true>(job, steps, out) : launch<double, false>(job, steps, out);
                      check(cudaGetLastError());
                      check(cudaMemcpy(counts.data(), out, counts.size() * 4, cudaMemcpyDeviceToHost));
                  }});
}
