#include "agent/websocket/frame_processor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/websocket/connection.h"
#include "agent/websocket/hybi.h"
#include "common/util/scratch.h"

namespace wsload {
namespace {

namespace wspp = websocketpp;
namespace frame = websocketpp::frame;
using wspp::processor::error::make_error_code;

constexpr size_t kMaxHeader = frame::BASIC_HEADER_LENGTH + frame::MAX_EXTENDED_HEADER_LENGTH;
// Of a compressed message, in one step: it may inflate to a thousand times as much.
constexpr size_t kCompressedStep = 512;

bool ValidUtf8(std::string_view text) {
  wspp::utf8_validator::validator validator;
  return validator.decode(text.begin(), text.end()) && validator.complete();
}

// Eight bytes a step; the compiler makes vectors of it.
void Mask(const char* from, uint8_t* to, size_t size, uint32_t key) {
  uint64_t key64 = key;
  key64 |= key64 << 32;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, from + i, 8);
    word ^= key64;
    std::memcpy(to + i, &word, 8);
  }
  uint8_t key_bytes[4];
  std::memcpy(key_bytes, &key, 4);
  for (; i < size; ++i) to[i] = static_cast<uint8_t>(from[i]) ^ key_bytes[i % 4];
}

FrameError ToFrameError(const std::error_code& error) {
  namespace codes = wspp::processor::error;
  if (error == make_error_code(codes::message_too_big)) return {1009, "message_too_big", "message over the size limit"};
  if (error == make_error_code(codes::invalid_utf8)) return {1007, "bad_utf8", "text message that is not UTF-8"};
  if (error == make_error_code(codes::invalid_payload)) return {1007, "bad_compression", "corrupt compressed message"};
  return {1002, "protocol_error", error.message()};
}

// A whole unfragmented, uncompressed data frame at the start of `bytes`: nearly every frame there is. Its payload is
// handed on where it lies. Everything else, errors included, is left to websocketpp's processor.
std::optional<std::string_view> WholeDataFrame(std::span<const uint8_t> bytes, size_t max_message_bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const frame::basic_header basic(bytes[0], bytes[1]);
  const frame::opcode::value opcode = frame::get_opcode(basic);
  if (!frame::get_fin(basic) || frame::get_rsv1(basic) || frame::get_rsv2(basic) || frame::get_rsv3(basic) ||
      frame::get_masked(basic) || (opcode != frame::opcode::BINARY && opcode != frame::opcode::TEXT)) {
    return std::nullopt;
  }
  size_t header_size = 2;
  size_t size = frame::get_basic_size(basic);
  if (size == frame::payload_size_code_16bit) {
    header_size = 4;
    if (bytes.size() < header_size) return std::nullopt;
    size = static_cast<size_t>(bytes[2]) << 8 | bytes[3];
    if (size <= frame::limits::payload_size_basic) return std::nullopt;
  } else if (size == frame::payload_size_code_64bit) {
    return std::nullopt;
  }
  if (size > max_message_bytes || bytes.size() - header_size < size) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + header_size, size);
}

}  // namespace

FrameContext::FrameContext(std::shared_ptr<MemoryBudget> budget)
    : memory_(std::move(budget)), messages_(std::make_unique<hybi::MessagePool>()) {
  // websocketpp finds out the byte order with its first call, unguarded; here no other thread can be in it.
  [[maybe_unused]] static const uint64_t byte_order_known = wspp::lib::net::_htonll(1);
}
FrameContext::~FrameContext() = default;

uint8_t* FrameContext::Scratch(size_t size) {
  if (size > scratch_size_ || (scratch_size_ > kMaxKeptScratchBytes && size <= kMaxKeptScratchBytes)) {
    scratch_size_ = std::max<size_t>(size, 64 << 10);
    scratch_ = std::make_unique_for_overwrite<uint8_t[]>(scratch_size_);
  }
  return scratch_.get();
}

Deflater& FrameContext::SharedDeflater(uint8_t window_bits) {
  std::unique_ptr<Deflater>& deflater = deflaters_[window_bits];
  if (deflater == nullptr) deflater = std::make_unique<Deflater>(window_bits, Deflater::Context::kNone);
  return *deflater;
}

/// websocketpp's processor with what it lets pass: a length of 2^63 and more, RSV1 on a continuation (RFC 7692 6.1),
/// and text that ends within a character when the message was fragmented. Both show between two of its states, so it is
/// given no more bytes at a time than its state asks for.
struct FrameProcessor::Slow {
  class Hybi final : public wspp::processor::hybi13<hybi::Config> {
   public:
    Hybi(hybi::MessagePool& pool, hybi::Config::rng_type& rng) : hybi13(false, false, &pool, rng) {}

    hybi::PermessageDeflate& deflate() { return m_permessage_deflate; }

    bool AtMessageBoundary() const {
      return m_state == HEADER_BASIC && m_bytes_needed == frame::BASIC_HEADER_LENGTH && !m_data_msg.msg_ptr;
    }

    /// Of the data message that has begun; 0: none has.
    size_t BytesHeld() const { return m_data_msg.msg_ptr ? m_data_msg.msg_ptr->get_raw_payload().size() : 0; }

    bool InCompressed() const {
      return m_state == APPLICATION && m_current_msg == &m_data_msg && m_data_msg.msg_ptr->get_compressed();
    }

    std::error_code CheckHeader() const {
      if (m_state == HEADER_BASIC) return {};
      if (frame::get_rsv1(m_basic_header) && frame::get_opcode(m_basic_header) == frame::opcode::CONTINUATION) {
        return make_error_code(wspp::processor::error::invalid_rsv_bit);
      }
      if (m_state == APPLICATION && m_bytes_needed > get_max_message_size()) {
        return make_error_code(wspp::processor::error::message_too_big);
      }
      return {};
    }

    std::error_code CheckMessage() const {
      if (m_current_msg == &m_data_msg && m_data_msg.msg_ptr->get_opcode() == frame::opcode::TEXT &&
          !ValidUtf8(m_data_msg.msg_ptr->get_raw_payload())) {
        return make_error_code(wspp::processor::error::invalid_utf8);
      }
      return {};
    }
  };

  explicit Slow(FrameContext& context)
      : rng{context.random_}, processor(*context.messages_, rng), held(context.memory_) {}

  hybi::Config::rng_type rng;
  Hybi processor;
  HeldMemory held;  ///< by the message that has begun
};

FrameProcessor::FrameProcessor(FrameContext& context, size_t max_message_bytes, const DeflateParams& deflate)
    : context_(context), max_message_bytes_(max_message_bytes), deflate_(deflate) {}

FrameProcessor::~FrameProcessor() = default;

std::optional<FrameError> FrameProcessor::Feed(std::span<const uint8_t>& bytes, FrameEvents& events) {
  Feeding next = Feeding::kGoOn;
  while (!bytes.empty() && next == Feeding::kGoOn) {
    if (slow_ == nullptr || slow_->processor.AtMessageBoundary()) {
      if (const std::optional<std::string_view> payload = WholeDataFrame(bytes, max_message_bytes_)) {
        const bool binary = (bytes[0] & 0x0f) == static_cast<uint8_t>(Opcode::kBinary);
        if (!binary && !ValidUtf8(*payload)) {
          return ToFrameError(make_error_code(wspp::processor::error::invalid_utf8));
        }
        bytes = bytes.subspan(static_cast<size_t>(payload->data() - reinterpret_cast<const char*>(bytes.data())) +
                              payload->size());
        next = events.OnData(*payload, binary);
        continue;
      }
    }
    if (std::optional<FrameError> error = FeedSlowly(bytes, events, &next)) return error;
  }
  return std::nullopt;
}

std::optional<FrameError> FrameProcessor::FeedSlowly(std::span<const uint8_t>& bytes, FrameEvents& events,
                                                     Feeding* next) {
  if (slow_ == nullptr) {
    slow_ = std::make_unique<Slow>(context_);
    slow_->processor.set_max_message_size(max_message_bytes_);
    slow_->processor.deflate().set_params(deflate_, max_message_bytes_);
  }
  Slow::Hybi& processor = slow_->processor;
  std::error_code error;
  size_t step = std::min(bytes.size(), processor.get_bytes_needed());
  if (processor.InCompressed()) step = std::min(step, kCompressedStep);
  const size_t held_before = processor.BytesHeld();
  // consume() unmasks in place, but a client's processor refuses masked frames: the bytes stay as they are.
  const size_t used = processor.consume(const_cast<uint8_t*>(bytes.data()), step, error);
  if (!error) error = processor.CheckHeader();
  if (error) return ToFrameError(error);
  bytes = bytes.subspan(used);
  if (!processor.ready()) {
    const size_t held = processor.BytesHeld();
    if (!slow_->held.Resize(held)) {
      slow_.reset();  // and the message with it: others wait for the memory
      return FrameError{1009, "message_too_big", "no memory is left for all the messages that have begun"};
    }
    *next = events.OnPart(std::max(used, held - std::min(held, held_before)));
    return std::nullopt;
  }

  if ((error = processor.CheckMessage())) return ToFrameError(error);
  hybi::Message::ptr message = processor.get_message();
  std::string& payload = message->get_raw_payload();
  const frame::opcode::value opcode = message->get_opcode();
  if (frame::opcode::is_control(opcode)) {
    *next = events.OnControl(static_cast<Opcode>(opcode), payload);
    return std::nullopt;
  }
  if (message->get_compressed()) processor.deflate().EndMessage();
  slow_->held.Resize(0);
  payload.reserve(payload.size() + Connection::kReadPadding);
  *next = events.OnData(payload, opcode == frame::opcode::BINARY);
  return std::nullopt;
}

std::string_view FrameProcessor::DataFrame(std::string_view payload, Opcode opcode) {
  std::string_view compressed;
  if (deflate_.enabled && Compress(payload, &compressed)) {
    return BuildFrame(static_cast<uint8_t>(opcode), compressed, true);
  }
  return BuildFrame(static_cast<uint8_t>(opcode), payload, false);
}

bool FrameProcessor::Compress(std::string_view payload, std::string_view* compressed) {
  if (deflate_.client_window_bits < Deflater::kMinWindowBits) return false;
  if (context_.deflated_.size() > kMaxKeptScratchBytes && payload.size() <= kMaxKeptScratchBytes) {
    context_.deflated_ = std::string();
  }
  if (deflate_.client_no_context_takeover) {
    return context_.SharedDeflater(deflate_.client_window_bits).Compress(payload, context_.deflated_, compressed);
  }
  if (deflater_ == nullptr) {
    deflater_ = std::make_unique<Deflater>(std::min(deflate_.context_window_bits, deflate_.client_window_bits),
                                           Deflater::Context::kKept);
  }
  return deflater_->Compress(payload, context_.deflated_, compressed);
}

std::string_view FrameProcessor::ControlFrame(Opcode opcode, std::string_view payload) {
  return BuildFrame(static_cast<uint8_t>(opcode), payload.substr(0, frame::limits::payload_size_basic), false);
}

std::string_view FrameProcessor::BuildFrame(uint8_t opcode, std::string_view payload, bool compressed) {
  const uint32_t key = context_.random_.Next32();
  const frame::basic_header basic(static_cast<frame::opcode::value>(opcode), payload.size(), true, true, compressed);
  const frame::extended_header extended(payload.size(), key);
  const size_t header_size = frame::get_header_len(basic);
  uint8_t* out = context_.Scratch(kMaxHeader + payload.size());
  out[0] = basic.b0;
  out[1] = basic.b1;
  std::memcpy(out + 2, extended.bytes, header_size - 2);
  Mask(payload.data(), out + header_size, payload.size(), key);
  return {reinterpret_cast<const char*>(out), header_size + payload.size()};
}

std::optional<ClosePayload> ParseClosePayload(std::string_view payload) {
  if (payload.empty()) return ClosePayload{};
  if (payload.size() == 1) return std::nullopt;
  const auto code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
  if (wspp::close::status::invalid(code) || wspp::close::status::reserved(code)) return std::nullopt;
  const std::string_view reason = payload.substr(2);
  if (!ValidUtf8(reason)) return std::nullopt;
  return ClosePayload{code, reason};
}

std::string MakeClosePayload(uint16_t code, std::string_view reason) {
  if (code == wspp::close::status::no_status) return {};
  if (wspp::close::status::invalid(code) || wspp::close::status::reserved(code)) code = 1000;
  constexpr size_t kMaxReason = frame::limits::payload_size_basic - 2;
  size_t size = std::min(reason.size(), kMaxReason);
  while (size < reason.size() && size > 0 && (static_cast<uint8_t>(reason[size]) & 0xc0) == 0x80) --size;
  std::string payload;
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code & 0xff));
  payload.append(reason.substr(0, size));
  return payload;
}

}  // namespace wsload
