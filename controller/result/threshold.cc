#include "controller/result/threshold.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

#include "common/flags/nearest_name.h"
#include "common/stats/figure_list.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

using Figure = Threshold::Figure;

struct PlainMetric {
  std::string_view name;
  Figure figure;
};
constexpr PlainMetric kPlainMetrics[] = {{"success_rate", Figure::kSuccessRate},
                                         {"rate", Figure::kRate},
                                         {"failed", Figure::kFailed},
                                         {"unsent", Figure::kUnsent},
                                         {"connections_failed", Figure::kConnectionsFailed},
                                         {"connections_lost", Figure::kConnectionsLost},
                                         {"agents_lost", Figure::kAgentsLost},
                                         {"push_loss_rate", Figure::kPushLossRate},
                                         {"push_duplicates", Figure::kPushDuplicates},
                                         {"push_out_of_order", Figure::kPushOutOfOrder},
                                         {"pushes_repeated", Figure::kPushesRepeated}};
constexpr PlainMetric kOfLatency[] = {{"avg", Figure::kMean}, {"max", Figure::kMax}, {"min", Figure::kMin}};
// Written as a percentile: p(99).
constexpr std::string_view kPercentileOpens = "p(";
// What "send_lag" is also called.
constexpr std::string_view kShortLag = "lag";

constexpr LocalText kMetrics = {
    "the metrics are p(99), avg, max and min, also as response_p(99), service_p(99), connect_p(99), push_p(99), "
    "push_delivery_p(99), heartbeat_p(99) and lag_p(99); success_rate, rate, failed, unsent, connections_failed, "
    "connections_lost, agents_lost, push_loss_rate, push_duplicates, push_out_of_order, pushes_repeated",
    "可用的指标有 p(99)、avg、max 和 min，以及 response_p(99)、service_p(99)、connect_p(99)、push_p(99)、"
    "push_delivery_p(99)、heartbeat_p(99) 和 lag_p(99)；success_rate、rate、failed、unsent、connections_failed、"
    "connections_lost、agents_lost、push_loss_rate、push_duplicates、push_out_of_order、pushes_repeated"};

std::string_view NameOfLatency(const HistogramInfo& row) {
  return row.field == &Stats::send_lag ? kShortLag : std::string_view(row.name.shown);
}

template <typename Visit>
void ForEachLatency(Visit&& visit) {
  for (const HistogramInfo& row : kHistograms) {
    if (row.group == HistogramInfo::Group::kLatency) visit(row);
  }
}

std::vector<std::string> CauseNames() {
  std::vector<std::string> names;
  for (const CounterInfo& row : kCounters) {
    if (row.group == CounterInfo::Group::kFailures) names.emplace_back(row.name.shown);
  }
  return names;
}

std::string Listed(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

LocalString DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? LocalString() : FillLocal({"; did you mean {}?", "；是否想写 {}？"}, nearest);
}

bool IsNumeral(char c) { return (c >= '0' && c <= '9') || c == '.'; }

/// "p99", "p(99", "P(99)": what was meant as a percentile; empty: nothing like it.
std::string PercentileMeant(std::string_view name) {
  if (name.size() < 2 || name.front() != 'p') return {};
  std::string digits;
  for (const char c : name.substr(1)) {
    if (IsNumeral(c)) {
      digits += c;
    } else if (c != '(' && c != ')' && c != '_' && c != '%') {
      return {};
    }
  }
  return digits.empty() ? "" : fmt::format("p({})", digits);
}

absl::Status UnknownMetric(std::string_view name) {
  const std::string lower = AsciiLower(name);
  std::vector<std::string> known;
  for (const PlainMetric& metric : kPlainMetrics) known.emplace_back(metric.name);
  for (const PlainMetric& of : kOfLatency) known.emplace_back(of.name);
  std::vector<std::string> latencies;
  ForEachLatency([&](const HistogramInfo& row) {
    latencies.emplace_back(NameOfLatency(row));
    for (const PlainMetric& of : kOfLatency) known.push_back(fmt::format("{}_{}", NameOfLatency(row), of.name));
  });
  std::string meant;
  const size_t underscore = lower.rfind('_');
  if (lower == "med" || lower == "median") {
    meant = "p(50)";
  } else if (lower == "mean" || lower == "average") {
    meant = "avg";
  } else if (const std::string percentile = PercentileMeant(lower); !percentile.empty()) {
    meant = percentile;
  } else if (underscore != std::string::npos) {
    const std::string prefix = NearestName(lower.substr(0, underscore), latencies);
    const std::string of = PercentileMeant(std::string_view(lower).substr(underscore + 1));
    if (!prefix.empty() && !of.empty()) meant = fmt::format("{}_{}", prefix, of);
  }
  if (meant.empty()) meant = NearestName(lower, known);
  if (!meant.empty())
    return LocalInvalidArgument({"unknown metric {}; did you mean {}?", "没有指标 {}；是否想写 {}？"}, Shown(name),
                                meant);
  return LocalInvalidArgument({"unknown metric {}; {}", "没有指标 {}；{}"}, Shown(name), kMetrics);
}

/// "99.9" in 1/kPercentileScale; nothing: no number of at most six decimals.
std::optional<int64_t> ParsePercent(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view rest = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  const auto digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.empty() || whole.size() > 3 || rest.size() > 6 || !digits(whole) || !digits(rest)) return std::nullopt;
  if (point != std::string_view::npos && rest.empty()) return std::nullopt;
  int64_t scaled = 0;
  for (const char c : whole) scaled = scaled * 10 + (c - '0');
  for (size_t i = 0; i < 6; ++i) scaled = scaled * 10 + (i < rest.size() ? rest[i] - '0' : 0);
  return scaled;
}

absl::Status ReadOfLatency(std::string_view name, std::string_view of, Threshold& threshold) {
  for (const PlainMetric& known : kOfLatency) {
    if (known.name != of) continue;
    threshold.figure = known.figure;
    return absl::OkStatus();
  }
  if (!of.starts_with(kPercentileOpens) || !of.ends_with(')')) return UnknownMetric(name);
  const std::string_view number = of.substr(kPercentileOpens.size(), of.size() - kPercentileOpens.size() - 1);
  const std::optional<int64_t> percentile = ParsePercent(number);
  if (!percentile.has_value() || *percentile <= 0 || *percentile > 100 * Threshold::kPercentileScale) {
    return LocalInvalidArgument(
        {"{}: want a percentile over 0 and up to 100, with at most six decimals; for example p(99.9)",
         "{}：百分位应大于 0 且不超过 100，最多六位小数；例如 p(99.9)"},
        Shown(name));
  }
  threshold.figure = Figure::kPercentile;
  threshold.percentile = *percentile;
  return absl::OkStatus();
}

/// `name` without cause and phase.
absl::Status ReadName(std::string_view name, Threshold& threshold) {
  for (const PlainMetric& known : kPlainMetrics) {
    if (known.name != name) continue;
    threshold.figure = known.figure;
    return absl::OkStatus();
  }
  std::string_view of = name;
  threshold.histogram = &Stats::response;
  ForEachLatency([&](const HistogramInfo& row) {
    for (const std::string_view called : {NameOfLatency(row), std::string_view(row.name.shown)}) {
      if (!name.starts_with(called) || !name.substr(called.size()).starts_with('_')) continue;
      threshold.histogram = row.field;
      of = name.substr(called.size() + 1);
      return;
    }
  });
  return ReadOfLatency(name, of, threshold);
}

absl::Status ReadPhase(std::string_view name, Threshold& threshold) {
  for (const Choice<Phase>& choice : kChoices<Phase>) {
    if (name != choice.name) continue;
    if (threshold.figure == Figure::kRate && choice.value != Phase::kMeasure) {
      return LocalInvalidArgument(
          {"a rate is one of the measure phase; leave @{} out", "速率只属于压测阶段；请去掉 @{}"}, name);
    }
    if (threshold.figure == Figure::kPushLossRate) {
      return LocalInvalidArgument({"what is lost is known at the end of the whole run; leave @{} out",
                                   "丢失与否到整个运行结束才知道；请去掉 @{}"},
                                  name);
    }
    if (threshold.figure == Figure::kAgentsLost) {
      return LocalInvalidArgument(
          {"agents are lost once for the whole run; leave @{} out", "压测节点失联按整个运行计；请去掉 @{}"}, name);
    }
    const bool of_connections = threshold.figure == Figure::kConnectionsFailed ||
                                threshold.figure == Figure::kConnectionsLost || threshold.histogram == &Stats::connect;
    if (choice.value == Phase::kWarmUp && !of_connections) {
      return LocalInvalidArgument(
          {"nothing but connections is judged in the warm-up; leave @{} out", "预热阶段只判定连接；请去掉 @{}"}, name);
    }
    threshold.phase = choice.value;
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (const Choice<Phase>& choice : kChoices<Phase>) names.emplace_back(choice.name);
  const LocalString meant = DidYouMean(AsciiLower(name), names);
  return LocalInvalidArgument({"unknown phase @{}{}", "没有阶段 @{}{}"}, Shown(name),
                              meant.empty() ? FillLocal({"; the phases are {}", "；阶段有 {}"}, Listed(names)) : meant);
}

absl::Status ReadCause(std::string_view name, Threshold& threshold) {
  if (threshold.figure != Figure::kFailed) {
    return LocalInvalidArgument(
        {"only failed has causes; for example failed:timeout<10", "只有 failed 有原因；例如 failed:timeout<10"});
  }
  for (const CounterInfo& row : kCounters) {
    if (row.group != CounterInfo::Group::kFailures || name != row.name.shown) continue;
    threshold.cause = row.field;
    return absl::OkStatus();
  }
  const LocalString meant = DidYouMean(AsciiLower(name), CauseNames());
  return LocalInvalidArgument(
      {"unknown cause {}{}", "没有原因 {}{}"}, Shown(name),
      meant.empty() ? FillLocal({"; the causes are {}", "；原因有 {}"}, Listed(CauseNames())) : meant);
}

/// A stage is one of the load: of what becomes of its messages.
absl::Status ReadStage(std::string_view braced, Threshold& threshold) {
  if (!braced.ends_with('}') || braced.size() < 3 || braced.substr(1).find('{') != std::string_view::npos) {
    return LocalInvalidArgument(
        {"{}: want a stage's name or number in braces; for example p(99){{peak}}<200ms or p(99){{stage 2}}<200ms",
         "{}：应在花括号中写阶段的名称或序号；例如 p(99){{peak}}<200ms 或 p(99){{stage 2}}<200ms"},
        Shown(braced));
  }
  const auto histogram = threshold.histogram;
  const bool of_messages = threshold.IsLatency() ? histogram == &Stats::response || histogram == &Stats::service ||
                                                       histogram == &Stats::send_lag
                                                 : threshold.figure < Figure::kConnectionsFailed;
  if (!of_messages) {
    return LocalInvalidArgument({"{} is no figure of messages, and of those alone stages have any; leave {} out",
                                 "{} 不是消息的指标，而阶段只有消息的指标；请去掉 {}"},
                                threshold.metric.substr(0, threshold.metric.find('{')), Shown(braced));
  }
  threshold.stage = braced.substr(1, braced.size() - 2);
  return absl::OkStatus();
}

absl::Status ReadMetric(Threshold& threshold) {
  std::string_view name = threshold.metric;
  const size_t brace = name.find('{');
  const std::string_view stage = brace == std::string_view::npos ? std::string_view() : name.substr(brace);
  name = name.substr(0, brace);
  const size_t at = name.find('@');
  const std::string_view phase = at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
  name = name.substr(0, at);
  const size_t colon = name.find(':');
  const std::string_view cause = colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
  if (absl::Status read = ReadName(name.substr(0, colon), threshold); !read.ok()) return read;
  if (colon != std::string_view::npos) {
    if (absl::Status read = ReadCause(cause, threshold); !read.ok()) return read;
  }
  if (at != std::string_view::npos) {
    if (!stage.empty()) {
      return LocalInvalidArgument({"a figure is one of a phase or of a stage; leave @{} or {} out",
                                   "指标要么属于 @ 阶段，要么属于负载阶段；请去掉 @{} 或 {}"},
                                  phase, stage);
    }
    return ReadPhase(phase, threshold);
  }
  return stage.empty() ? absl::OkStatus() : ReadStage(stage, threshold);
}

/// Without blanks, but for one between two words of a stage's name.
std::string WithoutBlanks(std::string_view text) {
  std::string whole;
  bool in_name = false;
  bool blank = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      blank = in_name && whole.back() != '{';
      continue;
    }
    if (blank && c != '}') whole += ' ';
    blank = false;
    if (c == '{' || c == '}') in_name = c == '{';
    whole += c;
  }
  return whole;
}

/// The number that `text` begins with; nothing: none.
std::optional<double> TakeNumber(std::string_view& text) {
  const char* const end = text.data() + text.size();
  double value = 0;
  // No exponents, no "inf": a number as people write it.
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || text.empty() || !(IsNumeral(text.front()) || text.front() == '-')) return std::nullopt;
  text = std::string_view(rest, static_cast<size_t>(end - rest));
  return value;
}

absl::Status ReadLatencyBound(std::string_view number, std::string_view unit, std::string_view text,
                              Threshold& threshold) {
  if (unit.empty()) {
    return LocalInvalidArgument({"{} has no unit; write {}ms, {}us or {}s", "{} 没有单位；请写 {}ms、{}us 或 {}s"},
                                text, number, number, number);
  }
  const absl::StatusOr<int64_t> ns = ParseDuration(text);
  if (!ns.ok())
    return LocalInvalidArgument(
        {"{} is no unit of a time; write us, ms or s, as in 200ms", "{} 不是时间单位；请写 us、ms 或 s，如 200ms"},
        Shown(unit));
  threshold.unit = ThresholdUnit::kMicroseconds;
  threshold.bound = static_cast<double>(*ns) / kNsPerUs;
  const bool several_units = std::any_of(unit.begin(), unit.end(), IsNumeral);
  threshold.bound_text = several_units ? std::string(text) : fmt::format("{} {}", number, unit);
  return absl::OkStatus();
}

absl::Status ReadRateBound(double value, std::string_view number, std::string_view unit, Threshold& threshold) {
  if (unit != "/s") {
    if (unit.empty())
      return LocalInvalidArgument({"{} has no unit; write {}/s", "{} 没有单位；请写 {}/s"}, number, number);
    return LocalInvalidArgument({"{} is no unit of a rate; write {}/s", "{} 不是速率单位；请写 {}/s"}, Shown(unit),
                                number);
  }
  threshold.unit = ThresholdUnit::kPerSecond;
  threshold.bound = value;
  threshold.bound_text = fmt::format("{}/s", number);
  return absl::OkStatus();
}

absl::Status ReadShareBound(double value, std::string_view number, std::string_view unit, Threshold& threshold) {
  threshold.unit = ThresholdUnit::kRatio;
  threshold.bound_text = fmt::format("{} %", number);
  threshold.bound = value / 100;
  if (unit == "%") return absl::OkStatus();
  if (!unit.empty())
    return LocalInvalidArgument({"{} is no unit of a share; write {}%", "{} 不是比例单位；请写 {}%"}, Shown(unit),
                                number);
  // 0.995 cannot be meant as anything else.
  if (value <= 0 || value >= 1)
    return LocalInvalidArgument({"{} has no unit; write {}%", "{} 没有单位；请写 {}%"}, number, number);
  threshold.bound = value;
  threshold.bound_text = fmt::format("{:.9g} %", value * 100);
  return absl::OkStatus();
}

absl::Status ReadCountBound(double value, std::string_view number, std::string_view unit, Threshold& threshold) {
  if (unit == "%" && threshold.figure != Figure::kAgentsLost) {
    return ReadShareBound(value, number, unit, threshold);
  }
  if (!unit.empty()) {
    const LocalString share =
        threshold.figure == Figure::kAgentsLost ? LocalString() : FillLocal({" or {}%", " 或 {}%"}, number);
    return LocalInvalidArgument({"{} is no unit of a count; write {}{}", "{} 不是数量单位；请写 {}{}"}, Shown(unit),
                                number, share);
  }
  if (number.find('.') != std::string_view::npos) {
    return LocalInvalidArgument(
        {"{} is no whole number; a share of all is written with %", "{} 不是整数；占全部的比例请用 %"}, number);
  }
  threshold.unit = ThresholdUnit::kCount;
  threshold.bound = value;
  threshold.bound_text = std::string(number);
  return absl::OkStatus();
}

absl::Status ReadBound(std::string_view text, Threshold& threshold) {
  std::string_view unit = text;
  const std::optional<double> value = TakeNumber(unit);
  if (!value.has_value()) {
    return LocalInvalidArgument({"{} is no number; for example p(99)<200ms", "{} 不是数字；例如 p(99)<200ms"},
                                text.empty() ? LocalString("nothing", "空值") : Shown(text));
  }
  const std::string_view number = text.substr(0, text.size() - unit.size());
  if (number.front() == '-')
    return LocalInvalidArgument({"{} is below 0, which no figure is", "{} 小于 0，而任何指标都不会小于 0"},
                                Shown(text));
  if (threshold.IsLatency()) return ReadLatencyBound(number, unit, text, threshold);
  if (threshold.figure == Figure::kRate) return ReadRateBound(*value, number, unit, threshold);
  if (threshold.figure == Figure::kSuccessRate || threshold.figure == Figure::kPushLossRate)
    return ReadShareBound(*value, number, unit, threshold);
  return ReadCountBound(*value, number, unit, threshold);
}

/// A share is one of messages or connections that the phase itself began.
absl::Status CheckShareOfPhase(const Threshold& threshold) {
  if (threshold.unit != ThresholdUnit::kRatio || !threshold.phase.has_value()) return absl::OkStatus();
  const bool of_dials = threshold.figure == Figure::kConnectionsFailed;
  const bool of_messages = !of_dials && threshold.figure != Figure::kConnectionsLost;
  const Phase phase = *threshold.phase;
  if ((of_messages && phase == Phase::kMeasure) || (of_dials && phase == Phase::kConnect)) return absl::OkStatus();
  return LocalInvalidArgument(
      {"is a share of what @{} does not begin; leave @{} out{}", "该比例的对象不是在 @{} 开始的；请去掉 @{}{}"},
      NameOf(phase), NameOf(phase),
      threshold.figure == Figure::kSuccessRate ? LocalText() : LocalText{", or write a count", "，或写数量"});
}

/// Nothing that is measured could ever keep it, or all would.
absl::Status CheckBound(const Threshold& threshold) {
  if (absl::Status checked = CheckShareOfPhase(threshold); !checked.ok()) return checked;
  const bool all_or_more = threshold.unit == ThresholdUnit::kRatio && threshold.bound >= 1;
  if (threshold.unit == ThresholdUnit::kRatio && threshold.bound > 1) {
    return LocalInvalidArgument({"{} is over 100 %, which no share is", "{} 超过 100 %，而比例不会超过"},
                                threshold.bound_text);
  }
  if (all_or_more && threshold.comparison == Relation::kMore) {
    return LocalInvalidArgument({"nothing is over 100 %; write >=100%", "不会有超过 100 % 的比例；请写 >=100%"});
  }
  if (threshold.bound == 0 && threshold.comparison == Relation::kLess) {
    return LocalInvalidArgument({"nothing is below 0; write <=0 for none at all, or a bound over 0",
                                 "不会小于 0；请写 <=0 表示完全没有，或写大于 0 的界限"});
  }
  if ((threshold.bound == 0 && threshold.comparison == Relation::kAtLeast) ||
      (all_or_more && threshold.comparison == Relation::kAtMost)) {
    return LocalInvalidArgument({"is always kept, whatever is measured; name a bound that can be broken",
                                 "无论测得什么都会达标；请写一个可能不达标的界限"});
  }
  return absl::OkStatus();
}

absl::Status BadOperator(std::string_view found) {
  constexpr LocalText kExample = {"for example p(99)<200ms", "例如 p(99)<200ms"};
  if (found == "=<") return LocalInvalidArgument({"=< is no comparison; write <=", "=< 不是比较符；请写 <="});
  if (found == "=>") return LocalInvalidArgument({"=> is no comparison; write >=", "=> 不是比较符；请写 >="});
  if (found.empty()) {
    return LocalInvalidArgument({"has no <, <=, > or >=; {} (in quotes in a shell, which takes < and > for itself)",
                                 "没有 <、<=、> 或 >=；{}（在 shell 中请加引号，否则 < 和 > 会被 shell 取走）"},
                                kExample);
  }
  return LocalInvalidArgument(
      {"{} is no comparison; write <, <=, > or >=, {}", "{} 不是比较符；请写 <、<=、> 或 >=，{}"}, found, kExample);
}

}  // namespace

absl::StatusOr<Threshold> Threshold::Parse(std::string_view text) {
  constexpr size_t kLongest = 200;
  constexpr std::string_view kOperators = "<>=!";
  Threshold threshold;
  threshold.expression = WithoutBlanks(text);
  const std::string& whole = threshold.expression;
  if (whole.empty()) return LocalInvalidArgument({"is empty; for example p(99)<200ms", "为空；例如 p(99)<200ms"});
  if (whole.size() > kLongest || !IsUtf8(whole) || HasControlCharacter(whole)) {
    return LocalInvalidArgument({"want one line of at most {} characters; for example p(99)<200ms",
                                 "应为不超过 {} 个字符的一行；例如 p(99)<200ms"},
                                kLongest);
  }
  const size_t begin = std::min(whole.find_first_of(kOperators), whole.size());
  const size_t end = std::min(whole.find_first_not_of(kOperators, begin), whole.size());
  const std::string_view found = std::string_view(whole).substr(begin, end - begin);
  const auto comparison = std::find_if(kChoices<Relation>.begin(), kChoices<Relation>.end(),
                                       [&](const Choice<Relation>& choice) { return found == choice.name; });
  if (comparison == kChoices<Relation>.end()) return BadOperator(found);
  threshold.comparison = comparison->value;
  threshold.metric = whole.substr(0, begin);
  if (threshold.metric.empty())
    return LocalInvalidArgument(
        {"has no metric before {}; for example p(99)<200ms", "{} 前面没有指标；例如 p(99)<200ms"}, found);
  if (absl::Status read = ReadMetric(threshold); !read.ok()) return read;
  if (absl::Status read = ReadBound(std::string_view(whole).substr(end), threshold); !read.ok()) return read;
  if (absl::Status checked = CheckBound(threshold); !checked.ok()) return checked;
  return threshold;
}

bool Threshold::Holds(double value) const {
  switch (comparison) {
    case Relation::kLess:
      return value < bound;
    case Relation::kAtMost:
      return value <= bound;
    case Relation::kMore:
      return value > bound;
    case Relation::kAtLeast:
      return value >= bound;
  }
  return false;
}

}  // namespace wsload
