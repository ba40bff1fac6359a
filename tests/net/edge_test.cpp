#include "net/api/edge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "net/http/gzip.hpp"

namespace sellavie::net {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

config::http_settings with_origins(std::vector<std::string> origins,
                                   std::string public_url = "https://shop.example.com") {
  config::http_settings http;
  http.cors_origins = std::move(origins);
  http.public_url = std::move(public_url);
  return http;
}

request asking(http_method method, const header_list& headers) {
  request asked;
  request_builder builder{asked};
  builder.begin(method, "/api/v1/me");
  for (const auto& [name, value] : headers) builder.add_header(name, value);
  return asked;
}

std::string value_of(const response& answer, std::string_view name) {
  for (const auto& [one, value] : answer.headers)
    if (one == name) return value;
  return {};
}

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string plain(1'000'000, '\0');
  auto copy = packed;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

TEST(request, joins_the_fields_of_a_list_header_in_their_order) {
  const auto asked = asking(
      http_method::get,
      {{"X-Forwarded-For", "203.0.113.9"}, {"Host", "x"}, {"x-forwarded-for", "198.51.100.1, 10.0.0.1"}});
  EXPECT_EQ(asked.joined_header("X-Forwarded-For"), "203.0.113.9, 198.51.100.1, 10.0.0.1")
      << "a proxy that adds a field of its own comes after what the client wrote";
  EXPECT_EQ(asked.joined_header("Via"), "");
}

TEST(gzip, leaves_pictures_as_they_are) {
  const edge outside{with_origins({})};
  const auto wish = outside.wish_of(asking(http_method::get, {{"Accept-Encoding", "gzip"}}));
  const std::string bytes(100'000, 'x');
  EXPECT_EQ(outside.packed(response{200, {}, bytes, "image/png"}, wish).body, bytes);
  EXPECT_LT(outside.packed(response{200, {}, bytes, "application/json"}, wish).body.size(), bytes.size());
}

TEST(gzip, is_accepted_where_a_client_says_so) {
  for (const char* yes : {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.1", "gzip ; q=1.0", "*",
                          "br;q=1, *;q=0.5", "identity, gzip;level=1"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no : {"", "identity", "br, deflate", "gzip;q=0", "gzip;q=0.000", "gzip ; Q=0", "*;q=0",
                         "gzip;q=0, *", "*, gzip;q=0", "gzipped", "gzip;q=", "gzip;q=x"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(gzip, gives_back_what_was_packed) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + '\n';
  const auto packed = gzip(text);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), text.size() / 2);
  EXPECT_EQ(unpacked(*packed), text);
  EXPECT_EQ(unpacked(gzip("").value()), "");
}

TEST(edge, packs_large_answers_to_get_and_no_others) {
  const edge outside{with_origins({})};
  const std::string large(5000, 'a');
  const auto packed = [&](http_method method, std::string accepted, std::string body) {
    const auto asked = asking(method, {{"Accept-Encoding", std::move(accepted)}});
    return outside.packed(json_response(200, std::move(body)), outside.wish_of(asked));
  };
  const auto answer = packed(http_method::get, "gzip", large);
  EXPECT_EQ(value_of(answer, "Content-Encoding"), "gzip");
  EXPECT_EQ(unpacked(answer.body), large);
  for (const auto& plain :
       {packed(http_method::get, "identity", large), packed(http_method::get, "gzip;q=0", large),
        packed(http_method::get, "gzip", std::string(least_gzip_bytes - 1, 'a')),
        packed(http_method::post, "gzip", large)}) {
    EXPECT_EQ(value_of(plain, "Content-Encoding"), "");
    EXPECT_EQ(value_of(plain, "Vary"), "Accept-Encoding") << "a cache must keep the two apart";
  }
}

TEST(edge, lets_listed_origins_read_answers_and_no_other) {
  const edge outside{with_origins({"https://app.example.com", "http://localhost:5173"})};
  const auto cors_of = [&](const header_list& sent) {
    return outside.dressed(json_response(200, "{}"), outside.wish_of(asking(http_method::get, sent)));
  };
  const auto allowed = cors_of({{"Origin", "https://app.example.com"}});
  EXPECT_EQ(value_of(allowed, "Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(value_of(allowed, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(value_of(allowed, "Vary"), "Accept-Encoding, Origin");
  for (const char* other :
       {"https://app.example.com.evil.example", "https://evil-app.example.com", "http://app.example.com",
        "https://app.example.com:8443", "https://APP.example.com", "null", "*", ""}) {
    const auto refused = cors_of({{"Origin", other}});
    EXPECT_EQ(value_of(refused, "Access-Control-Allow-Origin"), "") << other;
    EXPECT_EQ(value_of(refused, "Access-Control-Allow-Credentials"), "") << other;
    EXPECT_EQ(value_of(refused, "Vary"), "Accept-Encoding, Origin") << other;
  }
  EXPECT_EQ(value_of(cors_of({{"Origin", "https://app.example.com"}, {"Origin", "https://evil.example"}}),
                     "Access-Control-Allow-Origin"),
            "");
}

TEST(edge, answers_a_preflight_of_a_listed_origin) {
  const edge outside{with_origins({"https://app.example.com"})};
  const auto yes =
      outside.preflight(asking(http_method::options, {{"Origin", "https://app.example.com"}}), "GET, POST");
  EXPECT_EQ(yes.status, 204);
  EXPECT_EQ(value_of(yes, "Access-Control-Allow-Methods"), "GET, POST");
  EXPECT_THAT(value_of(yes, "Access-Control-Allow-Headers"), testing::HasSubstr("X-Sellavie-Client"));
  EXPECT_THAT(yes.body, IsEmpty());
  const auto no =
      outside.preflight(asking(http_method::options, {{"Origin", "https://evil.example"}}), "GET, POST");
  EXPECT_EQ(value_of(no, "Access-Control-Allow-Methods"), "");
  EXPECT_EQ(value_of(no, "Access-Control-Allow-Origin"), "");
}

TEST(edge, forces_https_only_where_the_public_address_has_it) {
  const auto headers = [](const std::string& url) {
    const edge outside{with_origins({}, url)};
    return outside.dressed(json_response(200, "{}"), {}).headers;
  };
  EXPECT_THAT(headers("https://shop.example.com"),
              Contains(Pair("Strict-Transport-Security", "max-age=31536000")));
  for (const char* url : {"", "http://127.0.0.1:8080"})
    EXPECT_THAT(headers(url), Not(Contains(Pair("Strict-Transport-Security", testing::_)))) << url;
  EXPECT_THAT(headers(""),
              Contains(Pair("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")));
  EXPECT_THAT(headers(""), Contains(Pair("Cache-Control", "no-store")));
}

}  // namespace
}  // namespace sellavie::net
