#include "common/lang/statement_status.h"

#include <limits>
#include <string>

#include "absl/strings/cord.h"
#include "common/lang/statement_proto.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

constexpr char kStatement[] = "wsload/statement";

}  // namespace

absl::Status StatementStatus(absl::StatusCode code, const Statement& statement) {
  absl::Status status = LocalStatus(code, StatementLines(statement));
  status.SetPayload(kStatement, absl::Cord(ToProto(statement).SerializeAsString()));
  return status;
}

std::optional<Statement> StatementOf(const absl::Status& status) {
  v1::Statement proto;
  const std::string payload = PayloadText(status, kStatement);
  if (payload.empty() || !proto.ParseFromString(payload)) return std::nullopt;
  return FromProto(proto, std::numeric_limits<size_t>::max());
}

}  // namespace wsload
