# Writes OUT, which defines kCommit for SOURCE_DIR; leaves it alone when it says so already.
set(commit unknown)
find_program(git git)
# An archive that lies within some other repository is none of that one's commits.
if(git AND EXISTS ${SOURCE_DIR}/.git)
  execute_process(COMMAND ${git} describe --always --dirty --abbrev=12 WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND described MATCHES "^[-.0-9A-Za-z]+$")
    set(commit ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
#include "common/version.h"

namespace wsload {
const char kCommit[] = "@commit@";
}  // namespace wsload
]])
