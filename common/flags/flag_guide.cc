#include "common/flags/flag_guide.h"

#include <algorithm>
#include <iterator>

#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

/// `text` with a backslash before each of `special`.
std::string Escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool IsSwitch(const FlagSpec& spec) { return spec.form == FlagSpec::Form::kSwitch; }

std::string BashFlag(const FlagSpec& spec) {
  std::string out = fmt::format("      flags+=\" -{}{}\"\n", spec.name, IsSwitch(spec) ? "" : "=");
  if (!spec.values.empty()) {
    out += fmt::format("      [[ $flag == {} ]] && values={}\n", spec.name, ShellQuoted(spec.values));
  }
  return out;
}

std::string ZshFlag(const FlagSpec& spec, Language language) {
  const std::string help = Escaped(HelpLine(spec, language), "[]:\\");
  const std::string repeat = spec.form == FlagSpec::Form::kList ? "*" : "";
  std::string rule = fmt::format("{}-{}{}[{}]", repeat, spec.name, IsSwitch(spec) ? "" : "=-", help);
  if (!IsSwitch(spec)) rule += spec.values.empty() ? ":value:_files" : fmt::format(":value:({})", spec.values);
  return fmt::format("        {} \\\n", ShellQuoted(rule));
}

std::string FishFlag(const FlagSpec& spec, std::string_view program, Language language) {
  std::string out = fmt::format("complete -c {} -n \"$when\" -o {}", program, spec.name);
  if (!IsSwitch(spec)) out += " -r";
  if (!spec.values.empty()) out += fmt::format(" -f -a {}", ShellQuoted(spec.values));
  // Within single quotes fish knows \' and \\ alone.
  return out + fmt::format(" -d '{}'\n", Escaped(HelpLine(spec, language), "'\\"));
}

/// A line that ends a sentence is followed by a new line there too.
std::string ManText(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out += Roff(line) + "\n";
    if (!text.empty() && (line.ends_with('.') || line.ends_with("。"))) out += ".br\n";
  }
  return out;
}

std::string ManFlag(const FlagSpec& spec, Language language) {
  std::string out = fmt::format(".TP\n.B \\-{}", Roff(spec.name));
  if (!IsSwitch(spec)) {
    std::string values = spec.values.empty() ? "VALUE" : spec.values;
    std::replace(values.begin(), values.end(), ' ', '|');
    out += fmt::format("=\\fI{}\\fR", Roff(values));
  }
  return out + fmt::format("\n{}\n", Roff(HelpLine(spec, language)));
}

struct GuideFlag {
  const char* name;
  GuideForm form;
};
/// Of programs for themselves: no help lists them.
constexpr GuideFlag kGuideFlags[] = {{"guide-bash", GuideForm::kBash},
                                     {"guide-zsh", GuideForm::kZsh},
                                     {"guide-fish", GuideForm::kFish},
                                     {"guide-man", GuideForm::kMan}};

}  // namespace

std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool begins_line = out.empty() || out.back() == '\n';
    // A dot or quote there would begin a request.
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-') out += '\\';
    out += c == '\\' ? std::string("\\e") : std::string(1, c);
  }
  return out;
}

GuideForm GuideOf(std::string_view name) {
  const auto* found = std::find_if(std::begin(kGuideFlags), std::end(kGuideFlags),
                                   [name](const GuideFlag& flag) { return name == flag.name; });
  return found == std::end(kGuideFlags) ? GuideForm::kNone : found->form;
}

std::string GuideOfFlag(const FlagSpec& spec, GuideForm form, std::string_view program, Language language) {
  switch (form) {
    case GuideForm::kNone:
      break;
    case GuideForm::kBash:
      return BashFlag(spec);
    case GuideForm::kZsh:
      return ZshFlag(spec, language);
    case GuideForm::kFish:
      return FishFlag(spec, program, language);
    case GuideForm::kMan:
      return ManFlag(spec, language);
  }
  return {};
}

std::string GuideHead(GuideForm form, const LocalText& intro, Language language) {
  if (form == GuideForm::kZsh) return "      _arguments \\\n";
  if (form == GuideForm::kMan) return ManText(intro.In(language));
  return {};
}

std::string GuideTail(GuideForm form) { return form == GuideForm::kZsh ? "        && return 0\n" : std::string(); }

}  // namespace wsload
