#include "isthmus/formats/sha256.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

#include <openssl/evp.h>

#include "isthmus/core/error.hpp"

namespace isthmus::formats {
namespace {

void check(int ok, const char* what) {
  if (ok != 1) {
    throw RunFailed(std::string("sha256: libcrypto failed in ") + what);
  }
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    check(context != nullptr ? 1 : 0, "EVP_MD_CTX_new");
    check(EVP_DigestInit_ex(context, EVP_sha256(), nullptr), "EVP_DigestInit_ex");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()), "EVP_DigestUpdate");
}

void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text))); }

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  check(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr), "EVP_DigestFinal_ex");
  std::string text;
  for (const unsigned byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    throw DataError({.file = path.string()}, std::string("cannot be read: ") + errno_text(errno));
  }
  Sha256 hash;
  std::vector<std::byte> block(std::size_t{1} << 20U);
  while (const std::size_t read = std::fread(block.data(), 1, block.size(), file.get())) {
    hash.update(std::span(block).first(read));
  }
  if (std::ferror(file.get()) != 0) {  // a directory opens, and fails here
    throw DataError({.file = path.string()}, std::string("cannot be read: ") + errno_text(errno));
  }
  return hash.hex();
}

}  // namespace isthmus::formats
