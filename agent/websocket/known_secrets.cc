#include "agent/websocket/known_secrets.h"

#include <algorithm>
#include <cctype>

#include "common/util/base64.h"
#include "common/util/redact.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// A longer text is cut before it is searched: it comes from the network.
constexpr size_t kMaxSearchedBytes = 8 << 10;
// A part of a value that is shorter is a word like any other.
constexpr size_t kLeastPart = 6;
// Below this an end that looks like a secret's beginning is chance.
constexpr size_t kLeastBeginning = 6;

bool IsWordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// A short secret only where it stands by itself.
bool StandsAlone(std::string_view text, size_t at, size_t size) {
  return (at == 0 || !IsWordChar(text[at - 1])) && (at + size >= text.size() || !IsWordChar(text[at + size]));
}

void Hide(std::string& text, const std::string& secret) {
  constexpr size_t kLeastWithin = 5;
  size_t from = 0;
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, from)) {
    from = at + secret.size();
    if (secret.size() < kLeastWithin && !StandsAlone(text, at, secret.size())) continue;
    text.replace(at, secret.size(), kRedacted);
    from = at + sizeof kRedacted - 1;
  }
  for (size_t size = std::min(secret.size(), text.size()); size >= kLeastBeginning; --size) {
    if (!text.ends_with(std::string_view(secret).substr(0, size))) continue;
    text.replace(text.size() - size, size, kRedacted);
    return;
  }
}

}  // namespace

std::string BasicCredentials(std::string_view user_info) {
  std::string out(Base64Size(user_info.size()), '\0');
  EncodeBase64(user_info, out.data());
  return out;
}

KnownSecrets::KnownSecrets(const WsUrl& url, const HeaderList& headers) {
  for (const auto& [name, value] : headers) AddValue(value);
  if (!url.user_info.empty()) {
    Add(BasicCredentials(url.user_info));
    Add(std::string_view(url.user_info).substr(url.user_info.find(':') + 1));
  }
  for (std::string_view rest = url.query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? pair : pair.substr(equals + 1);
    AddValue(value);
    AddValue(PercentDecoded(value));
  }
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

void KnownSecrets::Add(std::string_view secret) {
  if (secret.size() < kLeastSize || std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  secrets_.emplace_back(secret);
}

void KnownSecrets::AddValue(std::string_view value) {
  Add(value);
  // Behind "Bearer".
  Add(value.substr(value.rfind(' ') + 1));
  constexpr std::string_view kBetween = " ;,=\"";
  while (!value.empty()) {
    const std::string_view part = value.substr(0, value.find_first_of(kBetween));
    value.remove_prefix(std::min(part.size() + 1, value.size()));
    if (part.size() >= kLeastPart) Add(part);
  }
}

std::string KnownSecrets::Quoted(std::string_view text, size_t limit) const {
  std::string out(text.substr(0, kMaxSearchedBytes));
  for (const std::string& secret : secrets_) Hide(out, secret);
  return Shown(RedactText(out), limit);
}

}  // namespace wsload
