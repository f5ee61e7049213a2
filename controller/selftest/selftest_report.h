// What `wsload selftest` prints.
#pragma once

#include <string>

#include "controller/reporters/messages.h"
#include "controller/selftest/selftest_result.h"

namespace wsload {

/// One line without its end: what the run at this rate gave.
std::string SelftestProgress(Language language, const SelftestRun& run);

std::string SelftestReport(Language language, const SelftestResult& result);

/// Schema wsload.selftest/1, in the style of result.json.
std::string SelftestJson(const SelftestResult& result);

}  // namespace wsload
