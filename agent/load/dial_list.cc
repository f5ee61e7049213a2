#include "agent/load/dial_list.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "common/util/check.h"
#include "common/util/int128.h"
#include "common/util/split_mix.h"

namespace wsload {
namespace {

using Lots = std::array<int64_t, DialList::kBlock>;

/// The slots of a block's `size` clients, drawn without putting back.
Lots DrawLots(int64_t block, int64_t size) {
  Lots lots{};
  std::iota(lots.begin(), lots.end(), 0);
  auto state = static_cast<uint64_t>(block);
  for (int64_t left = size; left > 1; --left) {
    // Every block has an order of its own.
    state += kSplitMixStep;
    std::swap(lots[static_cast<size_t>(left - 1)], lots[SplitMixed(state) % static_cast<uint64_t>(left)]);
  }
  return lots;
}

}  // namespace

int64_t DialSlot(int64_t client, int64_t run_clients) {
  const int64_t block = client / DialList::kBlock;
  const int64_t begin = block * DialList::kBlock;
  const Lots lots = DrawLots(block, std::min(DialList::kBlock, run_clients - begin));
  return begin + lots[static_cast<size_t>(client - begin)];
}

DialList::DialList(const Progression& clients, int64_t first_index, int64_t start_ns, int64_t ramp_up_ns,
                   int64_t run_clients)
    : clients_(clients),
      first_index_(first_index),
      start_ns_(start_ns),
      ramp_up_ns_(ramp_up_ns),
      run_clients_(run_clients) {
  Fill();
}

void DialList::Fill() {
  block_.clear();
  next_in_block_ = 0;
  if (filled_ == clients_.count) return;
  const int64_t block = (clients_.At(filled_) - first_index_) / kBlock;
  const int64_t block_begin = block * kBlock;
  const Lots lots = DrawLots(block, std::min(kBlock, run_clients_ - first_index_ - block_begin));
  for (; filled_ < clients_.count; ++filled_) {
    const int64_t place = clients_.At(filled_) - first_index_ - block_begin;
    if (place >= kBlock) break;
    block_.push_back({block_begin + lots[static_cast<size_t>(place)], clients_.At(filled_)});
  }
  std::sort(block_.begin(), block_.end(), [](const Dial& a, const Dial& b) { return a.slot < b.slot; });
}

int64_t DialList::DueNs() const {
  WSLOAD_DCHECK(!done(), "there is no client left to dial");
  return start_ns_ +
         static_cast<int64_t>(static_cast<Int128>(block_[next_in_block_].slot) * ramp_up_ns_ / run_clients_);
}

int64_t DialList::Take() {
  WSLOAD_DCHECK(!done(), "there is no client left to dial");
  const int64_t client = block_[next_in_block_++].client;
  if (done()) Fill();
  return client;
}

}  // namespace wsload
