// A program's flags as shells and man want them.
#pragma once

#include <string>
#include <string_view>

#include "common/flags/flag_set.h"
#include "common/util/language.h"

namespace wsload {

/// Which one the flag "guide-bash" or its like asks for; kNone: it is none of them. No help lists them: they are of
/// programs for themselves.
GuideForm GuideOf(std::string_view name);

/// One flag of a command, in `form`: a line or more of the script or page that PrintGuide() puts together. `language`
/// is that of the help. Empty for GuideForm::kNone.
std::string GuideOfFlag(const FlagSpec& spec, GuideForm form, std::string_view program, Language language);

/// What stands before, between and behind the flags of a command.
std::string GuideHead(GuideForm form, const LocalText& intro, Language language);
std::string GuideTail(GuideForm form);

/// `text` for a man page: roff takes nothing in it for a command.
std::string Roff(std::string_view text);

/// What the help says of a flag, with its default.
std::string HelpLine(const FlagSpec& spec, Language language);

}  // namespace wsload
