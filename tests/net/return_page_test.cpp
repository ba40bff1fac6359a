// What a customer reads who comes back from a pay page.

#include "net/pay/return_page.hpp"

#include <gmock/gmock.h>

namespace sellavie::net {
namespace {

using actors::customer_news;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(pay_return_page, says_what_the_look_found) {
  EXPECT_THAT(pay_return_page(customer_news::paid, "").body, HasSubstr("<h1>Payment received</h1>"));
  EXPECT_THAT(
      pay_return_page(customer_news::waiting, "").body,
      AllOf(HasSubstr("checking your payment"), HasSubstr("do not pay twice"), Not(HasSubstr("received"))));
  EXPECT_THAT(pay_return_page(customer_news::nothing_known, "").body,
              HasSubstr("ask the shop for a new link"));
}

TEST(pay_return_page, speaks_the_first_language_that_the_browser_names_and_it_knows) {
  EXPECT_THAT(pay_return_page(customer_news::paid, "fr-CI,fr;q=0.9,en;q=0.8").body,
              AllOf(HasSubstr("<html lang=\"fr\">"), HasSubstr("Paiement reçu")));
  EXPECT_THAT(pay_return_page(customer_news::paid, "pt").body, HasSubstr("<html lang=\"pt\">"));
  for (const auto* other : {"", "sw-KE", "x", "\"><script>", ",;,", "*"})
    EXPECT_THAT(pay_return_page(customer_news::paid, other).body,
                AllOf(HasSubstr("<html lang=\"en\">"), Not(HasSubstr("script"))))
        << other;
}

TEST(pay_return_page, is_kept_nowhere_framed_nowhere_and_runs_nothing) {
  const auto page = pay_return_page(customer_news::paid, "");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.headers, Contains(Pair("Cache-Control", "no-store")));
  EXPECT_THAT(page.headers,
              Contains(Pair("Content-Security-Policy",
                            AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"),
                                  HasSubstr("style-src 'sha256-"), Not(HasSubstr("unsafe"))))));
}

}  // namespace
}  // namespace sellavie::net
