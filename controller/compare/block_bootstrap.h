// The stationary bootstrap of a series whose values depend on those before: blocks of random length are drawn from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "controller/compare/random_numbers.h"

namespace wsload {

/// The mean length of the blocks that suits the series' dependence, from 1 to a third of the series: D. Politis and
/// H. White, "Automatic Block-Length Selection for the Dependent Bootstrap", Econometric Reviews 23 (2004), with the
/// correction by A. Patton, D. Politis and H. White, ibid. 28 (2009).
double BlockLength(std::span<const double> series);

/// How often each of the places of a series comes in one resample of it, by D. Politis and J. Romano, "The Stationary
/// Bootstrap", JASA 89 (1994): blocks of geometric length, around the end. The sum is their number.
void DrawBlocks(double mean_length, RandomNumbers& random, std::vector<uint32_t>& times);

}  // namespace wsload
