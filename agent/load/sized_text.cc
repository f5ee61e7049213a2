#include "agent/load/sized_text.h"

#include <algorithm>

namespace wsload {
namespace {

constexpr size_t kBehind = MessageCodec::TextFrame::kMostTailBytes;

char Letter(size_t place) { return static_cast<char>('a' + place % 26); }

}  // namespace

SizedText::SizedText(const MessageSizes& sizes, uint64_t seed, const MessageCodec* codec)
    : sizes_(sizes),
      seed_(seed),
      codec_(codec),
      buffer_(kBefore + static_cast<size_t>(sizes.largest()) + kBehind, ' ') {
  for (size_t place = 0; kBefore + place < buffer_.size(); ++place) buffer_[kBefore + place] = Letter(place);
}

void SizedText::Frame(int64_t bytes) {
  char* const text = this->text();
  // The letters where the last one's end was.
  for (size_t i = 0; bytes_ >= 0 && i < kBehind; ++i) {
    const size_t place = static_cast<size_t>(bytes_) + i;
    text[place] = Letter(place);
  }
  bytes_ = bytes;
  const auto size = static_cast<size_t>(bytes);
  const MessageCodec::TextFrame frame = codec_ == nullptr ? MessageCodec::TextFrame() : codec_->FrameOf(size);
  std::copy_n(frame.head.begin(), frame.head_bytes, text - frame.head_bytes);
  std::copy(frame.tail.begin(), frame.tail.end(), text + size);
  begin_ = kBefore - frame.head_bytes;
  length_ = frame.head_bytes + size + frame.tail.size();
}

}  // namespace wsload
