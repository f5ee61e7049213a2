// Drives a fuzz target without libFuzzer, for every compiler and every test run:
// the corpus as it is, then a fixed number of seeded mutations of it.
//
//   <target> <corpus directory> [runs] [seed]
//   <target> <file>                            one input, to play a failure back
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Sanitizers end the program by SIGABRT too, so that the input is kept whatever found the fault.
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace {

std::string input;

/// Where the failing input is left; in the working directory.
constexpr char kFailureFile[] = "fuzz-failure.bin";

void KeepInput(int) {
  // The program is lost already; stdio is the least of its worries.
  if (FILE* file = std::fopen(kFailureFile, "wb")) {
    std::fwrite(input.data(), 1, input.size(), file);
    std::fclose(file);
    std::fprintf(stderr, "the input is in %s\n", kFailureFile);
  }
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Run() {
  // An allocation of the exact size, so that a sanitizer sees the first byte too many.
  const std::vector<uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
 public:
  Mutator(std::vector<std::string> corpus, uint64_t seed) : corpus_(std::move(corpus)), random_(seed) {}

  std::string Next() {
    std::string bytes = corpus_[Below(corpus_.size())];
    for (size_t left = 1 + Below(6); left > 0; --left) Change(bytes);
    return bytes;
  }

 private:
  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }

  void Change(std::string& bytes) {
    const size_t at = Below(bytes.size() + 1);
    const std::string& other = corpus_[Below(corpus_.size())];
    switch (Below(6)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(Below(256)));
        break;
      case 2:
        bytes.erase(at, 1 + Below(4));
        break;
      case 3:  // a piece of another one
        bytes.insert(at, other, Below(other.size() + 1), 1 + Below(32));
        break;
      case 4:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << Below(8));
        break;
      default:
        if (at < bytes.size()) bytes[at] = "\"\\{}[],:\x80\xff\x7f\x00.0=-"[Below(17)];
    }
  }

  std::vector<std::string> corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s <corpus directory or file> [runs] [seed]\n", argv[0]);
    return 2;
  }
  std::signal(SIGABRT, KeepInput);
  if (!std::filesystem::is_directory(argv[1])) {
    input = ReadFile(argv[1]);
    Run();
    return 0;
  }
  const long runs = argc > 2 ? std::atol(argv[2]) : 10000;
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;

  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) corpus.push_back(ReadFile(path));
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
    return 2;
  }
  for (const std::string& seed_input : corpus) {
    input = seed_input;
    Run();
  }
  Mutator mutator(corpus, seed);
  for (long i = 0; i < runs; ++i) {
    input = mutator.Next();
    Run();
  }
  std::printf("%zu inputs and %ld mutations of them, seed %llu\n", corpus.size(), runs,
              static_cast<unsigned long long>(seed));
  return 0;
}
