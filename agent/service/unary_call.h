// Calls with one message each way, seen from their first header on. gRPC shows a unary call only once its message is
// there: who opens such calls and sends no message would be neither counted nor asked for a token.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

namespace wsload {

/// Is made for a call of gRPC's generic service. OnDone() is the derived class' own.
template <typename Request, typename Response>
class UnaryCall : public grpc::ServerGenericBidiReactor {
 public:
  /// First call: waits for the message.
  void Begin() { StartRead(&bytes_); }

 protected:
  /// On one of gRPC's threads; Answer() or Finish() follows, from any thread.
  virtual void OnRequest(const Request& request) = 0;

  void Answer(const Response& response) {
    bool owned = false;
    grpc::Status made = grpc::SerializationTraits<Response>::Serialize(response, &bytes_, &owned);
    if (!made.ok()) return Finish(made);
    StartWriteAndFinish(&bytes_, grpc::WriteOptions(), grpc::Status::OK);
  }

 private:
  void OnReadDone(bool ok) final {
    Request request;
    if (!ok || !grpc::SerializationTraits<Request>::Deserialize(&bytes_, &request).ok()) {
      return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not one message of this method's"));
    }
    OnRequest(request);
  }

  grpc::ByteBuffer bytes_;
};

/// A call that ends before it has begun.
class RefusedUnaryCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusedUnaryCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace wsload
