#include "net/api/edge.hpp"

#include <algorithm>

#include "net/http/gzip.hpp"

namespace sellavie::net {
namespace {

constexpr const char* policy = "default-src 'none'; frame-ancestors 'none'";
constexpr const char* https_only = "max-age=31536000";
constexpr const char* sent_headers =
    "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, X-Request-Id, X-Sellavie-Client";
constexpr const char* shown_headers = "ETag, Location, Retry-After, X-Request-Id";
constexpr const char* preflight_life = "600";

}  // namespace

edge::edge(const config::http_settings& http) : origins_{http.cors_origins} {
  always_ = {{"Cache-Control", "no-store"}, {"Content-Security-Policy", policy}};
  if (http.public_url.starts_with("https://")) always_.emplace_back("Strict-Transport-Security", https_only);
  // Also where no origin was sent: a cache must not give this answer to one that was.
  always_.emplace_back("Vary", origins_.empty() ? "Accept-Encoding" : "Accept-Encoding, Origin");
}

bool edge::is_allowed(std::string_view origin) const noexcept {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

edge::wish edge::wish_of(const request& asked) const {
  wish wanted;
  const auto origin = asked.header("Origin");
  if (origin && asked.header_count("Origin") == 1 && is_allowed(*origin))
    wanted.cors = {{"Access-Control-Allow-Origin", std::string{*origin}},
                   {"Access-Control-Allow-Credentials", "true"},
                   {"Access-Control-Expose-Headers", shown_headers}};
  wanted.gzip =
      asked.method() == http_method::get && accepts_gzip(asked.header("Accept-Encoding").value_or(""));
  return wanted;
}

response edge::dressed(response answer, const wish& wanted) const {
  answer.headers.insert(answer.headers.end(), always_.begin(), always_.end());
  answer.headers.insert(answer.headers.end(), wanted.cors.begin(), wanted.cors.end());
  return answer;
}

response edge::packed(response answer, const wish& wanted) const {
  answer = dressed(std::move(answer), wanted);
  const bool is_packed_already =
      answer.content_type.starts_with("image/") || answer.content_type == "application/pdf";
  if (!wanted.gzip || is_packed_already || answer.body.size() < least_gzip_bytes) return answer;
  auto smaller = gzip(answer.body);
  if (!smaller || smaller->size() >= answer.body.size()) return answer;
  answer.body = *std::move(smaller);
  answer.headers.emplace_back("Content-Encoding", "gzip");
  return answer;
}

response edge::preflight(const request& asked, std::string_view methods) const {
  wish wanted = wish_of(asked);
  response answer{204, {}, {}, {}};
  if (!wanted.cors.empty()) {
    answer.headers = {{"Access-Control-Allow-Methods", std::string{methods}},
                      {"Access-Control-Allow-Headers", sent_headers},
                      {"Access-Control-Max-Age", preflight_life}};
  }
  return dressed(std::move(answer), wanted);
}

}  // namespace sellavie::net
