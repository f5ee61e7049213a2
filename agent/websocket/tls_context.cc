#include "agent/websocket/tls_context.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

std::string LastTlsError() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason != nullptr ? reason : "unknown error";
}

bool IsAddress(const std::string& host) {
  unsigned char address[16];
  return inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
}

constexpr size_t kMaxNamesShown = 120;

/// The names and addresses that the server's certificate is for.
std::string CertificateNames(X509* certificate) {
  if (certificate == nullptr) return "another name";
  std::string names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    const bool is_name = name->type == GEN_DNS;
    if (!is_name && name->type != GEN_IPADD) continue;
    const ASN1_STRING* value = is_name ? name->d.dNSName : name->d.iPAddress;
    std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                     static_cast<size_t>(ASN1_STRING_length(value)));
    if (!is_name) {
      char address[INET6_ADDRSTRLEN] = {};
      const int family = text.size() == 4 ? AF_INET : AF_INET6;
      if (text.size() != 4 && text.size() != 16) continue;
      inet_ntop(family, text.data(), address, sizeof address);
      text = address;
    }
    names += (names.empty() ? "" : ", ") + text;
  }
  if (!names.empty()) return names;
  char common[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common, sizeof common);
  return common[0] == '\0' ? "no name" : common;
}

/// Of the certificate that was refused last: a session that ends so keeps none. Read at once, on the same thread.
thread_local std::string refused_names;

int OnVerified(int good, X509_STORE_CTX* store) {
  if (good == 0) refused_names = CertificateNames(X509_STORE_CTX_get_current_cert(store));
  return good;
}

/// The name as certificates and the TLS hello have it: without the root's dot.
std::string ServerName(const std::string& host) { return host.ends_with('.') ? host.substr(0, host.size() - 1) : host; }

/// What can be done about a certificate that was refused.
LocalString MendFor(long verified) {
  switch (verified) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {"renew it, or for a test server -insecure-skip-verify",
              "请更新证书；若是测试服务器，可用 -insecure-skip-verify"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {"is the clock of this host right?", "本机的时钟是否正确？"};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return FillLocal({"it is for {}; name one of these in -server, or for a test server -insecure-skip-verify",
                        "证书属于 {}；请在 -server 中使用其中之一，若是测试服务器，可用 -insecure-skip-verify"},
                       Shown(refused_names, kMaxNamesShown));
    default:
      return {"give the authority's certificate with -ca-file, or for a test server -insecure-skip-verify",
              "请用 -ca-file 给出颁发机构的证书；若是测试服务器，可用 -insecure-skip-verify"};
  }
}

absl::Status AddAuthorities(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      BIO_free);
  int count = 0;
  for (;;) {
    ERR_clear_error();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    if (certificate == nullptr) break;
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    ++count;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string error = LastTlsError();
  ERR_clear_error();
  if (!at_end)
    return LocalInvalidArgument({"CA file: certificate {} is broken ({}); give it in PEM format",
                                 "CA 文件：第 {} 个证书已损坏 ({})；请以 PEM 格式给出"},
                                count + 1, error);
  if (count == 0)
    return LocalInvalidArgument({"CA file: no certificate in it; give one or more in PEM format",
                                 "CA 文件：其中没有证书；请以 PEM 格式给出一个或多个"});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::New(const DialOptions& options) {
  std::unique_ptr<TlsContext> made(new TlsContext);
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = made->context_.get();
  if (context == nullptr)
    return LocalStatus(absl::StatusCode::kInternal, FillLocal({"TLS: {}", "TLS 出错：{}"}, LastTlsError()));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // An idle session keeps no record buffers; a write is retried from the queue, where the bytes have moved to.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  made->host_ = ServerName(options.url.host);
  made->host_is_address_ = IsAddress(options.url.host);
  made->verify_ = !options.insecure_skip_verify;
  if (!options.ca_pem.empty()) {
    if (absl::Status added = AddAuthorities(context, options.ca_pem); !added.ok()) return added;
  } else if (made->verify_) {
    SSL_CTX_set_default_verify_paths(context);
  }
  SSL_CTX_set_verify(context, made->verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, made->verify_ ? OnVerified : nullptr);
  return made;
}

SslPtr TlsContext::NewSession() const {
  SslPtr ssl(SSL_new(context_.get()));
  if (ssl == nullptr) return nullptr;
  // RFC 6066 section 3: an address is no server name.
  if (!host_is_address_) SSL_set_tlsext_host_name(ssl.get(), host_.c_str());
  if (verify_) {
    X509_VERIFY_PARAM* param = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int set = host_is_address_ ? X509_VERIFY_PARAM_set1_ip_asc(param, host_.c_str())
                                     : X509_VERIFY_PARAM_set1_host(param, host_.c_str(), host_.size());
    if (set != 1) return nullptr;  // never go on without the check
  }
  return ssl;
}

TlsFailure DescribeTlsFailure(SSL* ssl, const std::string& host) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE) {
    return {"tls_certificate",
            FillLocal({"TLS: the certificate of {} is not trusted: {}; {}", "TLS：{} 的证书不受信任 ({})；{}"}, host,
                      X509_verify_cert_error_string(verified), MendFor(verified))};
  }
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_WRONG_VERSION_NUMBER) {
    return {"tls", FillLocal({"TLS: {} does not speak TLS on this port; should the URL be ws:// ?",
                              "TLS：{} 在该端口上没有使用 TLS；URL 是否应为 ws://？"},
                             host)};
  }
  return {"tls", FillLocal({"TLS: handshake with {} failed: {}", "TLS：与 {} 握手失败：{}"}, host, LastTlsError())};
}

}  // namespace wsload
