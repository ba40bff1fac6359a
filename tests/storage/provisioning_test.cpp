#include "storage/provisioning.hpp"

#include <fstream>
#include <sstream>

#include "protocol/crypto/password.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* bola =
    R"({"key":"bola","business":"Bola Shoes","currency":"NGN","timezone":"Africa/Lagos","locale":"en-NG",)"
    R"("owner":{"email":"Bola@Example.com","password":"correct horse"},)"
    R"("connections":[{"channel":"messenger","external_id":"page_9","access_token":"EAAG-1"},)"
    R"({"channel":"instagram","external_id":"1784","aliases":["2897"],"login":"instagram","access_token":"IG-1"}],)"
    R"("products":[{"sku":"S1","name":"Sandal","price_minor":500000,"stock":7}],)"
    R"("payments":[{"provider":"paystack","mode":"test","secret_key":"sk_test_1","webhook_secrets":["w1"]}],)"
    R"("training":{"tone":"warm","facts":["Open on Sunday"]},"models":["anthropic","openai"]})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not there: " + from);
  return text.replace(at, from.size(), to);
}

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> all;
  for (const auto& problem : parse_provisioning(text).problems) all.push_back(to_string(problem));
  return all;
}

// --- the file ----------------------------------------------------------------------------------------

TEST(provisioning_file_test, reads_every_field) {
  const auto parsed = parse_provisioning("\xEF\xBB\xBF\r\n" + std::string{bola} + "\r\n\n");
  EXPECT_THAT(problems_of(bola), IsEmpty());
  ASSERT_THAT(parsed.businesses, SizeIs(1));
  const auto& one = parsed.businesses[0];
  EXPECT_EQ(one.line, 2);
  EXPECT_EQ(one.key, "bola");
  EXPECT_EQ(one.owner->email, "Bola@Example.com");
  EXPECT_THAT(one.connections.at(1).aliases, ElementsAre("2897"));
  EXPECT_EQ(one.connections.at(1).login, "instagram");
  EXPECT_EQ(one.products.at(0).price_minor, 500000);
  EXPECT_THAT(one.payments.at(0).webhook_secrets, ElementsAre("w1"));
  EXPECT_THAT(one.training, HasSubstr("Open on Sunday"));
  EXPECT_EQ(one.settings, R"({"models":["anthropic","openai"]})");
}

TEST(provisioning_file_test, only_name_and_connections_are_needed) {
  const auto parsed = parse_provisioning(R"({"business":"Tiny","connections":[]})");
  EXPECT_THAT(parsed.problems, IsEmpty());
  EXPECT_EQ(parsed.businesses.at(0).key, "Tiny");
  EXPECT_EQ(parsed.businesses.at(0).timezone, "UTC");
}

TEST(provisioning_file_test, the_demo_file_is_good) {
  std::ifstream file{SELLAVIE_SOURCE_DIR "/deploy/demo/business.jsonl"};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(problems_of(text.str()), IsEmpty());
}

TEST(provisioning_file_test, lists_all_problems_with_line_and_remedy) {
  const auto found = problems_of(
      "{\"key\":\"a\",\"business\":\"A\",\"currency\":\"ngn\",\"conections\":[],\"connections\":[{\"channel\":\"telegram\",\"external_id\":\"x y\",\"access_token\":\"\"}]}\n"
      "not json\n"
      "[]\n"
      "{\"key\":\"a\",\"business\":\"B\",\"connections\":[],\"products\":[{\"sku\":\"S 1\",\"name\":\"\",\"price_minor\":1.5,\"stock\":-1},"
      "{\"sku\":\"S2\",\"name\":\"n\",\"price_minor\":18446744073709551615,\"stock\":1},{\"sku\":\"S2\",\"name\":\"n\",\"price_minor\":1,\"stock\":1}]}");
  EXPECT_THAT(
      found,
      testing::UnorderedElementsAre(
          HasSubstr("line 1: conections: is not known; remove it"), HasSubstr("line 1: currency: \"ngn\""),
          HasSubstr("line 1: connections[0].channel: \"telegram\""),
          HasSubstr("line 1: connections[0].external_id: holds spaces"),
          HasSubstr("line 1: connections[0].access_token: is empty"), HasSubstr("line 2: is not JSON"),
          HasSubstr("line 3: is not a JSON object"), HasSubstr("line 4: products[0].sku"),
          HasSubstr("line 4: products[0].name: is empty"),
          HasSubstr("line 4: products[0].price_minor: is not a whole"),
          HasSubstr("line 4: products[0].stock: is out of range"),
          HasSubstr("line 4: products[1].price_minor: is out of range"),
          HasSubstr("line 4: sku \"S2\" is there twice"), HasSubstr("line 4: key \"a\" is that of line 1")));
}

TEST(provisioning_file_test, refuses_a_payment_provider_that_this_version_does_not_speak) {
  for (const std::string name : {"stripe", "flutterwave", "paystack"})
    EXPECT_THAT(problems_of(replaced(bola, R"("provider":"paystack")", R"("provider":")" + name + "\"")),
                IsEmpty());
  EXPECT_THAT(problems_of(replaced(bola, R"("provider":"paystack")", R"("provider":"other")")),
              ElementsAre(HasSubstr("line 1: payments[0].provider: ")));
}

TEST(provisioning_file_test, an_account_is_listed_once_in_the_file) {
  const std::string other =
      R"({"business":"B","connections":[{"channel":"instagram","external_id":"2897","access_token":"t"}]})";
  EXPECT_THAT(problems_of(std::string{bola} + "\n" + other),
              ElementsAre(HasSubstr("line 2: instagram id \"2897\" is on line 1 too")));
  const std::string same_number_elsewhere =
      R"({"business":"B","connections":[{"channel":"whatsapp","external_id":"2897","access_token":"t"}]})";
  EXPECT_THAT(problems_of(std::string{bola} + "\n" + same_number_elsewhere), IsEmpty());
}

TEST(provisioning_file_test, refuses_passwords_that_bcrypt_would_cut) {
  const auto with = [](const std::string& password) {
    return problems_of(replaced(bola, "correct horse", password));
  };
  EXPECT_THAT(with(std::string(72, 'x')), IsEmpty());
  EXPECT_THAT(with(std::string(73, 'x')), ElementsAre(HasSubstr("longer than 72")));
  EXPECT_THAT(with("long enough\\u0000"), ElementsAre(HasSubstr("NUL")));
  EXPECT_THAT(with("short"), ElementsAre(HasSubstr("shorter than 8")));
}

TEST(provisioning_file_test, problems_quote_no_secrets_and_odd_bytes_do_not_throw) {
  for (const auto& found : problems_of(replaced(bola, "EAAG-1", "EAAG secret")))
    EXPECT_THAT(found, Not(HasSubstr("secret")));
  for (const auto& found : problems_of(std::string{"{\"secret\xff"} + "\":1}"))
    EXPECT_THAT(found, Not(HasSubstr("secret")));
  for (const auto* text :
       {"", "\n", "{", "null", "{\"business\":\"\\u0000\"}",
        "{\"business\":{},\"connections\":{},\"products\":7,\"owner\":[],\"payments\":[1],\"training\":[]}"})
    EXPECT_THAT(problems_of(text), Not(IsEmpty())) << text;
  EXPECT_THAT(problems_of(std::string(200'000, '[')), SizeIs(1));
}

// --- passwords -------------------------------------------------------------------------------------

TEST(provisioning_password_test, hashes_with_bcrypt_of_cost_12_and_verifies) {
  const auto hash = crypto::hash_password("correct horse", {1, 2, 3}).value();
  EXPECT_THAT(hash, AllOf(testing::StartsWith("$2b$12$"), SizeIs(60)));
  EXPECT_TRUE(crypto::verify_password("correct horse", hash));
  EXPECT_FALSE(crypto::verify_password("correct horsf", hash));
  EXPECT_FALSE(crypto::verify_password("correct horse", "*0"));
  EXPECT_FALSE(crypto::hash_password(std::string(73, 'x'), {}));
  EXPECT_FALSE(crypto::hash_password(std::string{"with\0nul bytes", 14}, {}));
}

// --- the database ----------------------------------------------------------------------------------

class provisioning_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    sql("UPDATE connections SET access_token = '" + secrets.encrypt("of Ada", {}, noon) + "'");
  }
  crypto::fernet_ring secrets{crypto::fernet_key{{1, 2, 3}}};
  std::unique_ptr<pqxx::connection> connection = engine("sellavie provision");

  provisioning_report apply(const std::string& file) {
    const auto parsed = parse_provisioning(file);
    EXPECT_THAT(parsed.problems, IsEmpty());
    auto report = provision(*connection, parsed.businesses,
                            {secrets, ids, noon, "https://shop.example/", {"small", "large"}});
    if (!report) throw std::runtime_error(test::why(report));
    return std::move(*report);
  }
  std::int64_t version() const { return number("SELECT version FROM directory_version"); }
  std::string opened(const std::string& sealed) { return secrets.decrypt(sealed).value().plaintext; }
};

TEST_F(provisioning_test, makes_everything_and_prints_the_webhook_of_meta) {
  const auto before = version();
  const auto report = apply(bola);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.lines, Contains("bola: created Bola Shoes (NGN, Africa/Lagos)"));
  EXPECT_THAT(
      report.lines,
      Contains("bola: messenger page_9: webhook to enter at Meta: https://shop.example/webhooks/meta"));
  EXPECT_THAT(report.lines, Contains("bola: paystack (test) connected"));
  EXPECT_THAT(
      report.lines,
      Contains("bola: paystack (test): webhook to enter there: https://shop.example/webhooks/payments/"
               "paystack/" +
               text("SELECT id FROM payment_connections")));
  EXPECT_EQ(
      count(
          "connection_ids JOIN connections c ON c.id = connection_id WHERE channel = 'instagram' AND space = 'instagram'"),
      2);
  EXPECT_EQ(opened(text("SELECT access_token FROM connections WHERE external_id = 'page_9'")), "EAAG-1");
  EXPECT_EQ(opened(text("SELECT secret_key FROM payment_connections")), "sk_test_1");
  EXPECT_EQ(opened(text("SELECT webhook_secrets FROM payment_connections")), "[\"w1\"]");
  EXPECT_TRUE(crypto::verify_password(
      "correct horse", text("SELECT password_hash FROM accounts WHERE lower(email) = 'bola@example.com'")));
  EXPECT_EQ(text("SELECT role FROM memberships"), "owner");
  EXPECT_EQ(version(), before + 1);
  for (const auto& line : report.lines)
    EXPECT_THAT(line, AllOf(Not(HasSubstr("EAAG-1")), Not(HasSubstr("sk_test")), Not(HasSubstr("horse"))));
}

TEST_F(provisioning_test, the_same_file_again_changes_nothing) {
  apply(bola);
  const auto before = text("SELECT string_agg(access_token, ',' ORDER BY id) FROM connections");
  const auto raised = version();
  const auto report = apply(bola);
  EXPECT_THAT(report.lines, Contains("bola: nothing new"));
  EXPECT_EQ(text("SELECT string_agg(access_token, ',' ORDER BY id) FROM connections"), before);
  EXPECT_EQ(version(), raised);
}

TEST_F(provisioning_test, adds_what_is_missing_and_renews_tokens_and_touches_nothing_else) {
  apply(bola);
  sql("UPDATE products SET stock = 3, price_minor = 9, name = 'edited' WHERE sku = 'S1';"
      "UPDATE businesses SET name = 'Renamed' WHERE key = 'bola';"
      "INSERT INTO training_versions SELECT gen_random_uuid(), business_id, 2, '{\"tone\":\"edited\"}', '', NULL, NULL, 0 "
      "FROM training_versions");
  const auto hash = text("SELECT password_hash FROM accounts");
  auto file = replaced(bola, "EAAG-1", "EAAG-2");
  file = replaced(file, "correct horse", "another password");
  file = replaced(file, R"(["2897"])", R"(["2897","2898"])");
  file = replaced(file, R"("products":[)",
                  R"("products":[{"sku":"S2","name":"Boot","price_minor":1,"stock":1},)");
  const auto report = apply(file);
  EXPECT_THAT(report.lines,
              AllOf(Contains("bola: messenger page_9: token renewed"),
                    Contains("bola: instagram 1784: ids added"), Contains("bola: 1 product added")));
  EXPECT_EQ(opened(text("SELECT access_token FROM connections WHERE external_id = 'page_9'")), "EAAG-2");
  EXPECT_EQ(text("SELECT name || stock || ' ' || price_minor FROM products WHERE sku = 'S1'"), "edited3 9");
  EXPECT_EQ(text("SELECT name || version FROM businesses WHERE key = 'bola'"), "Renamed3");
  EXPECT_EQ(text("SELECT string_agg(number || note, ',' ORDER BY number) FROM training_versions"),
            "1provisioned,2");
  EXPECT_EQ(text("SELECT password_hash FROM accounts"), hash);
  EXPECT_EQ(count("connections WHERE business_id <> " + quote(ada)), 2);
}

TEST_F(provisioning_test, adds_an_order_of_models_once_and_leaves_an_edited_one_alone) {
  apply(replaced(bola, R"(,"models":["anthropic","openai"])", ""));
  EXPECT_EQ(text("SELECT settings FROM businesses WHERE key = 'bola'"), "{}");
  EXPECT_THAT(apply(bola).lines, Contains("bola: order of models added"));
  sql(R"(UPDATE businesses SET settings = '{"models":["groq"]}' WHERE key = 'bola')");
  EXPECT_THAT(apply(bola).lines, Contains("bola: nothing new"));
  EXPECT_EQ(text("SELECT settings FROM businesses WHERE key = 'bola'"), R"({"models":["groq"]})");
}

TEST_F(provisioning_test, an_account_of_another_business_leaves_the_line_out_and_the_others_in) {
  const std::string thief =
      R"({"business":"Thief","connections":[{"channel":"whatsapp","external_id":"77","access_token":"t"},{"channel":"messenger","external_id":"page_0001","access_token":"t"}]})";
  const auto report = apply(thief + "\n" + bola);
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_THAT(to_string(report.problems[0]),
              HasSubstr("line 1: messenger id \"page_0001\" belongs to another business"));
  EXPECT_EQ(count("businesses WHERE key = 'Thief'"), 0);
  EXPECT_EQ(count("connection_ids WHERE external_id = '77'"), 0);
  EXPECT_EQ(count("businesses WHERE key = 'bola'"), 1);
  EXPECT_EQ(opened(text("SELECT access_token FROM connections WHERE external_id = 'page_0001'")), "of Ada");
}

TEST_F(provisioning_test, an_unknown_time_zone_is_a_problem_of_its_line) {
  for (const auto* zone : {"Africa/Lagoss", "WAT", "+1"}) {
    const auto report = apply(replaced(bola, "Africa/Lagos", zone));
    ASSERT_THAT(report.problems, SizeIs(1)) << zone;
    EXPECT_THAT(report.problems[0].what, HasSubstr(zone));
  }
  EXPECT_EQ(count("businesses"), 1);
}

TEST_F(provisioning_test, ids_of_two_connections_cannot_become_one) {
  apply(bola);
  const auto report = apply(replaced(
      bola, R"({"channel":"instagram","external_id":"1784","aliases":["2897"])",
      R"({"channel":"instagram","external_id":"1784","aliases":[],"login":"instagram","access_token":"IG-1"},{"channel":"instagram","external_id":"3","aliases":["2898"])"));
  EXPECT_THAT(report.problems, IsEmpty());
  const auto merged = apply(replaced(bola, R"(["2897"])", R"(["2897","3"])"));
  ASSERT_THAT(merged.problems, SizeIs(1));
  EXPECT_THAT(merged.problems[0].what, HasSubstr("two connections"));
}

TEST_F(provisioning_test, one_account_may_own_two_businesses) {
  const auto second = replaced(
      replaced(
          replaced(replaced(replaced(bola, "\"bola\"", "\"bola2\""), "page_9", "page_10"), "1784", "1785"),
          "2897", "2899"),
      "Bola@Example.com", "bola@example.COM");
  const auto report = apply(std::string{bola} + "\n" + second);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(count("accounts"), 1);
  EXPECT_EQ(count("memberships"), 2);
}

TEST_F(provisioning_test, a_plan_is_the_operators_and_only_a_given_one_changes_it) {
  const auto with_plan = [](const std::string& plan) {
    return replaced(bola, R"("locale":"en-NG",)", R"("locale":"en-NG","plan":")" + plan + "\",");
  };
  apply(bola);
  EXPECT_EQ(text("SELECT plan FROM businesses WHERE key = 'bola'"), "");
  const auto before = version();
  EXPECT_THAT(apply(with_plan("small")).lines, Contains("bola: has the plan small"));
  EXPECT_EQ(version(), before + 1) << "the running server notices";
  apply(bola);
  EXPECT_EQ(text("SELECT plan FROM businesses WHERE key = 'bola'"), "small");
  const auto refused = apply(with_plan("huge"));
  ASSERT_THAT(refused.problems, SizeIs(1));
  EXPECT_THAT(refused.problems[0].what, HasSubstr("\"huge\" is not a plan of the configuration"));
  EXPECT_EQ(text("SELECT plan FROM businesses WHERE key = 'bola'"), "small");
}

}  // namespace
}  // namespace sellavie::storage
