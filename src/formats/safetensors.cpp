#include "isthmus/formats/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/formats/utf8.hpp"

#include "json_scan.hpp"
#include "little_endian.hpp"
#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kLengthSize = 8;
constexpr std::string_view kMetadata = "__metadata__";

struct TypeRow {
  TensorType type;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<TypeRow, 10> kTypes = {{
    {TensorType::kF64, "F64", 8},
    {TensorType::kF32, "F32", 4},
    {TensorType::kF16, "F16", 2},
    {TensorType::kBf16, "BF16", 2},
    {TensorType::kI64, "I64", 8},
    {TensorType::kI32, "I32", 4},
    {TensorType::kI16, "I16", 2},
    {TensorType::kI8, "I8", 1},
    {TensorType::kU8, "U8", 1},
    {TensorType::kBool, "BOOL", 1},
}};

/// A rule broken: where, how, and its code.
struct Fault {
  std::size_t offset = 0;
  std::string text;
  const char* code = "";
};

/// Bytes of a shape of that type; nothing if 63 bits cannot count them.
std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, TensorType type) {
  std::uint64_t bytes = size_of(type);
  bool empty = false;
  for (const std::int64_t n : shape) {
    const auto factor = static_cast<std::uint64_t>(n);
    if (factor == 0) {
      empty = true;
    } else if (bytes >
               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) {
      return std::nullopt;
    } else {
      bytes *= factor;
    }
  }
  return empty ? 0 : bytes;
}

/// One tensor as the header describes it.
struct Entry {
  std::string name;
  std::size_t offset = 0;  ///< Of its name in the file.
  bool has_type = false;
  bool has_shape = false;
  bool has_offsets = false;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> data_offsets;
};

/// Follows the header event by event: what is not expected here is refused where it stands, so that
/// memory stays in proportion to what is legal.
class HeaderReader final : public JsonEvents {
 public:
  HeaderReader(std::string_view header, SafetensorsFile& file) : header_(header), file_(file) {}

  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }

  void key(std::string name, std::size_t offset) override {
    if (level_ == 1) {
      const bool is_new = names_.emplace(name, nullptr).second;
      require(is_new, offset, "key " + in_quotes(name) + " is there twice", "ST_DUPLICATE");
      in_metadata_ = name == kMetadata;
      if (!in_metadata_) {
        entries_.emplace_back();
        entries_.back().name = std::move(name);
        entries_.back().offset = kLengthSize + offset;
      }
    } else if (in_metadata_) {
      const bool is_new = file_.metadata.emplace(name, std::string()).second;
      require(is_new, offset, "metadata " + in_quotes(name) + " is there twice", "ST_DUPLICATE");
      key_ = std::move(name);
    } else {
      Entry& entry = entries_.back();
      bool* const seen = name == "dtype"          ? &entry.has_type
                         : name == "shape"        ? &entry.has_shape
                         : name == "data_offsets" ? &entry.has_offsets
                                                  : nullptr;
      require(seen != nullptr, offset,
              "tensor " + in_quotes(entry.name) + " has the unknown key " + in_quotes(name),
              "ST_ENTRY");
      require(!*seen, offset, "key " + in_quotes(name) + " is there twice", "ST_DUPLICATE");
      *seen = true;
      key_ = std::move(name);
    }
  }

  void scalar(Json value, std::size_t offset) override {
    if (in_metadata_ && level_ > 0) {
      require(level_ == 2 && value.is_string(), offset, "__metadata__ must map strings to strings",
              "ST_METADATA");
      file_.metadata[key_] = value.as_string();
    } else if (level_ == 2 && key_ == "dtype" && value.is_string()) {
      set_type(value.as_string(), offset);
    } else if (level_ == 3 && value.is_number()) {
      require(value.is_integer() && value.as_integer() >= 0 && header_[offset] != '-', offset,
              "a number is not a plain integer >= 0", "ST_JSON");
      Entry& entry = entries_.back();
      (key_ == "shape" ? entry.shape : entry.data_offsets).push_back(value.as_integer());
    } else {
      refuse_entry(offset);
    }
  }

  void open(bool is_object, std::size_t offset) override {
    if (in_metadata_ && level_ > 0) {
      require(level_ == 1 && is_object, offset, "__metadata__ must map strings to strings",
              "ST_METADATA");
    } else if (level_ > 0) {
      const bool expected = level_ == 1 ? is_object : level_ == 2 && !is_object && key_ != "dtype";
      if (!expected) {
        refuse_entry(offset);
      }
    }
    ++level_;
  }

  void close(bool /*is_object*/, std::size_t offset) override {
    --level_;
    if (level_ == 1 && !in_metadata_) {
      const Entry& entry = entries_.back();
      if (!entry.has_type || !entry.has_shape || !entry.has_offsets ||
          entry.data_offsets.size() != 2) {
        refuse_entry(offset);
      }
    }
    in_metadata_ = in_metadata_ && level_ > 1;
  }

 private:
  static void require(bool holds, std::size_t offset, std::string text, const char* code) {
    if (!holds) {
      throw Fault{kLengthSize + offset, std::move(text), code};
    }
  }

  [[noreturn]] void refuse_entry(std::size_t offset) const {
    const std::string name = entries_.empty() ? std::string() : entries_.back().name;
    throw Fault{kLengthSize + offset,
                "tensor " + in_quotes(name) +
                    " must have exactly dtype (a string), shape (integers) and data_offsets (two "
                    "integers)",
                "ST_ENTRY"};
  }

  void set_type(const std::string& name, std::size_t offset) {
    for (const TypeRow& row : kTypes) {
      if (row.name == name) {
        entries_.back().type = row.type;
        return;
      }
    }
    require(false, offset,
            "tensor " + in_quotes(entries_.back().name) +
                " has an unsupported dtype (expected "
                "F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL, got " +
                in_quotes(name) + ")",
            "ST_DTYPE");
  }

  std::string_view header_;
  SafetensorsFile& file_;
  std::vector<Entry> entries_;
  std::map<std::string, std::nullptr_t> names_;
  std::string key_;
  int level_ = 0;
  bool in_metadata_ = false;
};

std::string_view header_of(std::string_view bytes) {
  if (bytes.size() < kLengthSize) {
    throw Fault{bytes.size(), "file is shorter than the 8 bytes of the header's length",
                "ST_TOO_SHORT"};
  }
  const auto length = load_little<std::uint64_t>(bytes, 0);
  if (length > kMaxHeader) {
    throw Fault{0,
                "header is too large (expected at most 100000000 bytes, got " +
                    std::to_string(length) + ")",
                "ST_HEADER_TOO_LARGE"};
  }
  if (length > bytes.size() - kLengthSize) {
    throw Fault{0,
                "header does not fit into the file (expected at most " +
                    std::to_string(bytes.size() - kLengthSize) + " bytes, got " +
                    std::to_string(length) + ")",
                "ST_HEADER_LENGTH"};
  }
  const std::string_view header = bytes.substr(kLengthSize, static_cast<std::size_t>(length));
  if (const std::size_t bad = first_bad_utf8(header); bad < header.size()) {
    throw Fault{kLengthSize + bad, "header is not UTF-8", "ST_UTF8"};
  }
  const std::size_t last = header.find_last_not_of(' ');
  if (!header.starts_with('{') || header[last] != '}') {
    throw Fault{kLengthSize, "header is not one JSON object with only blanks after it", "ST_JSON"};
  }
  return header;
}

std::vector<Entry> read_header(std::string_view header, SafetensorsFile& file) {
  HeaderReader reader(header, file);
  try {
    scan_json(header, kMaxDepth, reader);
  } catch (const JsonFault& fault) {
    throw Fault{kLengthSize + fault.offset, fault.text, "ST_JSON"};
  }
  return std::move(reader.entries());
}

/// Each tensor has the bytes its shape says, and all of them tile the data.
void check_layout(std::vector<Entry>& entries, std::uint64_t data_size) {
  for (const Entry& entry : entries) {
    const std::int64_t begin = entry.data_offsets[0];
    const std::int64_t end = entry.data_offsets[1];
    const std::optional<std::uint64_t> size = bytes_of(entry.shape, entry.type);
    const std::string who = "tensor " + in_quotes(entry.name);
    if (!size) {
      throw Fault{entry.offset, who + " has more bytes than 63 bits can count", "ST_OVERFLOW"};
    }
    if (begin > end) {
      throw Fault{entry.offset, who + " ends before it begins", "ST_OFFSET"};
    }
    if (const auto got = static_cast<std::uint64_t>(end - begin); got != *size) {
      throw Fault{entry.offset,
                  who + " has another size than shape and dtype say (expected " +
                      std::to_string(*size) + " bytes, got " + std::to_string(got) + ")",
                  "ST_SIZE"};
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.data_offsets < b.data_offsets; });
  std::int64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.data_offsets[0] != at) {
      throw Fault{entry.offset,
                  "tensor " + in_quotes(entry.name) +
                      " leaves a hole or overlaps (expected to begin at " + std::to_string(at) +
                      ", got " + std::to_string(entry.data_offsets[0]) + ")",
                  "ST_OFFSET"};
    }
    at = entry.data_offsets[1];
  }
  if (static_cast<std::uint64_t>(at) != data_size) {
    throw Fault{kLengthSize,
                "tensors do not end where the file does (expected " + std::to_string(at) +
                    " bytes of data, got " + std::to_string(data_size) + ")",
                "ST_INCOMPLETE"};
  }
}

SafetensorsFile parse(std::string_view bytes) {
  SafetensorsFile file;
  const std::string_view header = header_of(bytes);
  const std::string_view data = bytes.substr(kLengthSize + header.size());
  std::vector<Entry> entries = read_header(header, file);
  check_layout(entries, data.size());
  for (Entry& entry : entries) {
    const auto begin = static_cast<std::size_t>(entry.data_offsets[0]);
    const auto end = static_cast<std::size_t>(entry.data_offsets[1]);
    const auto* first = reinterpret_cast<const std::byte*>(data.data());
    TensorBytes tensor{entry.type, std::move(entry.shape), {first + begin, first + end}};
    file.tensors.emplace(std::move(entry.name), std::move(tensor));
  }
  return file;
}

void check_utf8(const std::string& text, const char* what) {
  if (first_bad_utf8(text) != text.size()) {
    throw InvalidArgument("write_safetensors: " + std::string(what) + " must be UTF-8, got " +
                          in_quotes(text));
  }
}

}  // namespace

std::size_t size_of(TensorType type) { return kTypes[static_cast<std::size_t>(type)].size; }

std::string_view name_of(TensorType type) { return kTypes[static_cast<std::size_t>(type)].name; }

SafetensorsFile parse_safetensors(std::string_view bytes, std::string_view name) {
  try {
    return parse(bytes);
  } catch (const Fault& fault) {
    throw DataError({.file = std::string(name), .offset = static_cast<std::int64_t>(fault.offset)},
                    fault.text + " [" + fault.code + "]");
  }
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

std::string write_safetensors(const SafetensorsFile& file) {
  using Named = std::pair<const std::string, TensorBytes>;
  std::vector<const Named*> order;
  for (const Named& named : file.tensors) {
    const auto& [name, tensor] = named;
    check_utf8(name, "a tensor's name");
    const bool valid_shape = std::all_of(tensor.shape.begin(), tensor.shape.end(),
                                         [](std::int64_t n) { return n >= 0; });
    const auto size = valid_shape ? bytes_of(tensor.shape, tensor.type) : std::nullopt;
    if (name == kMetadata || size != tensor.data.size()) {
      throw InvalidArgument("write_safetensors: tensor " + in_quotes(name) +
                            " must have the bytes that shape and type give and another name than "
                            "__metadata__, got " +
                            std::to_string(tensor.data.size()) + " bytes");
    }
    order.push_back(&named);
  }
  std::stable_sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
    return size_of(a->second.type) > size_of(b->second.type);
  });
  std::string header = "{";
  const auto separate = [&] { header += header.size() > 1 ? "," : ""; };
  if (!file.metadata.empty()) {
    header += "\"__metadata__\":{";
    bool first = true;
    for (const auto& [key, value] : file.metadata) {
      check_utf8(key, "metadata");
      check_utf8(value, "metadata");
      header += std::exchange(first, false) ? "" : ",";
      append_escaped(header, key);
      header += ':';
      append_escaped(header, value);
    }
    header += '}';
  }
  std::uint64_t at = 0;
  for (const Named* named : order) {
    const auto& [name, tensor] = *named;
    separate();
    append_escaped(header, name);
    header += ":{\"dtype\":\"" + std::string(name_of(tensor.type)) + "\",\"shape\":[";
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
      header += d == 0 ? "" : ",";
      header += std::to_string(tensor.shape[d]);
    }
    header += "],\"data_offsets\":[" + std::to_string(at) + ",";
    at += tensor.data.size();
    header += std::to_string(at) + "]}";
  }
  header += '}';
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string out;
  out.reserve(kLengthSize + header.size() + static_cast<std::size_t>(at));
  append_little(out, static_cast<std::uint64_t>(header.size()));
  out += header;
  for (const Named* named : order) {
    const std::vector<std::byte>& data = named->second.data;
    out.append(reinterpret_cast<const char*>(data.data()), data.size());
  }
  return out;
}

}  // namespace isthmus::formats
