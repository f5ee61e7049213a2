// What a program's exit says; the same numbers in every program.
#pragma once

namespace wsload {

enum class ExitCode : int {
  kPassed = 0,
  kError = 1,  ///< the run, or whatever was asked for, could not be carried out, or the run's outcome is that it failed
  kServerFailed = 99,  ///< the server was judged, and asked to be: a threshold was broken, a comparison found it worse
  kDegraded = 102,
  kGeneratorLimited = 103,
  kBadFlags = 104,
  kInterrupted = 105,  ///< with a valid partial result
};

}  // namespace wsload
