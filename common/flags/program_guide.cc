#include "common/flags/program_guide.h"

#include <algorithm>

#include "common/exit_code.h"
#include "common/flags/flag_guide.h"
#include "common/util/choice.h"
#include "common/util/local_error.h"
#include "common/util/print.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {

enum class Shell { kBash, kZsh, kFish };

template <>
inline constexpr std::array kChoices<Shell> = {Choice{Shell::kBash, "bash"}, Choice{Shell::kZsh, "zsh"},
                                               Choice{Shell::kFish, "fish"}};

namespace {

using Arguments = std::vector<std::string>;

constexpr std::string_view kCompletion = "completion";
constexpr std::string_view kMan = "man";

/// As part of a shell function's name.
std::string Identifier(std::string_view program) {
  std::string name(program);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// All that may stand first, but flags.
std::string Words(const GuidedProgram& program) {
  Arguments words;
  for (const GuidedCommand& command : program.commands) {
    if (!command.name.empty()) words.push_back(command.name);
  }
  words.insert(words.end(), program.other_words.begin(), program.other_words.end());
  words.insert(words.end(), {"version", "help", std::string(kCompletion), std::string(kMan)});
  return fmt::format("{}", fmt::join(words, " "));
}

std::string CommandNames(const GuidedProgram& program, std::string_view separator) {
  Arguments names;
  for (const GuidedCommand& command : program.commands) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  return fmt::format("{}", fmt::join(names, separator));
}

/// Every command's flags as the arms of a `case`; the default's is the last one, for all other words.
void PrintArms(const GuidedProgram& program, const std::string& form) {
  for (auto command = program.commands.rbegin(); command != program.commands.rend(); ++command) {
    Print(stdout, fmt::format("    {})\n", command->is_default ? "*" : command->name));
    command->run({form});
    Print(stdout, "      ;;\n");
  }
}

void PrintBash(const GuidedProgram& program) {
  const std::string function = Identifier(program.name);
  Print(stdout, fmt::format(R"(# bash completion of {0}
_{1}() {{
  # bash takes -name=value apart: "-name", "=", "value".
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} flag="" flags="" values=""
  if [[ $word == "=" ]]; then
    flag=$before word=""
  elif [[ $before == "=" ]]; then
    flag=${{COMP_WORDS[COMP_CWORD - 2]}}
  elif [[ $before == -* && $word != -* ]]; then
    flag=$before
  fi
  flag=${{flag#-}} flag=${{flag#-}}
  case ${{COMP_WORDS[1]}} in
)",
                            program.name, function));
  PrintArms(program, "-guide-bash");
  Print(stdout, fmt::format(R"(  esac
  COMPREPLY=()
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [[ -n $flag && " $flags" == *" -$flag="* ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "${{word/#--/-}}"))
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace 2>/dev/null
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "{2}" -- "$word"))
  elif [[ ${{COMP_WORDS[1]}} == completion ]]; then
    COMPREPLY=($(compgen -W "bash zsh fish" -- "$word"))
  fi
}}
complete -F _{1} {0}
)",
                            program.name, function, Words(program)));
}

void PrintZsh(const GuidedProgram& program) {
  const std::string function = Identifier(program.name);
  Print(stdout, fmt::format(R"(#compdef {0}
_{1}() {{
  local command=$words[2]
  if (( CURRENT == 2 )) && [[ $command != -* ]]; then
    compadd -- {2}
    return
  fi
  if [[ $command == completion ]]; then
    compadd -- bash zsh fish
    return
  fi
  if [[ -n $command && " {2} " == *" $command "* ]]; then
    shift words
    (( CURRENT-- ))
  fi
  case $command in
)",
                            program.name, function, Words(program)));
  PrintArms(program, "-guide-zsh");
  Print(stdout, fmt::format(R"(  esac
}}
# Loaded by its name it is called at once; read by "source" it says what it completes.
if [[ "${{funcstack[1]}}" == "_{1}" ]]; then
  _{1} "$@"
elif (( $+functions[compdef] )); then
  compdef _{1} {0}
fi
)",
                            program.name, function));
}

void PrintFish(const GuidedProgram& program) {
  Print(stdout, fmt::format("# fish completion of {0}\ncomplete -c {0} -n __fish_use_subcommand -f -a '{1}'\n"
                            "complete -c {0} -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n",
                            program.name, Words(program)));
  for (const GuidedCommand& command : program.commands) {
    std::string others = CommandNames(program, " ");
    if (command.is_default) {
      // Its own name may stand there or not.
      if (!command.name.empty()) others.erase(0, command.name.size());
      others += " completion man version help";
      Print(stdout, fmt::format("set -l when 'not __fish_seen_subcommand_from {}'\n", others));
    } else {
      Print(stdout, fmt::format("set -l when '__fish_seen_subcommand_from {}'\n", command.name));
    }
    command.run({"-guide-fish"});
  }
}

void PrintMan(const GuidedProgram& program, const Arguments& rest, Language language) {
  const bool chinese = language == Language::kChinese;
  const auto run = [&rest](const GuidedCommand& command) {
    Arguments args = {"-guide-man"};
    args.insert(args.end(), rest.begin(), rest.end());
    command.run(args);
  };
  std::string words = Words(program);
  std::replace(words.begin(), words.end(), ' ', '|');
  Print(stdout,
        fmt::format(".\\\" made by {0} man\n.TH {1} 1 \"\" \"{0} {2}\" \"{3}\"\n.SH {4}\n{5} \\- {6}\n.SH {7}\n",
                    program.name, AsciiUpper(program.name), kVersion, chinese ? "用户命令" : "User Commands",
                    chinese ? "名称" : "NAME", Roff(program.name),
                    chinese ? "WebSocket 分布式压测" : "distributed WebSocket load generation",
                    chinese ? "概要" : "SYNOPSIS"));
  Print(stdout, fmt::format(".B {}\n[{}]\n[\\-\\fINAME\\fR=\\fIVALUE\\fR ...]\n", Roff(program.name), Roff(words)));
  for (const GuidedCommand& command : program.commands) {
    Print(stdout, command.is_default
                      ? fmt::format(".SH {}\n", chinese ? "说明" : "DESCRIPTION")
                      : fmt::format(".SH \"{} {}\"\n", AsciiUpper(program.name), Roff(AsciiUpper(command.name))));
    run(command);
  }
  Print(stdout, fmt::format(".SH {}\n.BR wsload (1),\n.BR wsload-agent (1),\n.BR wsload-gateway (1);\n"
                            "/usr/share/doc/wsload\n",
                            chinese ? "参见" : "SEE ALSO"));
}

int Fail(const GuidedProgram& program, const LocalString& line) {
  Print(stderr, fmt::format("{}: {}\n", program.name, line.In(program.language)));
  return static_cast<int>(ExitCode::kBadFlags);
}

}  // namespace

std::optional<int> AnswerGuide(const GuidedProgram& program, const Arguments& args) {
  if (args.empty()) return std::nullopt;
  Arguments rest(args.begin() + 1, args.end());
  if (args.front() == kMan) {
    FlagSet flags(program.name, "WSLOAD");
    rest.insert(rest.begin(), "-guide-man");
    if (const absl::Status status = flags.Parse(rest, {}); !status.ok()) return Fail(program, ErrorLines(status));
    rest.erase(rest.begin());
    PrintMan(program, rest, flags.help_language());
    return 0;
  }
  if (args.front() != kCompletion) return std::nullopt;
  const absl::StatusOr<Shell> shell = ParseChoice<Shell>(rest.empty() ? "" : rest.front());
  if (!shell.ok() || rest.size() > 1) {
    return Fail(program,
                FillLocal({"completion: {}; for example {} completion bash", "completion：{}；例如 {} completion bash"},
                          WantOneOf<Shell>(), program.name));
  }
  switch (*shell) {
    case Shell::kBash:
      PrintBash(program);
      break;
    case Shell::kZsh:
      PrintZsh(program);
      break;
    case Shell::kFish:
      PrintFish(program);
      break;
  }
  return 0;
}

}  // namespace wsload
