#include "agent/websocket/deflate_offer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// Some servers (gobwas) take a client_max_window_bits without a value for a window of one bit, and others know no other
// form: both are offered. An answer with any of the offers' parameters is one to the first of them that has it.
constexpr std::string_view kContextOffer =
    "permessage-deflate; client_max_window_bits=15, permessage-deflate; client_max_window_bits";
// The last one is for servers that compress their own messages as they like, or not at all: ours are each by themselves
// whatever the server says.
constexpr std::string_view kNoContextOffer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=15, "
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits, "
    "permessage-deflate; client_no_context_takeover; client_max_window_bits=15";

std::string_view Stripped(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// What stands before `separator`, which is cut off `text`. No value of this extension has one in it, quoted or not.
std::string_view CutAt(std::string_view& text, char separator) {
  const size_t at = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return Stripped(head);
}

/// 8 to 15, as a number or a quoted one; 0: not a window size.
uint8_t WindowBitsOf(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (value == "8" || value == "9") return static_cast<uint8_t>(value[0] - '0');
  if (value.size() != 2 || value[0] != '1' || value[1] < '0' || value[1] > '5') return 0;
  return static_cast<uint8_t>(10 + value[1] - '0');
}

/// The parameters of one answer; each at most once.
class Answer {
 public:
  /// Empty, or what is wrong.
  LocalString Take(std::string_view parameter) {
    const bool has_value = parameter.find('=') != std::string_view::npos;
    const std::string name = AsciiLower(CutAt(parameter, '='));
    const std::string_view value = Stripped(parameter);
    if (name == "server_no_context_takeover") return TakeFlag(name, has_value, server_no_context);
    if (name == "client_no_context_takeover") return TakeFlag(name, has_value, client_no_context);
    if (name == "server_max_window_bits") return TakeBits(name, value, server_bits);
    if (name == "client_max_window_bits") return TakeBits(name, value, client_bits);
    return FillLocal({"\"{}\" is no parameter of it", "\"{}\" 不是它的参数"}, Shown(name, 40));
  }

  bool server_no_context = false;
  bool client_no_context = false;
  std::optional<uint8_t> server_bits;
  std::optional<uint8_t> client_bits;

 private:
  static LocalString TakeFlag(const std::string& name, bool has_value, bool& flag) {
    if (std::exchange(flag, true)) return FillLocal({"{} is there twice", "{} 出现了两次"}, name);
    return has_value ? FillLocal({"{} has a value", "{} 带有值"}, name) : LocalString();
  }
  static LocalString TakeBits(const std::string& name, std::string_view value, std::optional<uint8_t>& bits) {
    if (bits.has_value()) return FillLocal({"{} is there twice", "{} 出现了两次"}, name);
    bits = WindowBitsOf(value);
    return *bits == 0 ? FillLocal({"{} must have a value from 8 to 15", "{} 的值必须在 8 到 15 之间"}, name)
                      : LocalString();
  }
};

std::string ContextName(bool no_context, uint8_t window_bits) {
  return fmt::format("{}_{}", no_context ? "no_context" : "context", window_bits);
}

}  // namespace

std::string_view DeflateOffer(Compression wanted) {
  switch (wanted) {
    case Compression::kOff:
      break;
    case Compression::kContext:
      return kContextOffer;
    case Compression::kNoContext:
      return kNoContextOffer;
  }
  return {};
}

LocalString ReadDeflateAnswer(std::string_view answer, Compression wanted, DeflateParams* params) {
  *params = {};
  answer = Stripped(answer);
  if (answer.empty()) return {};
  if (wanted == Compression::kOff) return {"no extension was offered", "没有提出过扩展"};
  if (answer.find(',') != std::string_view::npos) return {"it chose more than one", "它选择了不止一个"};
  if (AsciiLower(CutAt(answer, ';')) != "permessage-deflate")
    return {"only permessage-deflate was offered", "只提出了 permessage-deflate"};
  Answer agreed;
  while (!answer.empty()) {
    if (LocalString wrong = agreed.Take(CutAt(answer, ';')); !wrong.empty()) return wrong;
  }
  params->enabled = true;
  params->server_no_context_takeover = agreed.server_no_context;
  params->client_no_context_takeover = agreed.client_no_context || wanted == Compression::kNoContext;
  params->server_window_bits = agreed.server_bits.value_or(15);
  params->client_window_bits = agreed.client_bits.value_or(15);
  params->context_window_bits = params->client_window_bits;
  return {};
}

std::string DeflateName(const DeflateParams& params) {
  if (!params.enabled) return {};
  return ContextName(params.client_no_context_takeover, params.client_window_bits) + "/" +
         ContextName(params.server_no_context_takeover, params.server_window_bits);
}

}  // namespace wsload
