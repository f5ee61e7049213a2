// Printing that knows what it lost.
#pragma once

#include <cstdio>
#include <string_view>

namespace wsload {

/// At the beginning of main(): a stdout or stderr that was closed fails as such, and is not taken by the first file or
/// socket that is opened. That SIGPIPE and SIGXFSZ end nobody is the program's own affair.
void PreparePrinting();

/// Writes all of `text` to stdout or stderr, at once, and waits for a reader that is slow. The first time that a stream
/// cannot take it, one line on stderr says why; ExitCodeAfterPrinting() remembers it. A terminal that was hung up loses
/// nothing, as nobody is there. Any thread.
void Print(FILE* stream, std::string_view text);

/// The last call of main(): closes stdout and stderr, as some file systems only then say that they had no room. Answers
/// `code`, or 1 when something that was printed is lost.
int ExitCodeAfterPrinting(int code);

}  // namespace wsload
