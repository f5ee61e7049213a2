#include "common/security/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

Bio Open(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free); }

/// OpenSSL's own answer would be to ask at the terminal.
int NoPassPhrase(char*, int, int, void*) { return -1; }

Certificate FirstCertificate(const std::string& pem) {
  const Bio bio = Open(pem);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, NoPassPhrase, nullptr), X509_free);
  ERR_clear_error();
  return certificate;
}

PrivateKey ReadPrivateKey(const std::string& pem) {
  const Bio bio = Open(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  return key;
}

absl::StatusOr<std::string> ReadPem(std::string_view flag, const std::string& path, const LocalText& what) {
  absl::StatusOr<std::string> pem = ReadSmallFile(path, kMaxPemBytes);
  if (pem.ok()) return pem;
  return LocalInvalidArgument(
      {"-{}={}: {}; give a readable file with {} in PEM", "-{}={}：{}；请给出可读的 PEM 文件，其中有{}"}, flag,
      Shown(path), pem.status(), what);
}

absl::StatusOr<std::string> ReadCertificates(std::string_view flag, const std::string& path) {
  absl::StatusOr<std::string> pem = ReadPem(flag, path, {"a certificate", "证书"});
  if (!pem.ok()) return pem;
  if (FirstCertificate(*pem) == nullptr) {
    return LocalInvalidArgument({"-{}={}: holds no PEM certificate; \"wsload certs DIR\" makes some",
                                 "-{}={}：其中没有 PEM 证书；可用 \"wsload certs DIR\" 生成"},
                                flag, Shown(path));
  }
  return pem;
}

}  // namespace

absl::StatusOr<TlsIdentity> ReadTlsIdentity(const std::string& cert_path, const std::string& key_path) {
  if (cert_path.empty() && key_path.empty()) return TlsIdentity();
  if (key_path.empty())
    return LocalInvalidArgument({"-tls-cert: wants its private key beside it; add -tls-key=FILE",
                                 "-tls-cert：还需要它的私钥；请加上 -tls-key=FILE"});
  if (cert_path.empty())
    return LocalInvalidArgument({"-tls-key: wants its certificate beside it; add -tls-cert=FILE",
                                 "-tls-key：还需要它的证书；请加上 -tls-cert=FILE"});
  absl::StatusOr<std::string> cert = ReadCertificates("tls-cert", cert_path);
  if (!cert.ok()) return cert.status();
  absl::StatusOr<std::string> key = ReadPem("tls-key", key_path, {"a private key", "私钥"});
  if (!key.ok()) return key.status();
  const PrivateKey private_key = ReadPrivateKey(*key);
  if (private_key == nullptr) {
    return LocalInvalidArgument(
        {"-tls-key={}: holds no PEM private key without a pass phrase; \"wsload certs DIR\" makes one",
         "-tls-key={}：其中没有不带口令的 PEM 私钥；可用 \"wsload certs DIR\" 生成"},
        Shown(key_path));
  }
  const bool belongs = X509_check_private_key(FirstCertificate(*cert).get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!belongs) {
    return LocalInvalidArgument(
        {"-tls-key={}: is not the key of -tls-cert={}; give the two files that were made together",
         "-tls-key={}：不是 -tls-cert={} 的私钥；请给出一起生成的两个文件"},
        Shown(key_path), Shown(cert_path));
  }
  return TlsIdentity{.cert_pem = *std::move(cert), .key_pem = *std::move(key)};
}

absl::StatusOr<std::string> ReadTrustedCertificates(std::string_view flag, const std::string& path) {
  if (path.empty()) return std::string();
  return ReadCertificates(flag, path);
}

}  // namespace wsload
