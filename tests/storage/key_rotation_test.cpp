#include "storage/key_rotation.hpp"

#include <map>
#include <set>
#include <sstream>

#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"
#include "storage/key_guard.hpp"
#include "storage/migrations.hpp"
#include "storage/sealed_columns.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using crypto::fernet_key;
using crypto::fernet_ring;
using testing::ElementsAre;
using testing::HasSubstr;

class key_rotation_test : public spine_test {
 protected:
  static inline const fernet_key old_key{{1}};
  static inline const fernet_key new_key{{2}};
  static inline const fernet_key strange_key{{3}};

  void SetUp() override {
    spine_test::SetUp();
    const auto old = ring({old_key});
    sql("UPDATE connections SET access_token = '" + sealed("token") + "'");
    ASSERT_TRUE(admit_server_keys(*connection, old, {}, noon));
    ASSERT_TRUE(note_sealing_key(*connection, incarnation, old, noon));
    sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, webhook_secrets, created_at) VALUES (" +
        quote(id_of<connection_id>(50)) + "," + quote(ada) + ", 'paystack', 'test', '" + sealed("sk_test_x") +
        "', '[]', 0)");
    for (std::uint32_t i = 0; i < 7; ++i) {
      sql("INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at) VALUES (" +
          quote(id_of<connection_id>(100 + i)) + ", 'a@b.example', 'test', '" +
          sealed("letter " + std::to_string(i)) + "', 0, 0, 0)");
      add_box("quarantined_events", i + 1, "body");
    }
    sql("INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at, dead_at) VALUES (" +
        quote(id_of<connection_id>(200)) + ", 'a@b.example', 'test', '', 0, 0, 0, 0)");
  }

  static fernet_ring ring(std::initializer_list<fernet_key> keys) {
    std::vector<std::string> texts;
    for (const auto& key : keys) texts.push_back(key.text());
    return fernet_ring::parse(texts).value();
  }
  static std::string sealed(const std::string& text) { return ring({old_key}).encrypt(text, {}, noon); }
  /// SQL: a box for the row of this id.
  static std::string boxed(std::int64_t id, const std::string& body) {
    crypto::body_cipher boxes{ring({old_key})};
    return "'\\x" + crypto::hex_encode(crypto::as_bytes(boxes.seal({}, std::to_string(id), body))) + "'";
  }
  void add_box(const std::string& table, std::int64_t id, const std::string& body) const {
    sql("INSERT INTO " + table + " (id, reason, channel, received_at, payload) VALUES (" +
        std::to_string(id) + ", 'stranger', 'messenger', 0, " + boxed(id, body) + ")");
  }
  /// A row in each table that SetUp left empty.
  void fill_the_other_columns() const {
    const auto person = quote(id_of<connection_id>(70)), session = quote(id_of<connection_id>(71));
    const auto owner = quote(ada) + "," + quote(page);
    sql("UPDATE payment_connections SET webhook_secrets = '" + sealed("[\"whsec\"]") + "'");
    sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + person +
        ", 'c@b.example', 'x', 0)");
    sql("INSERT INTO second_factors (account_id, secret, created_at) VALUES (" + person + ", '" +
        sealed("totp") + "', 0)");
    sql("INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES (" + session +
        "," + person + ", 0, 0, 0)");
    sql("INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at, successor) VALUES ('\\x00', " +
        session + ", 0, 0, '" + sealed("next") + "')");
    sql("INSERT INTO connect_flows (id, business_id, account_id, session_id, kind, state_hash, sealed, created_at, "
        "expires_at) VALUES (" +
        quote(id_of<connection_id>(72)) + "," + quote(ada) + "," + person + "," + session +
        ", 'facebook', sha256('x'), '" + sealed("tokens") + "', 0, 0)");
    sql("INSERT INTO push_subscriptions (id, account_id, session_id, endpoint_hash, sealed, service, created_at) VALUES (" +
        quote(id_of<connection_id>(74)) + "," + person + "," + session + ", sha256('x'), '" + sealed("{}") +
        "', '', 0)");
    sql("INSERT INTO webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, previous_secret, "
        "created_at, created_by) VALUES (" +
        quote(id_of<connection_id>(73)) + "," + quote(ada) + ", 'https://h', '', '{order.paid}', '" +
        sealed("whsec_a") + "', '', '" + sealed("whsec_b") + "', 0, " + person + ")");
    sql("INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, lane, payload) VALUES (1," +
        owner + ", 0, 1, " + boxed(1, "hello") + ")");
    sql("INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload) VALUES (2," +
        owner + ", 'x', 0, 0, " + boxed(2, "hello") + ")");
    sql("INSERT INTO recorded_events (id, business_id, connection_id, kind, recorded_at, payload) VALUES (3," +
        owner + ", 'x', 0, " + boxed(3, "hello") + ")");
  }
  /// How many of a column's values these keys open.
  std::size_t opened(const sealed_column& of, const fernet_ring& keys) const {
    crypto::body_cipher boxes{keys};
    const std::string value =
        of.form == sealed_as::box ? std::string{"encode("} + of.column + ", 'hex')" : of.column;
    const auto rows = sql(std::string{"SELECT "} + of.key + "::text, " + value + " FROM " + of.table +
                          " WHERE " + holds_secret(of));
    std::size_t good = 0;
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      const std::string key{field(rows, i, 0)}, stored{field(rows, i, 1)};
      good += of.form == sealed_as::box ? boxes.open(key, *crypto::hex_decode(stored)).has_value()
                                        : keys.decrypt(stored).has_value();
    }
    return good;
  }
  /// A server runs with these keys.
  void serve_with(std::initializer_list<fernet_key> keys) {
    ASSERT_TRUE(admit_server_keys(*connection, ring(keys), {}, noon));
    ASSERT_TRUE(note_sealing_key(*connection, incarnation, ring(keys), noon));
  }
  result<rotation_report> rotate(std::initializer_list<fernet_key> keys) {
    const auto given = ring(keys);
    return rotate_keys(*connection, {.secrets = given,
                                     .random =
                                         [n = std::uint8_t{0}](std::span<std::uint8_t> bytes) mutable {
                                           for (auto& byte : bytes) byte = ++n;
                                         },
                                     .now = noon,
                                     .tell = [](const std::string&) {},
                                     .batch = 3});
  }
  std::vector<std::string> column(const std::string& select) const {
    const auto rows = sql(select);
    std::vector<std::string> all;
    for (int i = 0; i < PQntuples(rows.get()); ++i) all.emplace_back(field(rows, i, 0));
    return all;
  }
  std::vector<std::string> recorded() const {
    return column("SELECT fingerprint FROM key_fingerprints WHERE purpose = 'fernet'");
  }

  std::unique_ptr<pqxx::connection> connection = engine();
};

TEST_F(key_rotation_test, seals_everything_with_the_first_key_and_forgets_the_others) {
  serve_with({new_key, old_key});
  const auto report = rotate({new_key, old_key});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report.value().is_complete) << report.value().obstacle;
  EXPECT_EQ(report.value().sealed_anew, 1 + 1 + 7 + 7);
  EXPECT_THAT(recorded(), ElementsAre(new_key.fingerprint()));
  const auto fresh = ring({new_key});
  EXPECT_EQ(fresh.decrypt(text("SELECT access_token FROM connections")).value().plaintext, "token");
  EXPECT_EQ(fresh.decrypt(text("SELECT letter FROM mails WHERE id = " + quote(id_of<connection_id>(106))))
                .value()
                .plaintext,
            "letter 6");
  EXPECT_EQ(text("SELECT webhook_secrets FROM payment_connections"), "[]");
  crypto::body_cipher boxes{fresh};
  const auto box =
      crypto::hex_decode(text("SELECT encode(payload, 'hex') FROM quarantined_events WHERE id = 7"));
  EXPECT_EQ(boxes.open("7", *box).value(), "body");
  EXPECT_TRUE(admit_server_keys(*connection, fresh, {}, noon)) << "the old key can be removed";
}

TEST_F(key_rotation_test, every_sealed_column_opens_with_the_new_key_alone) {
  fill_the_other_columns();
  serve_with({new_key, old_key});
  std::map<std::string, std::size_t> before, after, with_old;
  const auto name = [](const sealed_column& of) { return std::string{of.table} + "." + of.column; };
  for (const auto& of : sealed_columns) before[name(of)] = opened(of, ring({old_key}));
  ASSERT_TRUE(rotate({new_key, old_key}).value().is_complete);
  for (const auto& of : sealed_columns) {
    after[name(of)] = opened(of, ring({new_key}));
    with_old[name(of)] = opened(of, ring({old_key}));
  }
  EXPECT_EQ(after, before);
  EXPECT_THAT(before, testing::Each(testing::Pair(testing::_, testing::Gt(0U)))) << "a column without a row";
  EXPECT_THAT(with_old, testing::Each(testing::Pair(testing::_, 0U)));
}

TEST_F(key_rotation_test, again_it_changes_nothing) {
  serve_with({new_key, old_key});
  ASSERT_TRUE(rotate({new_key, old_key}));
  const auto before =
      column("SELECT access_token FROM connections UNION ALL SELECT letter FROM mails ORDER BY 1");
  const auto again = rotate({new_key, old_key});
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().sealed_anew, 0);
  EXPECT_TRUE(again.value().is_complete);
  EXPECT_EQ(column("SELECT access_token FROM connections UNION ALL SELECT letter FROM mails ORDER BY 1"),
            before);
}

TEST_F(key_rotation_test, a_key_that_no_server_knows_yet_seals_nothing) {
  const auto report = rotate({new_key, old_key});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().detail, HasSubstr("Start the server with these keys"));
  EXPECT_EQ(ring({old_key}).decrypt(text("SELECT access_token FROM connections")).value().plaintext, "token");
}

TEST_F(key_rotation_test, the_old_key_stays_needed_while_a_server_seals_with_it) {
  serve_with({new_key, old_key});
  serve_with({old_key, new_key});
  const auto report = rotate({new_key, old_key});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report.value().is_complete);
  EXPECT_THAT(report.value().obstacle, HasSubstr("start it with these keys"));
  EXPECT_THAT(recorded(), testing::UnorderedElementsAre(new_key.fingerprint(), old_key.fingerprint()));
}

TEST_F(key_rotation_test, what_no_key_opens_is_kept_and_keeps_the_old_keys_needed) {
  serve_with({new_key, old_key});
  const auto strange = ring({strange_key}).encrypt("letter", {}, noon);
  sql("UPDATE mails SET letter = '" + strange + "' WHERE id = " + quote(id_of<connection_id>(103)));
  const auto report = rotate({new_key, old_key});
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().unreadable, 1);
  EXPECT_FALSE(report.value().is_complete);
  EXPECT_EQ(text("SELECT letter FROM mails WHERE id = " + quote(id_of<connection_id>(103))), strange);
  EXPECT_EQ(recorded().size(), 2U);
}

TEST_F(key_rotation_test, a_row_that_is_in_use_is_left_for_the_next_run) {
  serve_with({new_key, old_key});
  const auto other = engine("sellavie/other");
  std::int64_t missed = 0;
  {
    pqxx::work busy{*other};
    busy.exec("SELECT 1 FROM mails WHERE id = " + quote(id_of<connection_id>(104)) + " FOR UPDATE");
    const auto report = rotate({new_key, old_key});
    ASSERT_TRUE(report);
    EXPECT_FALSE(report.value().is_complete);
    missed = report.value().sealed_anew;
  }
  EXPECT_EQ(missed, 15);
  const auto again = rotate({new_key, old_key});
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().sealed_anew, 1);
  EXPECT_TRUE(again.value().is_complete);
}

/// table.column of what the migrations say is sealed: a Fernet token by its comment, a box by its name.
std::set<std::string> declared_as_sealed() {
  std::set<std::string> declared;
  for (const auto& one : embedded_migrations()) {
    std::istringstream text{std::string{one.sql}};
    std::string table;
    for (std::string line; std::getline(text, line);) {
      std::istringstream words{line};
      std::string first, second, third;
      words >> first >> second >> third;
      if (first == "CREATE") table = second == "TABLE" ? third : "";
      const bool is_box = first == "payload" && second == "bytea";
      if (!table.empty() && line.starts_with("  ") && (is_box || line.find("-- Fernet") != std::string::npos))
        declared.insert(table + "." + first);
    }
  }
  return declared;
}

TEST(sealed_columns_test, are_those_that_the_migrations_declare) {
  std::set<std::string> listed;
  for (const auto& of : sealed_columns) listed.insert(std::string{of.table} + "." + of.column);
  EXPECT_EQ(listed, declared_as_sealed()) << "whoever adds one lists it in storage/sealed_columns.hpp";
}

}  // namespace
}  // namespace sellavie::storage
