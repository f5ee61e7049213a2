#include "tests/e2e/cluster.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace wsload::e2e {
namespace {

constexpr std::chrono::seconds kStartTimeout{20};
constexpr std::chrono::seconds kRunTimeout{90};
constexpr std::string_view kListening = "listening on ";

/// What follows "listening on " in the program's first line.
std::string ListeningOn(Process& process) {
  const auto line = process.ReadLine(kStartTimeout);
  if (!line || line->find(kListening) == std::string::npos) {
    throw std::runtime_error("did not start: " + line.value_or("") + process.err());
  }
  return line->substr(line->find(kListening) + kListening.size());
}

std::vector<std::string> Command(const std::string& name, const Host& host, const std::vector<std::string>& flags) {
  std::vector<std::string> command = host.command;
  command.push_back(Binary(name));
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

std::vector<std::string> ListenOn(const Host& host, std::vector<std::string> flags) {
  flags.insert(flags.begin(), "-listen=" + host.address + ":0");
  return flags;
}

Outcome Finish(Process& process, std::chrono::seconds timeout, const TempDir& out) {
  Outcome outcome;
  const auto exit_code = process.Wait(timeout);
  EXPECT_TRUE(exit_code.has_value()) << "wsload did not end in time\n" << process.out() << process.err();
  outcome.exit_code = exit_code.value_or(-1);
  outcome.out = process.out();
  outcome.err = process.err();
  if (std::ifstream file(out.path() + "/result.json"); file) outcome.result = nlohmann::json::parse(file);
  return outcome;
}

void ExpectSumsUp(const nlohmann::json& totals, const std::string& whose) {
  SCOPED_TRACE(whose);
  const auto count = [&](const char* name) { return totals.at(name).get<int64_t>(); };
  EXPECT_EQ(count("scheduled"), count("success") + count("failed") + count("unsent"));
  int64_t failures = 0;
  for (const auto& [cause, value] : totals.at("failures").items()) failures += value.get<int64_t>();
  EXPECT_EQ(count("failed"), failures);
  const auto& connections = totals.at("connections");
  EXPECT_EQ(connections.at("attempted"),
            connections.at("opened").get<int64_t>() + connections.at("failed").get<int64_t>());
}

}  // namespace

std::string Binary(const std::string& name) { return std::string(WSLOAD_BIN_DIR) + "/" + name; }

TempDir::TempDir() {
  std::string pattern = std::filesystem::temp_directory_path() / "wsload-e2e-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Write(const std::string& name, const std::string& content) const {
  const std::string path = path_ + "/" + name;
  std::ofstream(path) << content;
  return path;
}

Gateway::Gateway(const std::vector<std::string>& flags, const Host& host) {
  process_ = std::make_unique<Process>(Command("wsload-gateway", host, ListenOn(host, flags)));
  url_ = ListeningOn(*process_);
}

nlohmann::json Gateway::Stop() {
  process_->Signal(SIGTERM);
  const auto exit_code = process_->Wait(std::chrono::seconds(20));
  EXPECT_EQ(exit_code, 0) << process_->err();
  std::string out = process_->out();
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return nlohmann::json::parse(out.substr(out.rfind('\n') + 1));
}

Agent::Agent(const std::vector<std::string>& flags, const Host& host) {
  process_ = std::make_unique<Process>(Command("wsload-agent", host, ListenOn(host, flags)));
  address_ = ListeningOn(*process_);
  const bool metrics =
      std::any_of(flags.begin(), flags.end(), [](const auto& f) { return f.starts_with("-metrics="); });
  if (metrics) metrics_address_ = ListeningOn(*process_);
}

Outcome RunController(const std::vector<std::string>& flags, const Host& host) {
  const TempDir out;
  std::vector<std::string> command = Command("wsload", host, flags);
  command.push_back("-out=" + out.path());
  Process process(command);
  return Finish(process, kRunTimeout, out);
}

RunningController::RunningController(const std::vector<std::string>& flags, const Host& host) {
  // Of two the last counts: `flags` may ask for another lease.
  std::vector<std::string> all = {"-stats-interval=1s", "-agent-lease=1s", "-out=" + out_.path()};
  all.insert(all.end(), flags.begin(), flags.end());
  const std::vector<std::string> command = Command("wsload", host, all);
  process_ = std::make_unique<Process>(command);
  // A line of statistics every second: the first one of the measure phase.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline && process_->out().find(" measuring ") == std::string::npos) {
    process_->ReadLine(std::chrono::milliseconds(50));
  }
  EXPECT_NE(process_->out().find(" measuring "), std::string::npos) << process_->out() << process_->err();
}

Outcome RunningController::Wait() { return Finish(*process_, std::chrono::seconds(60), out_); }

std::vector<std::unique_ptr<Agent>> StartAgents(int count) {
  std::vector<std::unique_ptr<Agent>> agents;
  for (int i = 0; i < count; ++i) {
    agents.push_back(std::make_unique<Agent>(std::vector<std::string>{"-name=agent-" + std::to_string(i)}));
  }
  return agents;
}

std::string AgentsFlag(const std::vector<std::unique_ptr<Agent>>& agents) {
  std::string flag = "-agents=";
  for (size_t i = 0; i < agents.size(); ++i) flag += (i == 0 ? "" : ",") + agents[i]->address();
  return flag;
}

void ExpectConserved(const nlohmann::json& result) {
  ASSERT_FALSE(result.is_null());
  ExpectSumsUp(result.at("totals"), "merged");
  nlohmann::json sums = {{"scheduled", 0}, {"success", 0}, {"failed", 0}, {"unsent", 0}};
  for (const auto& agent : result.at("agents")) {
    ExpectSumsUp(agent.at("totals"), agent.at("name"));
    for (auto& [name, sum] : sums.items()) sum = sum.get<int64_t>() + agent.at("totals").at(name).get<int64_t>();
  }
  for (const auto& [name, sum] : sums.items()) EXPECT_EQ(sum, result.at("totals").at(name)) << name;
}

void ExpectDegraded(const Outcome& run) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  const bool limited = run.result.at("verdict").at("code") == "GENERATOR_LIMITED";
  EXPECT_EQ(run.exit_code, limited ? 103 : 102) << run.out << run.err;
  EXPECT_NE(run.out.find("agent "), std::string::npos) << run.out;
}

int64_t Int(const nlohmann::json& json, const char* pointer) {
  return json.at(nlohmann::json::json_pointer(pointer)).get<int64_t>();
}

int64_t Missing(const nlohmann::json& result) {
  int64_t missing = 0;
  for (const auto& gap : result.at("gaps")) missing += Int(gap, "/messages_not_scheduled");
  return missing;
}

void ExpectAgreement(const nlohmann::json& result, const nlohmann::json& truth) {
  EXPECT_GE(Int(truth, "/messages/upstream"), Int(result, "/totals/scheduled"));
  EXPECT_LE(Int(truth, "/messages/upstream"), Int(result, "/totals/scheduled") + Missing(result));
  EXPECT_EQ(Int(truth, "/messages/duplicates"), 0);
}

void ExpectFreeAgain(const Gateway& gateway, const std::vector<std::unique_ptr<Agent>>& agents,
                     const std::vector<std::string>& flags, const Host& controller) {
  std::vector<std::string> all = {AgentsFlag(agents), "-clients=6",     "-mps=20",
                                  "-duration=1s",     "-ramp-up=100ms", "-server=" + gateway.url()};
  all.insert(all.end(), flags.begin(), flags.end());
  const Outcome again = RunController(all, controller);
  EXPECT_TRUE(again.exit_code == 0 || again.exit_code == 103) << again.out << again.err;
  ASSERT_FALSE(again.result.is_null());
  EXPECT_EQ(Int(again.result, "/totals/success"), 20);
}

}  // namespace wsload::e2e
