#include "tests/gateway/message_deflate.h"

#include <algorithm>
#include <new>

namespace wsload::gateway {
namespace {

constexpr int kRawWindowBits = -15;
constexpr std::string_view kSyncTail("\x00\x00\xff\xff", 4);

Bytef* AsBytes(const char* data) { return reinterpret_cast<Bytef*>(const_cast<char*>(data)); }

}  // namespace

MessageDeflater::MessageDeflater(int level) {
  if (deflateInit2(&stream_, level, Z_DEFLATED, kRawWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
}

MessageDeflater::~MessageDeflater() { deflateEnd(&stream_); }

void MessageDeflater::Compress(std::string_view message, std::string& out) {
  deflateReset(&stream_);
  // deflateBound() leaves out the flush: 5 bytes for its empty block, rounded up.
  out.resize(deflateBound(&stream_, message.size()) + 16);
  stream_.next_in = AsBytes(message.data());
  stream_.avail_in = static_cast<uInt>(message.size());
  stream_.next_out = AsBytes(out.data());
  stream_.avail_out = static_cast<uInt>(out.size());
  deflate(&stream_, Z_SYNC_FLUSH);
  out.erase(out.size() - stream_.avail_out);
  if (out.ends_with(kSyncTail)) out.resize(out.size() - kSyncTail.size());
  // An empty message flushes to nothing; one empty stored block, its tail cut, stands for it (RFC 7692
  // section 7.2.3.6).
  if (out.empty()) out.push_back('\0');
}

MessageInflater::MessageInflater() {
  if (inflateInit2(&stream_, kRawWindowBits) != Z_OK) throw std::bad_alloc();
}

MessageInflater::~MessageInflater() { inflateEnd(&stream_); }

MessageInflater::Result MessageInflater::Feed(std::string_view input, size_t max_size, std::string& out, size_t& size) {
  stream_.next_in = AsBytes(input.data());
  stream_.avail_in = static_cast<uInt>(input.size());
  do {
    if (size == out.size()) out.resize(std::max<size_t>(1024, std::min(out.size() * 2, max_size + 1)));
    stream_.next_out = AsBytes(out.data() + size);
    stream_.avail_out = static_cast<uInt>(out.size() - size);
    const int result = inflate(&stream_, Z_SYNC_FLUSH);
    size = out.size() - stream_.avail_out;
    if (size > max_size) return Result::kTooBig;
    if (result == Z_STREAM_END) {
      // A final block may end the deflate stream in mid-connection; the next message begins a new one.
      inflateReset(&stream_);
    } else if (result == Z_BUF_ERROR) {
      break;  // no more input to make output of
    } else if (result != Z_OK) {
      return Result::kBad;
    }
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return stream_.avail_in == 0 ? Result::kOk : Result::kBad;
}

MessageInflater::Result MessageInflater::Decompress(std::string_view payload, size_t max_size, std::string& out) {
  size_t size = 0;
  out.resize(std::max<size_t>(out.capacity(), 1024));
  Result result = Feed(payload, max_size, out, size);
  if (result == Result::kOk) result = Feed(kSyncTail, max_size, out, size);
  out.resize(size);
  return result;
}

}  // namespace wsload::gateway
