#include "controller/output/json_writer.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/writer.h>

#include <cmath>

#include "common/util/text.h"

namespace wsload {
namespace {

constexpr unsigned kIndent = 2;

}  // namespace

class JsonWriter::Impl {
 public:
  explicit Impl(std::string& out) : sink_{out}, lines_(sink_), one_line_(sink_) { lines_.SetIndent(' ', kIndent); }

  void Begin(char bracket, Layout layout) {
    const bool is_object = bracket == '{';
    if (one_line_depth_ == 0 && layout == Layout::kOneLine) {
      // The one writer puts what stands before the value, the other one the value.
      lines_.RawValue("", 0, is_object ? rapidjson::kObjectType : rapidjson::kArrayType);
      one_line_.Reset(sink_);
      one_line_depth_ = 1;
    } else if (one_line_depth_ > 0) {
      ++one_line_depth_;
    }
    Put([is_object](auto& writer) { is_object ? writer.StartObject() : writer.StartArray(); });
  }

  void End(char bracket) {
    const bool is_object = bracket == '{';
    Put([is_object](auto& writer) { is_object ? writer.EndObject() : writer.EndArray(); });
    if (one_line_depth_ > 0) --one_line_depth_;
  }

  template <typename Write>
  void Put(Write&& write) {
    if (one_line_depth_ > 0) {
      write(one_line_);
    } else {
      write(lines_);
    }
  }

 private:
  /// RapidJSON's view of a string that grows.
  struct StringSink {
    using Ch = char;

    std::string& out;

    void Put(char c) { out.push_back(c); }
    void Flush() {}
  };

  StringSink sink_;
  rapidjson::PrettyWriter<StringSink> lines_;
  rapidjson::Writer<StringSink> one_line_;
  int one_line_depth_ = 0;  ///< of objects and arrays inside the outermost that is on one line, itself included
};

JsonWriter::JsonWriter(std::string& out) : impl_(std::make_unique<Impl>(out)) {}

JsonWriter::~JsonWriter() = default;

void JsonWriter::Begin(char bracket, Layout layout) { impl_->Begin(bracket, layout); }

void JsonWriter::End(char bracket) { impl_->End(bracket); }

void JsonWriter::Key(std::string_view name) {
  // To RapidJSON a key is the string before a value.
  Value(name);
}

void JsonWriter::Null() {
  impl_->Put([](auto& writer) { writer.Null(); });
}

void JsonWriter::Bool(bool value) {
  impl_->Put([value](auto& writer) { writer.Bool(value); });
}

void JsonWriter::Int(int64_t value) {
  impl_->Put([value](auto& writer) { writer.Int64(value); });
}

void JsonWriter::Unsigned(uint64_t value) {
  impl_->Put([value](auto& writer) { writer.Uint64(value); });
}

void JsonWriter::Value(double value) {
  if (!std::isfinite(value)) return Null();
  impl_->Put([value](auto& writer) { writer.Double(value); });
}

void JsonWriter::Value(std::string_view text) {
  if (!IsUtf8(text)) return Value(ReplaceInvalidUtf8(text));
  impl_->Put([text](auto& writer) { writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); });
}

}  // namespace wsload
