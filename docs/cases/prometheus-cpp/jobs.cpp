// SPDX-License-Identifier: MIT
//
// Usage: jobs SECONDS. A service that runs jobs. Each counts its rows in a registry of its own, which the exposer shows
// while the job runs; the exposer has a weak pointer, so the registry goes with the job.
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

static void run_job(prometheus::Exposer& exposer, int number) {
    auto registry = std::make_shared<prometheus::Registry>();
    auto& rows = prometheus::BuildCounter()
                     .Name("job_rows_total")
                     .Help("Rows that a job has read")
                     .Labels({{"job", std::to_string(number)}})
                     .Register(*registry)
                     .Add({});
    exposer.RegisterCollectable(registry);
    for (int row = 0; row < 100; ++row) rows.Increment();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

int main(int count, char** arguments) {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 10;
    prometheus::Exposer exposer{"127.0.0.1:18092"};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    for (int number = 0; std::chrono::steady_clock::now() < end; ++number) run_job(exposer, number);
}
