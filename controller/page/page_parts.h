// The page as embed.py makes it at build time of this folder's files and dygraphs: one text with two gaps.
#pragma once

#include <string_view>

namespace wsload {

/// Content-Security-Policy of the page, by the hashes of its own scripts and style; without a connect-src.
extern const std::string_view kPagePolicy;
/// Up to the policy, in an attribute's double quotes.
extern const std::string_view kPageBeforePolicy;
/// From there to the data, one JSON document in an element of its own.
extern const std::string_view kPageBeforeData;
/// The rest.
extern const std::string_view kPageAfterData;

}  // namespace wsload
