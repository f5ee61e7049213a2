#include "controller/dashboard/dashboard.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <utility>

#include "common/http/http_request.h"
#include "common/http/http_server.h"
#include "common/http/metrics_answer.h"
#include "controller/dashboard/access.h"
#include "controller/output/json_writer.h"
#include "controller/output/stats_json.h"
#include "controller/page/page.h"
#include "controller/page/report_data.h"
#include "controller/page/series_table.h"

namespace wsload {
namespace {

constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
// Nothing of a run belongs into a cache, a frame or another site's hands.
constexpr std::string_view kPrivate =
    "Cache-Control: no-store\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: "
    "same-origin\r\n";
// A browser that lost the stream asks again after this.
constexpr int kRetryMs = 1000;
// Notices beyond are dropped, the oldest first.
constexpr size_t kMaxNotices = 200;

/// One event of a stream; `data` is JSON on one line.
std::string Event(std::string_view name, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, data);
}

std::string PageAnswer(const HttpRequest& request, std::string_view html) {
  const std::string policy =
      fmt::format("{}Content-Security-Policy: {}; frame-ancestors 'none'\r\n", kPrivate, LivePagePolicy());
  return HttpAnswer("200 OK", kHtml, html, policy, request.method == "GET");
}

}  // namespace

class Dashboard::Impl {
 public:
  Impl(DashboardAccess access, DashboardRun run) : access_(std::move(access)), run_(std::move(run)) {}

  absl::Status Listen() {
    auto server = HttpServer::Listen(access_.address, [this](std::string_view received) { return Answer(received); });
    if (!server.ok()) return server.status();
    // Answers are made on the server's thread: what they read is set there as well.
    (*server)->Post([this, address = (*server)->address()] { access_.address = address; });
    server_ = *std::move(server);
    return absl::OkStatus();
  }

  HttpServer& server() { return *server_; }

  void SetStop(std::function<void()> stop) {
    const std::lock_guard lock(stop_mutex_);
    stop_ = std::move(stop);
  }

  // All on the server's thread.

  void Take(Interval interval) {
    // A point that cannot be read is left out of the history; it is shown to those who look on.
    if (series_.Add(interval.point).ok() && series_.size() > 2 * kMostReportPoints) series_.Thin(kMostReportPoints);
    last_ = std::move(interval.json);
    figures_ = std::move(interval.figures);
    for (const auto& [agent, point] : interval.agents) agents_[agent].Add(interval.index, point);
    Tell("interval", last_);
  }

  void Notice(std::string statement) {
    Tell("notice", statement);
    if (notices_.size() == kMaxNotices) notices_.erase(notices_.begin());
    notices_.push_back(std::move(statement));
  }

  void End(std::string result) {
    result_ = std::move(result);
    const absl::StatusOr<std::string> data = ReportData(result_);
    if (data.ok()) end_data_ = *data;
    Tell("end", end_data_);
    server_->EndStreams();
  }

 private:
  void Tell(std::string_view name, std::string_view data) {
    if (server_->streams() > 0) server_->Broadcast(std::make_shared<const std::string>(Event(name, data)));
  }

  HttpReply Answer(std::string_view received) {
    const ParsedRequest parsed = ParseRequest(received);
    if (!parsed.request.has_value()) return parsed.refusal;
    const HttpRequest& request = *parsed.request;
    if (std::string refusal = RefuseToShow(request, access_); !refusal.empty()) return refusal;
    if (request.path == "/stop") return AnswerToStop(request);
    if (!request.IsRead()) return HttpError("405 Method Not Allowed", "read with GET", "Allow: GET, HEAD\r\n");
    if (request.path == "/events") return Stream(request);
    return Read(request);
  }

  std::string Read(const HttpRequest& request) const {
    if (request.path == "/") {
      return PageAnswer(request, is_over() ? Report() : LivePageHtml(run_.language, access_.stop_secret));
    }
    if (request.path == "/report.html") return PageAnswer(request, Report());
    if (request.path == "/result.json") {
      return HttpAnswer("200 OK", kJson, is_over() ? result_ : ResultSoFar(), kPrivate, request.method == "GET");
    }
    if (request.path == "/metrics") return MetricsAnswer(request, ExposeRun(run_.run_id, run_.labels, figures_));
    return HttpError("404 Not Found", "there are /, /events, /result.json, /report.html and /metrics");
  }

  HttpReply Stream(const HttpRequest& request) const {
    std::string head = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Content-Type-Options: nosniff\r\n{}Connection: "
        "close\r\n\r\n",
        kPrivate);
    if (request.method == "HEAD") return head;
    HttpReply reply(fmt::format("{}retry: {}\n{}", head, kRetryMs, Event("history", History())));
    if (is_over()) {
      reply.bytes += Event("end", end_data_);
    } else {
      reply.is_stream = true;
    }
    return reply;
  }

  std::string AnswerToStop(const HttpRequest& request) {
    if (std::string refusal = RefuseToStop(request, access_); !refusal.empty()) return refusal;
    const std::lock_guard lock(stop_mutex_);
    // A second one would end the run without waiting for open messages.
    if (const auto stop = std::exchange(stop_, nullptr)) stop();
    return HttpAnswer("202 Accepted", "text/plain; charset=utf-8", "the run ends\n", kPrivate);
  }

  bool is_over() const { return !result_.empty(); }

  std::string Report() const {
    if (!is_over()) return UnfinishedReportHtml(ResultSoFar(), run_.language);
    absl::StatusOr<std::string> report = ReportHtml(result_, run_.language);
    return report.ok() ? *std::move(report) : std::string();
  }

  std::string Series() const {
    std::string series;
    series_.Write(series);
    return series;
  }

  std::string AgentsSeries() const {
    std::string text;
    JsonWriter json(text);
    json.Object(JsonWriter::Layout::kOneLine, [&] {
      for (const auto& [agent, series] : agents_) {
        json.Key(agent);
        WriteAgentSeries(json, series, run_.report_interval_ns);
      }
    });
    return text;
  }

  std::string History() const {
    return fmt::format(R"({{"run":{},"series":{},"agents_series":{},"notices":[{}],"last":{}}})", run_.run_json,
                       Series(), AgentsSeries(), fmt::join(notices_, ","), last_.empty() ? "null" : last_);
  }

  /// The last interval, what the run is, and its series: one object.
  std::string ResultSoFar() const {
    std::string_view last = last_;
    if (!last.empty()) last.remove_suffix(1);
    // The members of both, one after the other; the interval's schema is the first and stands for all.
    const std::string head = last.empty() ? "{" : fmt::format("{},", last);
    return fmt::format("{}\"run\":{},\"series\":{},\"agents_series\":{}}}", head, run_.run_json, Series(),
                       AgentsSeries());
  }

  DashboardAccess access_;
  const DashboardRun run_;
  SeriesTable series_;
  std::string last_;
  std::vector<std::string> notices_;
  RunFigures figures_;
  std::map<std::string, AgentSeries> agents_;  ///< by their labels
  std::string result_;                         ///< empty: the run goes on
  std::string end_data_ = "null";
  std::mutex stop_mutex_;
  std::function<void()> stop_;
  // Ends first, and with it all calls to the above.
  std::unique_ptr<HttpServer> server_;
};

absl::StatusOr<std::unique_ptr<Dashboard>> Dashboard::Listen(const HostPort& address, std::string token,
                                                             std::string stop_secret, DashboardRun run) {
  auto impl = std::make_unique<Impl>(
      DashboardAccess{.address = address, .token = std::move(token), .stop_secret = std::move(stop_secret)},
      std::move(run));
  if (const absl::Status listening = impl->Listen(); !listening.ok()) return listening;
  return std::unique_ptr<Dashboard>(new Dashboard(std::move(impl)));
}

Dashboard::Dashboard(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dashboard::~Dashboard() = default;

const HostPort& Dashboard::address() const { return impl_->server().address(); }
void Dashboard::SetStop(std::function<void()> stop) { impl_->SetStop(std::move(stop)); }

void Dashboard::Publish(Interval interval) {
  impl_->server().Post(
      [impl = impl_.get(), interval = std::move(interval)]() mutable { impl->Take(std::move(interval)); });
}

void Dashboard::Notice(std::string statement_json) {
  impl_->server().Post(
      [impl = impl_.get(), statement = std::move(statement_json)]() mutable { impl->Notice(std::move(statement)); });
}

void Dashboard::End(std::string result_json) {
  impl_->server().Post(
      [impl = impl_.get(), result = std::move(result_json)]() mutable { impl->End(std::move(result)); });
}

void Dashboard::AwaitViewers(int64_t timeout_ns) { impl_->server().AwaitIdle(timeout_ns); }

}  // namespace wsload
