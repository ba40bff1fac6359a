// Which URLs of strangers are called at all.
#include "net/egress/egress_rules.hpp"

#include <gtest/gtest.h>

namespace sellavie::test {
namespace {

const net::egress_rules usual{config::egress_settings{}};

std::string why_not(const net::egress_rules& rules, std::string_view url) {
  const auto checked = rules.check_url(url);
  return checked ? "" : checked.error().detail;
}

TEST(egress_rules, take_https_to_a_host_of_the_public) {
  for (const char* url :
       {"https://shop.example/hook", "https://shop.example", "https://shop.example:443/?a=b#c",
        "https://shop.example:8443/x", "HTTPS://SHOP.example/", "https://93.184.215.14/",
        "https://[2606:4700::1111]/", "https://localhost/"})  // a name: judged by what it resolves to
    EXPECT_EQ(why_not(usual, url), "") << url;
}

TEST(egress_rules, refuse_other_schemes_and_what_is_no_url) {
  for (const char* url : {"http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "gopher://h/",
                          "unix:///run/x", "javascript:alert(1)"})
    EXPECT_EQ(why_not(usual, url), "must begin with https://") << url;
  for (const char* url : {"", "shop.example", "//shop.example/", "https://shop.example/a b",
                          "https://h/\r\nX: y", "https://h/\x01", "https://sh\xc3\xb6p.example/",
                          "https://[::1/", "https://h:port/", "https://h:443x/", "https://[::1]x/"})
    EXPECT_EQ(why_not(usual, url), "must be a URL") << url;
  EXPECT_EQ(why_not(usual, "https:///path"), "must name a host");
  EXPECT_EQ(why_not(usual, "https://" + std::string(253, 'a') + ":8443/"), "");
  EXPECT_EQ(why_not(usual, "https://" + std::string(254, 'a') + "/"),
            "must name a host of at most 253 characters");
  EXPECT_EQ(why_not(usual, "https://user:password@shop.example/"), "must have no user name in it");
  EXPECT_EQ(why_not(usual, "https://@127.0.0.1/"), "must have no user name in it");
  EXPECT_EQ(why_not(usual, "https://h/" + std::string(2'000, 'a')), "must be at most 2000 characters long");
}

TEST(egress_rules, refuse_other_ports) {
  for (const char* url : {"https://h:80/", "https://h:22/", "https://h:25/", "https://h:5432/",
                          "https://h:0/", "https://h:65536/", "https://h:99999999/"})
    EXPECT_EQ(why_not(usual, url), "must use port 443 or 8443") << url;
}

TEST(egress_rules, refuse_an_address_that_is_not_public) {
  for (const char* url : {"https://127.0.0.1/", "https://10.1.2.3:8443/", "https://169.254.169.254/latest",
                          "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/",
                          "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/"})
    EXPECT_EQ(why_not(usual, url), "must name a public address") << url;
}

TEST(egress_rules, allow_what_the_operator_allows_and_no_more) {
  const net::egress_rules own{{.allow_private = {"10.0.0.0/8"}, .extra_ports = {9443}, .allow_http = true}};
  for (const char* url : {"https://10.1.2.3/", "http://10.1.2.3/", "http://h:80/", "https://h:9443/"})
    EXPECT_EQ(why_not(own, url), "") << url;
  EXPECT_EQ(why_not(own, "https://192.168.0.1/"), "must name a public address");
  EXPECT_EQ(why_not(own, "http://h:8080/"), "must use port 443 or 8443");
  EXPECT_EQ(why_not(own, "ftp://h/"), "must begin with https://");
}

TEST(egress_rules, look_at_address_and_port_of_each_connection) {
  const auto at = [](const char* text) { return boost::asio::ip::make_address(text); };
  EXPECT_TRUE(usual.may_connect(at("8.8.8.8"), 443));
  EXPECT_FALSE(usual.may_connect(at("8.8.8.8"), 5432));
  EXPECT_FALSE(usual.may_connect(at("127.0.0.1"), 443));
  EXPECT_FALSE(usual.may_connect(at("::ffff:8.8.8.8"), 443));
}

}  // namespace
}  // namespace sellavie::test
