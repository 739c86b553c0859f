#pragma once

#include <complex>
#include <vector>

/// Masses of the two bodies as a detector sees them, in solar masses.
struct Masses {
    double first = 30;
    double second = 30;
    double total() const { return first + second; }
};

/// The strain of a merging binary in the frequency domain, up to a factor: inspiral, merger and ringdown of bodies that
/// do not spin. The merger lies at time 0.
///
/// @param bins     frequencies 0, step, 2·step…
/// @param step_hz  between two of them
/// @param low_hz   below this it is 0
/// Source: Ajith et al., Phys. Rev. D 77, 104017 (2008), eqs. (4.13) to (4.18) and table I ("PhenomA").
std::vector<std::complex<double>> waveform(const Masses& masses, std::size_t bins, double step_hz, double low_hz);
