#include "controller/search/gateway_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "common/time/clock.h"
#include "common/time/process_cpu.h"
#include "common/util/local_error.h"
#include "common/util/system_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr char kProgram[] = "wsload-gateway";
constexpr std::string_view kListening = "listening on ";
constexpr int64_t kStartTimeoutNs = 10 * kNsPerSecond;
constexpr int kStopTimeoutMs = 2'000;
constexpr int kStopPollMs = 10;

absl::StatusOr<std::string> FindProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = self.parent_path() / kProgram;
  if (error || ::access(path.c_str(), X_OK) != 0) {
    return LocalStatus(
        absl::StatusCode::kNotFound,
        FillLocal({"selftest needs the mock gateway, and there is no program {}; install {} beside wsload",
                   "selftest 需要模拟网关，但没有程序 {}；请将 {} 安装在 wsload 旁边"},
                  Shown(path), kProgram));
  }
  return path;
}

/// In the child, between fork and exec: calls that are safe after a fork alone.
[[noreturn]] void BecomeGateway(pid_t parent, int output, char* const* arguments, char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  // A terminal's Ctrl-C is for wsload, which ends its run before it ends the gateway.
  ::setpgid(0, 0);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(output, STDOUT_FILENO);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

absl::Status NotStarted(const LocalString& why) {
  return LocalStatus(absl::StatusCode::kUnavailable,
                     FillLocal({"the mock gateway did not start: {}", "模拟网关没有启动：{}"}, why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<GatewayProcess>> GatewayProcess::Start(int threads) {
  absl::StatusOr<std::string> program = FindProgram();
  if (!program.ok()) return program.status();
  std::vector<std::string> words = {*program, "-listen=127.0.0.1:0", fmt::format("-threads={}", threads),
                                    "-stats-interval=0"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Flags for a gateway of the user's own are not for this one, and those for others would only make it wonder.
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("WSLOAD_")) variables.push_back(*variable);
  }
  variables.push_back(nullptr);

  std::array<int, 2> pipe_ends;
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return NotStarted(SystemErrorLines(errno));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) BecomeGateway(parent, pipe_ends[1], arguments.data(), variables.data());
  const int error = errno;
  ::close(pipe_ends[1]);
  if (child < 0) {
    ::close(pipe_ends[0]);
    return NotStarted(SystemErrorLines(error));
  }
  std::unique_ptr<GatewayProcess> gateway(new GatewayProcess(child, pipe_ends[0]));
  if (absl::Status read = gateway->ReadUrl(); !read.ok()) return read;
  return gateway;
}

absl::Status GatewayProcess::ReadUrl() {
  const int64_t deadline_ns = SystemClock().MonoNs() + kStartTimeoutNs;
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const int64_t left_ns = deadline_ns - SystemClock().MonoNs();
    if (left_ns <= 0) return NotStarted({"it said nothing in time", "它没有及时输出任何内容"});
    pollfd ready = {output_, POLLIN, 0};
    const int polled = ::poll(&ready, 1, static_cast<int>(left_ns / kNsPerMs) + 1);
    if (polled <= 0) continue;
    std::array<char, 256> bytes;
    const ssize_t size = ::read(output_, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return NotStarted({"it ended at once", "它立即结束了"});
    text.append(bytes.data(), static_cast<size_t>(size));
  }
  const size_t at = text.find(kListening);
  if (at == std::string::npos) return NotStarted(FillLocal({"it said \"{}\"", "它输出了 \"{}\""}, Shown(text)));
  const size_t begin = at + kListening.size();
  absl::StatusOr<ServerUrl> url = ServerUrl::Parse(text.substr(begin, text.find('\n', begin) - begin));
  if (!url.ok()) return NotStarted(FillLocal({"it said \"{}\"", "它输出了 \"{}\""}, Shown(text)));
  url_ = *std::move(url);
  return absl::OkStatus();
}

int64_t GatewayProcess::CpuUs() const { return ProcessCpuUs(pid_); }

bool GatewayProcess::Reap(bool wait) {
  pid_t reaped;
  do {
    reaped = ::waitpid(pid_, nullptr, wait ? 0 : WNOHANG);
  } while (reaped < 0 && errno == EINTR);
  return reaped != 0;
}

GatewayProcess::~GatewayProcess() {
  ::kill(pid_, SIGTERM);
  bool ended = false;
  for (int waited_ms = 0; waited_ms < kStopTimeoutMs && !(ended = Reap(false)); waited_ms += kStopPollMs) {
    // Its last words are not wanted, but it waits for somebody to take them, and would complain about a closed pipe.
    pollfd words = {output_, POLLIN, 0};
    std::array<char, 1 << 16> bytes;
    if (::poll(&words, 1, kStopPollMs) > 0 && ::read(output_, bytes.data(), bytes.size()) <= 0) {
      ::poll(nullptr, 0, kStopPollMs);
    }
  }
  if (!ended) {
    ::kill(pid_, SIGKILL);
    Reap(true);
  }
  ::close(output_);
}

}  // namespace wsload
