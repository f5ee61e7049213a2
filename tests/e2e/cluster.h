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

/// Where a program runs; by default here, on loopback.
struct Host {
  std::string address = "127.0.0.1";  ///< to listen on
  std::vector<std::string> command;   ///< what takes a program and its arguments there
};

/// wsload-gateway; throws std::runtime_error when it does not come up.
class Gateway {
 public:
  explicit Gateway(const std::vector<std::string>& flags = {}, const Host& host = {});
  const std::string& url() const { return url_; }
  Process& process() { return *process_; }
  /// Ends it and answers its ground truth.
  nlohmann::json Stop();

 private:
  std::unique_ptr<Process> process_;
  std::string url_;
};

/// wsload-agent.
class Agent {
 public:
  explicit Agent(const std::vector<std::string>& flags = {}, const Host& host = {});
  const std::string& address() const { return address_; }
  /// Where /metrics is, with -metrics among the flags.
  const std::string& metrics_address() const { return metrics_address_; }
  Process& process() { return *process_; }

 private:
  std::unique_ptr<Process> process_;
  std::string address_;
  std::string metrics_address_;
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
Outcome RunController(const std::vector<std::string>& flags, const Host& host = {});

/// A controller under way; the measure phase has begun when the constructor returns. Its agents' lease is a second.
class RunningController {
 public:
  explicit RunningController(const std::vector<std::string>& flags, const Host& host = {});

  Process& process() { return *process_; }
  /// To its end, at most 60 s.
  Outcome Wait();

 private:
  const TempDir out_;
  std::unique_ptr<Process> process_;
};

/// "-agents=a,b,c"
std::string AgentsFlag(const std::vector<std::unique_ptr<Agent>>& agents);
std::vector<std::unique_ptr<Agent>> StartAgents(int count);

/// scheduled = success + failed + unsent, failures add up, on every agent and merged; the agents add up to the totals.
void ExpectConserved(const nlohmann::json& result);

/// 102, with a line that names an agent; 103 on a busy machine, where the figures may describe the generator on top of
/// it, which counts for more.
void ExpectDegraded(const Outcome& run);

int64_t Int(const nlohmann::json& json, const char* pointer);
/// Messages that the result's gaps left out.
int64_t Missing(const nlohmann::json& result);
/// What the gateway got lies between what was reported and that with what the lost agents may have sent beside it.
void ExpectAgreement(const nlohmann::json& result, const nlohmann::json& truth);
/// A short run with all of these agents: 20 messages and 6 connections more.
void ExpectFreeAgain(const Gateway& gateway, const std::vector<std::unique_ptr<Agent>>& agents,
                     const std::vector<std::string>& flags = {}, const Host& controller = {});

}  // namespace wsload::e2e
