// What `wsload selftest` prints.
#pragma once

#include <string>

#include "controller/output/messages.h"
#include "controller/search/selftest_result.h"

namespace wsload {

/// One line without its end: what the run at this rate gave.
std::string SelftestProgress(Language language, const SelftestRun& run);

std::string SelftestReport(Language language, const SelftestResult& result);

/// Schema wsload.selftest/1, in the style of result.json.
std::string SelftestJson(const SelftestResult& result);

}  // namespace wsload
