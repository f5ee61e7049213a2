// `completion bash|zsh|fish` and `man` of a program: put together from the flags of its commands.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/local_text.h"

namespace wsload {

/// A command of a program.
struct GuidedCommand {
  std::string name;
  /// Runs it with these arguments; it prints FlagSet::Answer() to stdout.
  std::function<int(const std::vector<std::string>& args)> run;
  bool is_default = false;  ///< what the program does when it is given no command
};

/// What a program is, as far as its guides need it.
struct GuidedProgram {
  std::string name;
  std::vector<GuidedCommand> commands;     ///< the default one first
  std::vector<std::string> other_words;    ///< commands without flags: "version", ...
  Language language = Language::kEnglish;  ///< of the line about what is wrong
};

/// Where `args` (without the program's name) begin with "completion" or "man": prints what they ask for, or one line
/// about what is wrong with them, and answers the exit code.
std::optional<int> AnswerGuide(const GuidedProgram& program, const std::vector<std::string>& args);

}  // namespace wsload
