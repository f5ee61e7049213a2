// compare.html: a comparison as one file that needs nothing else, in both languages.
#pragma once

#include <string>

#include "common/util/language.h"
#include "controller/compare/comparison.h"

namespace wsload {

/// `language` is shown first; a switch shows the other one.
std::string CompareHtml(Language language, const Comparison& comparison);

}  // namespace wsload
