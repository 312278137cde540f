// The protocol of benches/peers for C++ and CUDA: one flat JSON object a line in, one out.
//
// A contestant gives a Contestant; serve() reads the jobs, times run() and writes the counts.
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

struct Job {
    std::string model, method, precision;
    long cells = 0;
    int threads = 1;
    double from = 0, to = 0, dt = 0;

    double current(long k) const { return from + (to - from) * double(k) / double(cells - 1); }
    bool f32() const { return precision == "f32"; }
};

// The text after "key": in a flat object without escapes, or "".
inline std::string field(const std::string &line, const std::string &key) {
    size_t at = line.find("\"" + key + "\":");
    if (at == std::string::npos) return "";
    at = line.find_first_not_of(' ', at + key.size() + 3);
    if (line[at] == '"') return line.substr(at + 1, line.find('"', at + 1) - at - 1);
    std::string word = line.substr(at, line.find_first_of(",}", at) - at);
    return word == "null" ? "" : word;
}

struct Contestant {
    std::string version, flags;
    // Takes a job; gives "" or why it cannot do it.
    std::function<std::string(const Job &)> prepare;
    // Steps all cells from their initial states and adds up their spikes.
    std::function<void(const Job &, long steps, std::vector<uint32_t> &counts)> run;
};

inline int serve(const Contestant &c) {
    using clock = std::chrono::steady_clock;
    auto since = [](clock::time_point t) { return std::chrono::duration<double>(clock::now() - t).count(); };
    Job job;
    std::vector<uint32_t> counts;
    for (std::string line; std::getline(std::cin, line);) {
        std::string op = field(line, "op");
        auto begin = clock::now();
        if (op == "hello") {
            printf("{\"version\": \"%s\", \"flags\": \"%s\"}\n", c.version.c_str(), c.flags.c_str());
        } else if (op == "prepare") {
            job = Job{field(line, "model"), field(line, "method"), field(line, "precision"),
                      atol(field(line, "cells").c_str()), atoi(field(line, "threads").c_str()),
                      atof(field(line, "i_from").c_str()), atof(field(line, "i_to").c_str()),
                      atof(field(line, "dt").c_str())};
            counts.assign(job.cells, 0);
            std::string why = c.prepare(job);
            if (why.empty()) printf("{\"seconds\": %.6f}\n", since(begin));
            else printf("{\"unsupported\": \"%s\"}\n", why.c_str());
        } else if (op == "run") {
            long steps = atol(field(line, "steps").c_str());
            begin = clock::now();
            c.run(job, steps, counts);
            double seconds = since(begin);
            std::string path = field(line, "counts");
            if (!path.empty()) {
                FILE *f = fopen(path.c_str(), "wb");
                if (!f || fwrite(counts.data(), 4, counts.size(), f) != counts.size()) return 1;
                fclose(f);
            }
            printf("{\"seconds\": %.9f}\n", seconds);
        } else {
            fprintf(stderr, "no operation '%s'\n", op.c_str());
            return 1;
        }
        fflush(stdout);
    }
    return 0;
}
