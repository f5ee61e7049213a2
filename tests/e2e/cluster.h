// Real processes: a mock gateway, any number of agents and a controller, on
// loopback ports that the kernel chose.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace wsload::e2e {

/// `name` as built beside the tests ("wsload", "wsload-agent", "wsload-gateway").
std::string Binary(const std::string& name);

/// A directory that is deleted with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  /// Writes a file in it and answers its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

/// wsload-gateway; throws std::runtime_error when it does not come up.
class Gateway {
 public:
  explicit Gateway(const std::vector<std::string>& flags = {});
  const std::string& url() const { return url_; }
  /// Ends it and answers its ground truth.
  nlohmann::json Stop();

 private:
  std::unique_ptr<Process> process_;
  std::string url_;
};

/// wsload-agent.
class Agent {
 public:
  explicit Agent(const std::vector<std::string>& flags = {});
  const std::string& address() const { return address_; }
  Process& process() { return *process_; }

 private:
  std::unique_ptr<Process> process_;
  std::string address_;
};

/// What one controller run left behind.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
  /// result.json; null when there is none.
  nlohmann::json result;
};

/// Runs `wsload` to its end (at most 60 s) with -out in a directory of its own.
Outcome RunController(const std::vector<std::string>& flags);

/// "-agents=a,b,c"
std::string AgentsFlag(const std::vector<std::unique_ptr<Agent>>& agents);
std::vector<std::unique_ptr<Agent>> StartAgents(int count);

/// scheduled = success + failed + unsent, failures add up, on every agent and merged; the agents add up to the totals.
void ExpectConserved(const nlohmann::json& result);

}  // namespace wsload::e2e
