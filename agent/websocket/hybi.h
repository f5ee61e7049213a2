// websocketpp's protocol processor for RFC 6455 (processors/hybi13.hpp),
// configured for this client. Only frame_processor.cc and client_handshake.cc
// include this file.
#pragma once

// websocketpp is a system header for the compiler, but warnings in its
// templates are reported where they are instantiated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define _WEBSOCKETPP_CPP11_STL_
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/processors/hybi13.hpp>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "agent/websocket/deflate.h"
#include "agent/websocket/fast_random.h"

namespace wsload::hybi {

namespace wspp = websocketpp;
using WsppOpcode = wspp::frame::opcode::value;

class MessagePool;

/// The buffer of one incoming message; from the loop's pool and back to it.
class Message {
 public:
  /// Counted in the message itself: one thread, and nothing to allocate.
  class ptr {
   public:
    ptr() = default;
    explicit ptr(Message* message) : message_(message) { ++message_->references_; }
    ptr(const ptr& other) : message_(other.message_) {
      if (message_ != nullptr) ++message_->references_;
    }
    ptr(ptr&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    ptr& operator=(ptr other) noexcept {
      std::swap(message_, other.message_);
      return *this;
    }
    ~ptr() { reset(); }

    void reset() {
      if (message_ != nullptr && --message_->references_ == 0) message_->Recycle();
      message_ = nullptr;
    }
    Message* operator->() const { return message_; }
    explicit operator bool() const { return message_ != nullptr; }

   private:
    Message* message_ = nullptr;
  };

  explicit Message(MessagePool& pool) : pool_(pool) {}

  std::string& get_raw_payload() { return payload_; }
  WsppOpcode get_opcode() const { return opcode_; }
  bool get_compressed() const { return compressed_; }
  void set_compressed(bool compressed) { compressed_ = compressed; }

  // The rest of websocketpp's message concept, for frames that it prepares; ours are built by FrameProcessor.
  bool get_fin() const { return true; }
  void set_opcode(WsppOpcode opcode) { opcode_ = opcode; }
  void set_header(const std::string& header) { payload_.insert(0, header); }
  void set_prepared(bool) {}

 private:
  friend class MessagePool;
  void Recycle();

  MessagePool& pool_;
  int references_ = 0;
  WsppOpcode opcode_{};
  bool compressed_ = false;
  std::string payload_;
};

/// One per loop, so that no buffer belongs to an idle connection and none is allocated per message. It outlives the
/// messages. Plays websocketpp's message manager.
class MessagePool {
 public:
  using ptr = MessagePool*;

  /// `size` comes from a header whose payload may never follow, so it is reserved up to a bound only.
  Message::ptr get_message(WsppOpcode opcode, size_t size) {
    if (free_.empty()) free_.push_back(std::make_unique<Message>(*this));
    Message* message = free_.back().release();
    free_.pop_back();
    message->opcode_ = opcode;
    message->compressed_ = false;
    message->payload_.reserve(std::min(size + kPadding, kReserveBytes));
    return Message::ptr(message);
  }

 private:
  friend class Message;
  static constexpr size_t kPadding = 64;
  static constexpr size_t kReserveBytes = 64 << 10;
  static constexpr size_t kMaxKeptBytes = 256 << 10;
  static constexpr size_t kMaxFree = 32;

  void Take(std::unique_ptr<Message> message) {
    if (free_.size() >= kMaxFree) return;
    message->payload_.clear();
    if (message->payload_.capacity() > kMaxKeptBytes) message->payload_.shrink_to_fit();
    free_.push_back(std::move(message));
  }

  std::vector<std::unique_ptr<Message>> free_;
};

inline void Message::Recycle() { pool_.Take(std::unique_ptr<Message>(this)); }

/// permessage-deflate for websocketpp's processor: its own class allocates 300 KB with the handshake and inflates
/// without a bound.
class PermessageDeflate {
 public:
  /// What was agreed, and the largest message.
  void set_params(const DeflateParams& params, size_t max_message_bytes) {
    params_ = params;
    max_message_bytes_ = max_message_bytes;
  }

  // The negotiation is ReadDeflateAnswer()'s.
  bool is_implemented() const { return false; }
  bool is_enabled() const { return params_.enabled; }
  std::string generate_offer() const { return {}; }
  std::pair<std::error_code, std::string> negotiate(const wspp::http::attribute_list&) {
    return {wspp::processor::error::make_error_code(wspp::processor::error::extension_parse_error), {}};
  }
  std::error_code init(bool) { return {}; }

  std::error_code compress(const std::string&, std::string&) {
    return wspp::processor::error::make_error_code(wspp::processor::error::general);  // outgoing: see FrameProcessor
  }

  std::error_code decompress(const uint8_t* data, size_t size, std::string& out) {
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
    using wspp::processor::error::make_error_code;
    switch (inflater_->Append(data, size, max_message_bytes_, out)) {
      case Inflater::Result::kOk:
        return {};
      case Inflater::Result::kTooBig:
        return make_error_code(wspp::processor::error::message_too_big);
      case Inflater::Result::kCorrupt:
        break;
    }
    return make_error_code(wspp::processor::error::invalid_payload);
  }

  void EndMessage() {
    if (params_.server_no_context_takeover && inflater_ != nullptr) inflater_->Reset();
  }

 private:
  DeflateParams params_;
  size_t max_message_bytes_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

struct Config {
  using request_type = wspp::http::parser::request;
  using response_type = wspp::http::parser::response;
  using message_type = Message;
  using con_msg_manager_type = MessagePool;
  struct rng_type {
    FastRandom& random;
    uint32_t operator()() { return random.Next32(); }
  };
  using permessage_deflate_type = PermessageDeflate;
  static constexpr bool enable_extensions = true;
  static constexpr size_t max_message_size = 16 << 20;
};

}  // namespace wsload::hybi
