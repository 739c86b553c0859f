#pragma once

#include <complex>
#include <vector>

/// Frequencies 0 to n/2 of n real numbers. n is even.
std::vector<std::complex<double>> forward(std::vector<double> samples);

/// n real numbers from frequencies 0 to n/2, not divided by n.
std::vector<double> backward_real(std::vector<std::complex<double>> frequencies);

/// n complex numbers from n frequencies, not divided by n.
std::vector<std::complex<double>> backward(std::vector<std::complex<double>> frequencies);
