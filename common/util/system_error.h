// What the operating system says when it refuses something.
#pragma once

#include "common/util/local_text.h"

namespace wsload {

/// An errno in words; those that files, sockets and processes come across also in Chinese.
LocalString SystemErrorLines(int error);

}  // namespace wsload
