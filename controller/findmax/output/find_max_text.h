// What `wsload find-max` says to people.
#pragma once

#include <string>

#include "common/util/language.h"
#include "controller/findmax/find_max_result.h"

namespace wsload {

/// One line without its end: what trial `number` gave.
std::string FindMaxProgress(Language language, FindVariable variable, int number, const FindMaxTrial& trial);

/// One line: the answer alone.
std::string FindMaxLine(Language language, const FindMaxResult& result);

/// The answer, what stands with it, and a table of all trials.
std::string FindMaxSummary(Language language, const FindMaxResult& result);

/// The same in Markdown.
std::string FindMaxMarkdown(Language language, const FindMaxResult& result);

}  // namespace wsload
