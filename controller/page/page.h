// The report and the live page: one self-contained HTML file that loads nothing, with its data inside.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/util/language.h"

namespace wsload {

/// The report of a result: `result_json` is a whole result.json, whoever wrote it. Opens in `language`, and has both.
/// Whatever stands in the result, none of it is ever read as HTML or script. kInvalidArgument: one line about the text
/// alone.
/// `find_max`: an object of find_max.json, of whose trials the result is one; empty: none.
absl::StatusOr<std::string> ReportHtml(std::string_view result_json, Language language, std::string_view find_max = {});

/// The report of a run that goes on, as far as it is known: `so_far` is an object of result.json's members, and of
/// `run`, what RunJson() says.
std::string UnfinishedReportHtml(std::string_view so_far, Language language);

/// The page of a run that goes on. `stop_secret` is what POST /stop asks for.
std::string LivePageHtml(Language language, std::string_view stop_secret);

/// What a server says of that page in its header Content-Security-Policy.
std::string LivePagePolicy();

/// `json` with other spellings of what means something to HTML or to JavaScript, so that it may stand inside an element
/// script; as JSON it is the same.
std::string JsonInHtml(std::string_view json);

}  // namespace wsload
