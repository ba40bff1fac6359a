#include "storage/key_guard.hpp"

#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"
#include "storage/provisioning.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using crypto::fernet_key;
using crypto::fernet_ring;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class key_guard_test : public spine_test {
 protected:
  static inline const fernet_key first_key{{1}};
  static inline const fernet_key second_key{{2}};
  static inline const fernet_key strange_key{{3}};

  /// Ada's connection has a token of this key.
  void SetUp() override {
    spine_test::SetUp();
    seal_with(first_key);
  }
  void seal_with(const fernet_key& key) const {
    sql("UPDATE connections SET access_token = '" + fernet_ring{key}.encrypt("token", {}, noon) + "'");
  }
  void park(const std::string& body, const fernet_key& key) const {
    crypto::body_cipher boxes{fernet_ring{key}};
    sql("INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload) VALUES (7, " +
        quote(ada) + "," + quote(page) + ", 'x', 0, 0, '\\x" +
        crypto::hex_encode(crypto::as_bytes(boxes.seal({}, "7", body))) + "')");
  }
  void hold_nothing() const { sql("TRUNCATE connections CASCADE"); }
  static fernet_ring ring(std::initializer_list<fernet_key> keys) {
    std::vector<std::string> texts;
    for (const auto& key : keys) texts.push_back(key.text());
    return fernet_ring::parse(texts).value();
  }
  result<std::vector<std::string>> start(std::initializer_list<fernet_key> keys,
                                         const std::vector<std::string>& jwt = {"a:key"}) {
    return admit_server_keys(*connection, ring(keys), jwt, noon);
  }
  std::string refusal(std::initializer_list<fernet_key> keys) {
    const auto started = start(keys);
    return started ? "it started" : started.error().detail;
  }
  result<provisioning_report> provision_with(std::initializer_list<fernet_key> keys) {
    const auto parsed = parse_provisioning(
        R"({"business":"Bola","connections":[{"channel":"messenger","external_id":"p9","access_token":"t"}]})");
    const auto keys_given = ring(keys);
    return provision(*connection, parsed.businesses, {keys_given, ids, noon, ""});
  }
  std::vector<std::string> recorded(const std::string& purpose = "fernet") const {
    const auto rows = sql("SELECT fingerprint FROM key_fingerprints WHERE purpose = '" + purpose + "'");
    std::vector<std::string> all;
    for (int i = 0; i < PQntuples(rows.get()); ++i) all.emplace_back(field(rows, i, 0));
    return all;
  }

  std::unique_ptr<pqxx::connection> connection = engine();
};

TEST_F(key_guard_test, r1_records_the_sealing_key_by_fingerprint_only) {
  ASSERT_TRUE(start({first_key}));
  EXPECT_THAT(recorded(), ElementsAre(first_key.fingerprint()));
  EXPECT_EQ(count("key_fingerprints k WHERE k::text LIKE '%" + first_key.text().substr(0, 12) + "%'"), 0);
}

TEST_F(key_guard_test, r2_refuses_a_start_with_a_wrong_key_and_says_what_to_do) {
  ASSERT_TRUE(start({first_key}));
  EXPECT_THAT(refusal({strange_key}),
              AllOf(HasSubstr("none of the given Fernet keys"), HasSubstr(first_key.fingerprint()),
                    HasSubstr("restore fernet.key"), Not(HasSubstr(first_key.text()))));
  EXPECT_THAT(recorded(), ElementsAre(first_key.fingerprint()));
}

TEST_F(key_guard_test, r2_a_new_key_comes_first_and_the_old_one_stays_listed) {
  ASSERT_TRUE(start({first_key}));
  ASSERT_TRUE(start({second_key, first_key}));
  EXPECT_THAT(recorded(), UnorderedElementsAre(first_key.fingerprint(), second_key.fingerprint()));
  EXPECT_THAT(refusal({second_key}), AllOf(HasSubstr("is missing: " + first_key.fingerprint()),
                                           HasSubstr("Keep it listed after the new one")));
  EXPECT_THAT(refusal({first_key}), HasSubstr("is missing: " + second_key.fingerprint()));
  EXPECT_TRUE(start({first_key, second_key}));
}

TEST_F(key_guard_test, r3_a_database_without_records_is_proved_by_its_secrets) {
  EXPECT_THAT(refusal({strange_key}), AllOf(HasSubstr("1 of 1 stored secrets"), HasSubstr("fernet.key")));
  EXPECT_THAT(recorded(), IsEmpty());
  ASSERT_TRUE(start({second_key, first_key, strange_key}));
  EXPECT_THAT(recorded(), UnorderedElementsAre(first_key.fingerprint(), second_key.fingerprint()))
      << "what opened something, and what will seal";
}

TEST_F(key_guard_test, r3_one_secret_that_no_key_opens_is_enough_to_refuse) {
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES "
      "(gen_random_uuid(), " +
      quote(ada) + ", 'paystack', 'test', '" + fernet_ring{second_key}.encrypt("sk", {}, noon) + "', 0)");
  EXPECT_THAT(refusal({first_key}), HasSubstr("1 of 2 stored secrets"));
  EXPECT_TRUE(start({first_key, second_key}));
}

TEST_F(key_guard_test, r4_while_nothing_is_sealed_a_start_may_bring_another_key) {
  hold_nothing();
  ASSERT_TRUE(start({first_key}));
  ASSERT_TRUE(start({second_key}));
  EXPECT_THAT(recorded(), ElementsAre(second_key.fingerprint()));
}

TEST_F(key_guard_test, r4_a_second_factor_alone_keeps_its_key_needed) {
  hold_nothing();
  ASSERT_TRUE(start({first_key}));
  sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" +
      quote(id_of<connection_id>(70)) + ", 'a@b.example', 'x', 0)");
  sql("INSERT INTO second_factors (account_id, secret, created_at) VALUES (" +
      quote(id_of<connection_id>(70)) + ", '" + fernet_ring{first_key}.encrypt("totp", {}, noon) + "', 0)");
  EXPECT_THAT(refusal({second_key}), HasSubstr("none of the given Fernet keys"));
}

TEST_F(key_guard_test, r4_a_delivery_that_waits_keeps_its_key_needed) {
  hold_nothing();
  ASSERT_TRUE(start({first_key}));
  park("hello", first_key);
  EXPECT_THAT(refusal({second_key}), HasSubstr("none of the given Fernet keys"));
}

TEST_F(key_guard_test, r4_what_is_over_in_a_week_keeps_no_start_from_its_new_key) {
  hold_nothing();
  ASSERT_TRUE(start({first_key}));
  sql("INSERT INTO quarantined_events (id, reason, channel, received_at, payload) VALUES (1, 'stranger', 'messenger', 0, '\\x00')");
  EXPECT_TRUE(start({second_key}));
}

TEST_F(key_guard_test, r3_deliveries_alone_prove_their_key) {
  hold_nothing();
  park("hello", first_key);
  EXPECT_THAT(refusal({strange_key}), HasSubstr("1 of 1 stored secrets"));
  EXPECT_TRUE(start({second_key, first_key}));
}

TEST_F(key_guard_test, r4_a_tool_brings_no_key_that_a_running_server_may_not_have) {
  ASSERT_TRUE(start({first_key}));
  EXPECT_THAT(provision_with({second_key, first_key}).error().detail,
              HasSubstr("Start the server with these keys"));
  hold_nothing();
  EXPECT_THAT(provision_with({second_key}).error().detail, HasSubstr("Start the server with these keys"));
  EXPECT_EQ(count("connections"), 0);
  EXPECT_TRUE(provision_with({first_key}));
}

TEST_F(key_guard_test, provisioning_with_a_wrong_key_seals_nothing) {
  EXPECT_EQ(provision_with({strange_key}).error().code, errc::forbidden) << "proved";
  ASSERT_TRUE(start({first_key}));
  EXPECT_THAT(provision_with({strange_key}).error().detail, HasSubstr("none of the given Fernet keys"));
  EXPECT_EQ(count("businesses"), 1);
}

TEST_F(key_guard_test, provisioning_an_empty_database_records_its_key) {
  hold_nothing();
  ASSERT_TRUE(provision_with({first_key}));
  EXPECT_THAT(recorded(), ElementsAre(first_key.fingerprint()));
  EXPECT_THAT(refusal({strange_key}), HasSubstr("none of the given Fernet keys"));
}

TEST_F(key_guard_test, r5_a_new_jwt_key_is_told_and_no_reason_to_refuse) {
  EXPECT_THAT(start({first_key}, {"a:key"}).value(), IsEmpty());
  EXPECT_THAT(start({first_key}, {"b:key", "a:key"}).value(), IsEmpty());
  EXPECT_THAT(start({first_key}, {"c:key"}).value(), ElementsAre(HasSubstr("has to log in again")));
  EXPECT_EQ(recorded("jwt").size(), 3U);
}

TEST_F(key_guard_test, r6_a_second_one_waits_for_the_firsts_commit) {
  hold_nothing();
  pqxx::work tool{*connection};
  ASSERT_TRUE(admit_tool_keys(tool, ring({first_key}), noon));
  const auto other = engine();
  pqxx::nontransaction{*other}.exec("SET lock_timeout = '50ms'");
  EXPECT_EQ(admit_server_keys(*other, ring({second_key}), {}, noon).error().code, errc::timed_out);
}

}  // namespace
}  // namespace sellavie::storage
