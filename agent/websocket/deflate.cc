#include "agent/websocket/deflate.h"

#include <algorithm>
#include <array>

#include "common/plan/compression.h"

namespace wsload {
namespace {

constexpr int kDefaultMemLevel = 8;
constexpr size_t kInflateStep = 16 << 10;

}  // namespace

Deflater::Deflater(uint8_t window_bits, Context context) : context_(context) {
  const int mem_level = context == Context::kKept ? kContextMemLevel : kDefaultMemLevel;
  ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -static_cast<int>(window_bits), mem_level,
                        Z_DEFAULT_STRATEGY) == Z_OK;
}

Deflater::~Deflater() {
  if (ready_) deflateEnd(&stream_);
}

bool Deflater::Compress(std::string_view message, std::string& out, std::string_view* compressed) {
  if (!ready_ || (context_ == Context::kNone && deflateReset(&stream_) != Z_OK)) return false;
  size_t size = 0;
  if (!Run(message, out, &size)) {
    // The peer gets none of this, so that nothing may refer to it.
    deflateReset(&stream_);
    return false;
  }
  *compressed = std::string_view(out).substr(0, size);
  return true;
}

bool Deflater::Run(std::string_view message, std::string& out, size_t* size) {
  // The flush adds a byte or two of block header and the five bytes of an empty block to the bound.
  const size_t bound = deflateBound(&stream_, message.size()) + 16;
  if (out.size() < bound) out.resize(bound);
  if (message.empty()) {
    // 7.2.3.6: zlib writes nothing for nothing; an empty message is one empty block.
    out[0] = 0;
    *size = 1;
    return true;
  }
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_.avail_in = static_cast<uInt>(message.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_in != 0 || stream_.avail_out == 0) return false;
  const size_t written = out.size() - stream_.avail_out;
  if (written < 4) return false;
  *size = written - 4;
  return true;
}

Inflater::Inflater() {
  // The largest window reads what any smaller one has written; zlib allocates it with the first message.
  ready_ = inflateInit2(&stream_, -15) == Z_OK;
}

Inflater::~Inflater() {
  if (ready_) inflateEnd(&stream_);
}

Inflater::Result Inflater::Append(const uint8_t* data, size_t size, size_t max_bytes, std::string& out) {
  if (!ready_) return Result::kCorrupt;
  std::array<char, kInflateStep> step;
  stream_.next_in = const_cast<Bytef*>(data);
  stream_.avail_in = static_cast<uInt>(size);
  for (;;) {
    stream_.next_out = reinterpret_cast<Bytef*>(step.data());
    // One byte more than may be: what is wrong is then found at the same place however the input is split.
    const size_t room = std::min(step.size(), max_bytes - std::min(out.size(), max_bytes) + 1);
    stream_.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Result::kCorrupt;
    out.append(step.data(), room - stream_.avail_out);
    if (out.size() > max_bytes) return Result::kTooBig;
    if (status == Z_STREAM_END) {
      if (!ContinueAfterFinalBlock()) return Result::kCorrupt;
      if (stream_.avail_in == 0) return Result::kOk;
    } else if (stream_.avail_out != 0) {
      return Result::kOk;  // all input is used up
    }
  }
}

// 7.2.3.4: a message may end its stream with a final block, and the next one still refers to the same window. A server
// may make every second byte such an end, so that copying the window out and in again would be too dear.
bool Inflater::ContinueAfterFinalBlock() { return inflateResetKeep(&stream_) == Z_OK; }

void Inflater::Reset() {
  if (ready_) inflateReset(&stream_);
}

}  // namespace wsload
