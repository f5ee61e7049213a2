// What an entry of the catalogue of statements consists of, and the arguments that several of them have. For
// catalogue.h alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "common/lang/statement.h"

namespace wsload::catalogue {

/// What an argument is, and how it is shown.
enum class Form {
  kCount,           ///< 5
  kIndex,           ///< 5; below 0, not known: ?
  kMicroseconds,    ///< 12.3 ms
  kNanoseconds,     ///< 12.3 s
  kOffset,          ///< nanoseconds, +12.3 s
  kUnixTime,        ///< nanoseconds, 2030-01-31T23:59:59Z
  kShare,           ///< 97 %, below ten 1.2 %; cut off: 100 % is all, 0 % is nothing
  kCores,           ///< 0.3
  kNeededBytes,     ///< whole MiB, rounded up
  kAvailableBytes,  ///< whole MiB, rounded down
  kText,
};

struct Arg {
  std::string_view name;
  Form form = Form::kText;
};

class Args {
 public:
  constexpr Args() = default;
  constexpr Args(std::initializer_list<Arg> args) : size_(args.size()) {
    std::copy(args.begin(), args.end(), args_.begin());
  }
  constexpr const Arg* begin() const { return args_.data(); }
  constexpr const Arg* end() const { return args_.data() + size_; }
  constexpr size_t size() const { return size_; }

 private:
  std::array<Arg, 8> args_{};
  size_t size_ = 0;
};

struct Entry {
  StatementKind kind = {};
  std::string_view name;
  Args args = {};
  /// Holes are names of arguments, {p99_us}, or {agent}; a text without {agent} stands behind the agent's name.
  LocalText text = {};
};

inline constexpr Arg kWorker{"worker", Form::kIndex};
inline constexpr Arg kCpuShare{"cpu_share", Form::kShare};
inline constexpr Arg kBoundShare{"bound_share", Form::kShare};
inline constexpr Arg kBoundUs{"bound_us", Form::kMicroseconds};
inline constexpr Arg kP99Us{"p99_us", Form::kMicroseconds};
inline constexpr Arg kMessages{"messages", Form::kCount};
inline constexpr Arg kConnections{"connections", Form::kCount};
inline constexpr Arg kWanted{"wanted", Form::kCount};
inline constexpr Arg kClients{"clients", Form::kCount};
inline constexpr Arg kMostClients{"most_clients", Form::kCount};
inline constexpr Arg kOpened{"opened", Form::kCount};
inline constexpr Arg kAgreements{"agreements", Form::kText};
inline constexpr Arg kCauses{"causes", Form::kText};
inline constexpr Arg kTarget{"target", Form::kText};
inline constexpr Arg kFlags{"flags", Form::kText};
inline constexpr Arg kQuotaCores{"quota_cores", Form::kCores};
inline constexpr Arg kThrottledNs{"throttled_ns", Form::kNanoseconds};
inline constexpr Arg kThreshold{"threshold", Form::kText};
inline constexpr Arg kWhy{"why", Form::kText};
inline constexpr Arg kIntervals{"intervals", Form::kCount};

}  // namespace wsload::catalogue
