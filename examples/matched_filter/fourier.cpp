#include "fourier.hpp"

#include <fftw3.h>
#include <mutex>

namespace {

// FFTW's planner may be used by one thread at a time; executing plans is free for all.
std::mutex planning;

class Plan {
  public:
    template <class Make>
    explicit Plan(Make&& make) {
        const std::lock_guard lock(planning);
        plan_ = make();
    }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    ~Plan() {
        const std::lock_guard lock(planning);
        fftw_destroy_plan(plan_);
    }
    void execute() const { fftw_execute(plan_); }

  private:
    fftw_plan plan_ = nullptr;
};

fftw_complex* as_fftw(std::vector<std::complex<double>>& values) {
    return reinterpret_cast<fftw_complex*>(values.data());
}

}  // namespace

std::vector<std::complex<double>> forward(std::vector<double> samples) {
    std::vector<std::complex<double>> frequencies(samples.size() / 2 + 1);
    const Plan plan([&] {
        return fftw_plan_dft_r2c_1d(static_cast<int>(samples.size()), samples.data(), as_fftw(frequencies),
                                    FFTW_ESTIMATE);
    });
    plan.execute();
    return frequencies;
}

std::vector<double> backward_real(std::vector<std::complex<double>> frequencies) {
    std::vector<double> samples(2 * (frequencies.size() - 1));
    const Plan plan([&] {
        return fftw_plan_dft_c2r_1d(static_cast<int>(samples.size()), as_fftw(frequencies), samples.data(),
                                    FFTW_ESTIMATE);
    });
    plan.execute();
    return samples;
}

std::vector<std::complex<double>> backward(std::vector<std::complex<double>> frequencies) {
    std::vector<std::complex<double>> values(frequencies.size());
    const Plan plan([&] {
        return fftw_plan_dft_1d(static_cast<int>(values.size()), as_fftw(frequencies), as_fftw(values), FFTW_BACKWARD,
                                FFTW_ESTIMATE);
    });
    plan.execute();
    return values;
}
