// Printing that knows what it lost.
#pragma once

#include <cstdint>
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

/// What `stream` has taken so far, in bytes: how a reader gets on. Any thread.
int64_t TakenBy(FILE* stream);

/// The reader of `stream` is not waited for any longer: what was printed and not taken is lost, and what is printed
/// from here on as well. `line` says so on stderr, if that takes it at once. Any thread, also beside a Print() that is
/// stuck.
void GiveUpPrinting(FILE* stream, std::string_view line);

/// The last call of main(): closes stdout and stderr, as some file systems only then say that they had no room. Answers
/// `code`, or 1 when something that was printed is lost.
int ExitCodeAfterPrinting(int code);

}  // namespace wsload
