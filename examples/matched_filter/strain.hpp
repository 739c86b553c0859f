#pragma once

#include <string>
#include <vector>

#include "waveform.hpp"

/// What a detector measured: dimensionless strain, evenly sampled.
struct Strain {
    std::vector<double> samples;
    double start_gps_s = 0;
    double rate_hz = 4096;
    double duration_s() const { return static_cast<double>(samples.size()) / rate_hz; }
};

/// Reads a file as the Gravitational Wave Open Science Center publishes them: /strain/Strain with its attributes Xstart
/// and Xspacing.
Strain read_strain(const std::string& path);

/// A signal to hide in noise.
struct Injection {
    Masses masses;
    double gps_s = 0;
    double snr = 20;
};

/// Makes such a file: Gaussian noise as an advanced detector has it, and a merger in it. The same for the same seed.
void make_strain_file(const std::string& path, double start_gps_s, double duration_s, const Injection& injection,
                      std::uint64_t seed);

/// Noise power per hertz at frequencies 0, step, 2·step…: the median over windows of 4 s.
/// Source: Allen et al., Phys. Rev. D 85, 122006 (2012), appendix B.
std::vector<double> noise_spectrum(const Strain& strain, std::size_t bins, double step_hz);
