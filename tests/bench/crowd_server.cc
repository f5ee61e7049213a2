#include "tests/bench/crowd_server.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <map>
#include <memory>
#include <vector>

#include "agent/service/run_stream.h"
#include "agent/session/run_slot.h"
#include "common/loop/asio_event_loop.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload::bench {
namespace {

class CrowdService final : public v1::Agent::CallbackService {
 public:
  CrowdService(AsioEventLoop& loop, const SyntheticLoad& load) : loop_(loop) {
    config_.name = "synthetic";
    config_.engine_factory = NewSyntheticEngineFactory(loop, load);
  }

 private:
  grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage>* Run(grpc::CallbackServerContext* context) override {
    auto* stream = new RunStream(loop_, context, [this](RunStream* ended) {
      slots_.erase(ended);
      delete ended;
    });
    loop_.Post([this, stream] {
      AgentConfig config = config_;
      // Every stream is an agent of its own.
      config.slot = (slots_[stream] = std::make_unique<RunSlot>(SystemClock())).get();
      stream->Begin(config);
    });
    return stream;
  }

  AsioEventLoop& loop_;
  AgentConfig config_;
  std::map<const RunStream*, std::unique_ptr<RunSlot>> slots_;
};

}  // namespace

int ServeCrowd(int agents, const SyntheticLoad::Shape& shape) {
  // Nobody reads what the agents would log.
  spdlog::set_level(spdlog::level::off);
  const SyntheticLoad load(shape);
  AsioEventLoop loop;
  CrowdService service(loop, load);
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  std::vector<int> ports(static_cast<size_t>(agents), 0);
  for (int& port : ports) builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  for (const int port : ports) std::printf("%d ", port);
  std::printf("\n");
  std::fflush(stdout);
  loop.Run();
  return 0;
}

}  // namespace wsload::bench
