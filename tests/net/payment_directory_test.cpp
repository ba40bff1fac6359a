// Which secrets of which connections are open, and what is opened anew.
#include "net/webhooks/payment_directory.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace sellavie::test {
namespace {

using net::payment_table;
using payment::provider;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

crypto::fernet_ring ring_of(std::uint8_t byte) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(byte);
  return crypto::fernet_ring{crypto::fernet_key{bytes}};
}

class payment_directory : public ::testing::Test {
 protected:
  static payment_connection_id id(std::uint8_t n) {
    payment_connection_id made;
    made.value.bytes[15] = n;
    return made;
  }
  static business_id shop() {
    business_id made;
    made.value.bytes[15] = 99;
    return made;
  }
  std::string sealed(const std::string& text) const { return ring.encrypt(text, {}, instant{}); }
  storage::payment_entry entry(std::uint8_t n, std::string name,
                               const std::vector<std::string>& webhook_secrets) const {
    return {shop(),
            id(n),
            std::move(name),
            sealed("sk_of_the_api"),
            sealed(nlohmann::json(webhook_secrets).dump()),
            1};
  }
  payment_table open(const std::vector<storage::payment_entry>& entries, const payment_table& before = {}) {
    return {entries, ring, before, log};
  }

  crypto::fernet_ring ring = ring_of(7);
  std::vector<nlohmann::json> lines;
  monitoring::logger log{monitoring::log_options{
      .queue = 0,
      .now = [] { return instant{}; },
      .write = [this](std::string_view line) { lines.push_back(nlohmann::json::parse(line)); }}};
};

TEST_F(payment_directory, opens_the_secrets_of_events_and_for_paystack_the_key_before_them) {
  const auto table =
      open({entry(1, "paystack", {"sk_former"}), entry(2, "stripe", {"whsec_new", "whsec_old"}),
            entry(3, "flutterwave", {"hash"})});
  EXPECT_EQ(table.size(), 3U);
  const auto* const paystack = table.find(provider::paystack, id(1));
  ASSERT_NE(paystack, nullptr);
  EXPECT_EQ(paystack->business, shop());
  EXPECT_THAT(paystack->secrets, ElementsAre("sk_of_the_api", "sk_former"));
  EXPECT_THAT(table.find(provider::stripe, id(2))->secrets, ElementsAre("whsec_new", "whsec_old"));
  EXPECT_THAT(table.find(provider::flutterwave, id(3))->secrets, ElementsAre("hash"));
}

TEST_F(payment_directory, finds_a_connection_under_its_own_provider_only) {
  const auto table = open({entry(2, "stripe", {"whsec"})});
  EXPECT_EQ(table.find(provider::paystack, id(2)), nullptr);
  EXPECT_EQ(table.find(provider::flutterwave, id(2)), nullptr);
  EXPECT_EQ(table.find(provider::stripe, id(1)), nullptr);
}

TEST_F(payment_directory, has_no_secret_where_none_was_given) {
  auto never_sealed = entry(1, "stripe", {});
  never_sealed.sealed_webhook_secrets = "[]";
  const auto table = open({never_sealed, entry(2, "flutterwave", {"", ""})});
  EXPECT_THAT(table.find(provider::stripe, id(1))->secrets, IsEmpty());
  EXPECT_THAT(table.find(provider::flutterwave, id(2))->secrets, IsEmpty()) << "a blank one is none";
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(payment_directory, keeps_a_bounded_number_of_secrets) {
  const auto table = open({entry(1, "paystack", std::vector<std::string>(40, "sk"))});
  EXPECT_THAT(table.find(provider::paystack, id(1))->secrets, SizeIs(payment_table::most_secrets));
  EXPECT_EQ(table.find(provider::paystack, id(1))->secrets.front(), "sk_of_the_api");
}

TEST_F(payment_directory, leaves_out_what_cannot_be_opened_and_says_so_once_by_its_id) {
  auto broken = entry(1, "stripe", {});
  broken.sealed_webhook_secrets = ring_of(8).encrypt(R"(["whsec"])", {}, instant{});
  auto other = entry(2, "paystack", {});
  other.sealed_secret_key = "sk_in_the_clear";
  auto no_list = entry(3, "flutterwave", {});
  no_list.sealed_webhook_secrets = sealed("whsec");
  const std::vector entries{broken, other, no_list, entry(4, "stripe", {"whsec"})};
  const auto table = open(entries);
  EXPECT_THAT(table.find(provider::stripe, id(4))->secrets, ElementsAre("whsec"));
  for (const auto& [from, n] :
       {std::pair{provider::stripe, 1}, {provider::paystack, 2}, {provider::flutterwave, 3}})
    EXPECT_THAT(table.find(from, id(static_cast<std::uint8_t>(n)))->secrets, IsEmpty());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0]["event"], "payment_connection_unreadable");
  EXPECT_EQ(lines[0]["connection"], to_string(id(1)));
  EXPECT_EQ(lines[1].dump().find("sk_in_the_clear"), std::string::npos);
  const auto again = open(entries, table);
  EXPECT_THAT(lines, SizeIs(3)) << "nothing changed, nothing is said again";
}

TEST_F(payment_directory, opens_anew_only_what_has_another_version) {
  auto one = entry(1, "stripe", {"first"}), two = entry(2, "stripe", {"first"});
  const auto before = open({one, two});
  one.sealed_webhook_secrets = two.sealed_webhook_secrets = sealed(R"(["second"])");
  two.version = 2;
  const auto table = open({one, two}, before);
  EXPECT_THAT(table.find(provider::stripe, id(1))->secrets, ElementsAre("first"));
  EXPECT_THAT(table.find(provider::stripe, id(2))->secrets, ElementsAre("second"));
  EXPECT_EQ(open({two}, table).size(), 1U) << "what is gone from the table is gone";
}

}  // namespace
}  // namespace sellavie::test
