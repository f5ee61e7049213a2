#include "controller/certs/certificate_set.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "common/net/authority.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

using PrivateKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

constexpr int64_t kSecondsPerDay = 24 * 3600;
constexpr int64_t kClockDifferenceS = 3600;
constexpr int kSerialBits = 127;  // random, positive, at most 20 bytes (RFC 5280 section 4.1.2.2)

struct Extension {
  int nid;
  std::string value;
};

struct Validity {
  int64_t from_unix_s;
  int64_t to_unix_s;
};

struct Issued {
  PrivateKey key{nullptr, EVP_PKEY_free};
  Certificate certificate{nullptr, X509_free};
};

bool SetSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> serial(BN_new(), BN_free);
  return BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetName(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1;
}

bool AddExtension(X509* certificate, X509* issuer, const Extension& extension) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> made(
      X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str()), X509_EXTENSION_free);
  return made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1;
}

/// Signed by `issuer`, or by itself.
absl::StatusOr<Issued> Issue(const std::string& common_name, const Validity& validity,
                             const std::vector<Extension>& extensions, const Issued* issuer) {
  Issued issued;
  issued.key.reset(EVP_EC_gen("P-256"));
  issued.certificate.reset(X509_new());
  X509* certificate = issued.certificate.get();
  bool made = issued.key != nullptr && certificate != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1 &&
              SetSerial(certificate) && SetName(X509_get_subject_name(certificate), common_name) &&
              ASN1_TIME_set(X509_getm_notBefore(certificate), validity.from_unix_s) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), validity.to_unix_s) != nullptr &&
              X509_set_pubkey(certificate, issued.key.get()) == 1;
  const Issued& signer = issuer == nullptr ? issued : *issuer;
  made = made && X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get())) == 1;
  for (const Extension& extension : extensions) {
    made = made && AddExtension(certificate, signer.certificate.get(), extension);
  }
  made = made && X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0;
  ERR_clear_error();
  if (!made)
    return LocalStatus(
        absl::StatusCode::kInternal,
        FillLocal({"OpenSSL could not make the certificate {}", "OpenSSL 无法生成证书 {}"}, common_name));
  return issued;
}

template <typename Write>
std::string ToPem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  if (write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

TlsIdentity ToIdentity(const Issued& issued) {
  return {.cert_pem = ToPem([&](BIO* bio) { return PEM_write_bio_X509(bio, issued.certificate.get()); }),
          .key_pem = ToPem([&](BIO* bio) {
            return PEM_write_bio_PKCS8PrivateKey(bio, issued.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

/// "DNS:gateway" or "IP:10.0.0.7", for the subject's alternative names. Also keeps commas, with which further names or
/// extensions could be slipped in, out.
absl::StatusOr<std::string> AlternativeName(const std::string& host) {
  in6_addr binary;
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, host.c_str(), &binary) == 1) return "IP:" + host;
  }
  const absl::StatusOr<Authority> authority = ParseAuthority(host);
  if (!authority.ok() || authority->port.has_value() || authority->host != host) {
    return LocalInvalidArgument(
        {"-hosts: \"{}\" is neither a host name nor an address; for example -hosts=load1,10.0.0.7",
         "-hosts：\"{}\" 既不是主机名也不是地址；例如 -hosts=load1,10.0.0.7"},
        Shown(host));
  }
  return "DNS:" + host;
}

absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& hosts) {
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
  for (const std::string& host : hosts) {
    absl::StatusOr<std::string> name = AlternativeName(host);
    if (!name.ok()) return name;
    if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*std::move(name));
  }
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

absl::StatusOr<CertificateSet> MakeCertificateSet(const std::vector<std::string>& hosts, int64_t now_unix_s,
                                                  int64_t days) {
  const absl::StatusOr<std::string> names = AlternativeNames(hosts);
  if (!names.ok()) return names.status();
  const Validity validity = {.from_unix_s = now_unix_s - kClockDifferenceS,
                             .to_unix_s = now_unix_s + days * kSecondsPerDay};
  const absl::StatusOr<Issued> authority = Issue("wsload CA", validity,
                                                 {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                                  {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                                  {NID_subject_key_identifier, "hash"}},
                                                 nullptr);
  if (!authority.ok()) return authority.status();
  const absl::StatusOr<Issued> agent = Issue("wsload agent", validity,
                                             {{NID_basic_constraints, "critical,CA:FALSE"},
                                              {NID_key_usage, "critical,digitalSignature"},
                                              {NID_ext_key_usage, "serverAuth"},
                                              {NID_authority_key_identifier, "keyid"},
                                              {NID_subject_alt_name, *names}},
                                             &*authority);
  if (!agent.ok()) return agent.status();
  const absl::StatusOr<Issued> controller = Issue("wsload controller", validity,
                                                  {{NID_basic_constraints, "critical,CA:FALSE"},
                                                   {NID_key_usage, "critical,digitalSignature"},
                                                   {NID_ext_key_usage, "clientAuth"},
                                                   {NID_authority_key_identifier, "keyid"}},
                                                  &*authority);
  if (!controller.ok()) return controller.status();
  return CertificateSet{
      .authority = ToIdentity(*authority), .agent = ToIdentity(*agent), .controller = ToIdentity(*controller)};
}

}  // namespace wsload
