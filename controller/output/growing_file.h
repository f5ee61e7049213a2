// A file that grows by whole parts while a run goes on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace wsload {

/// Once something could not be written the file is closed, and ends with the last part that is whole. One thread.
class GrowingFile {
 public:
  GrowingFile() = default;
  ~GrowingFile() { Close(); }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  /// In the place of what is there: see CreateNewFile(). kUnavailable: the reason alone.
  absl::Status Create(const std::string& path);
  /// OK also when it is closed. kUnavailable: the reason alone.
  absl::Status Append(std::string_view part);
  void Close();

 private:
  int descriptor_ = -1;
  int64_t bytes_ = 0;  ///< of whole parts
};

}  // namespace wsload
