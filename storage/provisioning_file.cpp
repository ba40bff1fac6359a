#include "storage/provisioning_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "protocol/crypto/password.hpp"
#include "protocol/domain/catalog.hpp"
#include "protocol/domain/currency.hpp"
#include "protocol/domain/email.hpp"
#include "protocol/training/content_codec.hpp"
#include "storage/provisioning_fields.hpp"

namespace sellavie::storage {
namespace {

constexpr std::size_t longest_key = 120;
constexpr std::size_t longest_id = 128;
constexpr std::size_t longest_email = 254;
constexpr std::size_t longest_secret = 4'096;
constexpr std::size_t longest_zone = 64;
constexpr std::size_t longest_locale = 35;
constexpr std::size_t longest_plan = 32;
constexpr std::size_t most_models = 16;
constexpr std::size_t most_aliases = 8;
constexpr std::size_t most_webhook_secrets = 8;

bool is_locale(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// --- the parts of a business -----------------------------------------------------------------------

// Larger prices would overflow an order's total: 10,000 pieces in 50 lines.
constexpr std::int64_t highest_price = 1'000'000'000'000;

provisioned_connection read_connection(object_reader& from) {
  from.allow_only({"channel", "external_id", "aliases", "login", "access_token"});
  provisioned_connection one;
  const auto channel = from.choice("channel", {"messenger", "instagram", "whatsapp"});
  one.channel = parse_channel(channel).value_or(channel_kind::messenger);
  one.external_id = from.token("external_id", longest_id);
  one.aliases = from.tokens("aliases", most_aliases, longest_id);
  one.login = from.choice("login", {"page", "instagram"}, "page");
  one.access_token = from.token("access_token", longest_secret);
  if (one.login == "instagram" && !channel.empty() && one.channel != channel_kind::instagram)
    from.problem("login", "\"instagram\" is for Instagram accounts only", "use \"page\" or leave it out");
  return one;
}

provisioned_product read_product(object_reader& from) {
  from.allow_only({"sku", "name", "description", "price_minor", "stock"});
  provisioned_product one;
  one.sku = from.required("sku", max_sku_bytes);
  if (!one.sku.empty() && !is_valid_sku(one.sku))
    from.problem("sku", in_quotes(one.sku) + " cannot be a sku",
                 "use letters, digits and signs without spaces, quotes or brackets");
  one.name = from.required("name", max_product_name_bytes);
  one.description = from.optional("description", max_product_description_bytes);
  one.price_minor = from.amount("price_minor", highest_price);
  one.stock = from.amount("stock", max_stock);
  return one;
}

provisioned_payment read_payment(object_reader& from) {
  from.allow_only({"provider", "mode", "secret_key", "webhook_secrets"});
  provisioned_payment one;
  one.provider = from.choice("provider", {"paystack", "flutterwave", "stripe"});
  one.mode = from.choice("mode", {"test", "live"});
  one.secret_key = from.token("secret_key", longest_secret);
  one.webhook_secrets = from.tokens("webhook_secrets", most_webhook_secrets, longest_secret);
  return one;
}

std::optional<provisioned_owner> read_owner(object_reader& from) {
  const json* value = from.find("owner");
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    from.problem("owner", "is not an object", R"(write {"email":"…","password":"…"})");
    return std::nullopt;
  }
  auto inner = from.inside(*value, "owner");
  inner.allow_only({"email", "password"});
  provisioned_owner owner;
  owner.email = inner.token("email", longest_email);
  if (!owner.email.empty() && !looks_like_email(owner.email))
    inner.problem("email", "is no e-mail address", "write name@example.com");
  const json* password = inner.find("password");
  if (password == nullptr || !password->is_string()) {
    inner.problem("password", "is missing", "add a password");
    return owner;
  }
  owner.password = password->get<std::string>();
  if (const auto good = crypto::check_password(owner.password); !good)
    inner.problem("password", good.error().detail,
                  "use " + std::to_string(crypto::shortest_password) + " to " +
                      std::to_string(crypto::longest_password) + " bytes");
  return owner;
}

bool is_text_list(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& one) { return one.is_string(); });
}

/// The lists of texts of `from` that are none.
void check_lists(object_reader& from, std::initializer_list<const char*> fields) {
  for (const auto* field : fields)
    if (const json* list = from.find(field); list != nullptr && !is_text_list(*list))
      from.problem(field, "is not a list of texts", R"(write ["…","…"])");
}

void check_training_shape(object_reader& inner) {
  inner.allow_only({"tone", "facts", "faqs", "rules", "forbidden_topics", "hand_over"});
  if (const json* tone = inner.find("tone"); tone != nullptr && !tone->is_string())
    inner.problem("tone", "is not a text", "write it in quotes");
  check_lists(inner, {"facts", "rules", "forbidden_topics"});
  inner.for_objects("faqs", [](object_reader& faq) {
    faq.allow_only({"question", "answer"});
    (void)faq.required("question", training::question_limits.bytes);
    (void)faq.required("answer", training::answer_limits.bytes);
  });
  const json* hand_over = inner.find("hand_over");
  if (hand_over == nullptr) return;
  if (!hand_over->is_object())
    return inner.problem("hand_over", "is not an object", R"(write {"keywords":["…"],"topics":["…"]})");
  auto rules = inner.inside(*hand_over, "hand_over");
  rules.allow_only({"keywords", "topics"});
  check_lists(rules, {"keywords", "topics"});
}

std::string read_training(object_reader& from) {
  const json* value = from.find("training");
  if (value == nullptr) return {};
  if (!value->is_object()) {
    from.problem("training", "is not an object", R"(write {"tone":"…","facts":["…"]})");
    return {};
  }
  auto inner = from.inside(*value, "training");
  check_training_shape(inner);
  const auto given = training::from_json(*value);
  for (const auto& wrong : training::check(given))
    from.problem("training" + wrong.field, wrong.reason, "correct it");
  return given == training::content{} ? std::string{} : training::encode(given);
}

// Whom this business wants asked first; the node passes over names that it has not configured.
std::string read_settings(object_reader& from) {
  const auto models = from.tokens("models", most_models, longest_name);
  return models.empty() ? "{}" : json{{"models", models}}.dump();
}

std::string read_currency(object_reader& from) {
  auto code = from.optional("currency", longest_name, "USD");
  if (!code.empty() && !parse_currency(code))
    from.problem("currency", in_quotes(code) + " is no currency code",
                 "write three capital letters, such as NGN");
  return code;
}

provisioned_business read_business(object_reader& from, int line) {
  from.allow_only({"key", "business", "currency", "timezone", "locale", "plan", "owner", "connections",
                   "products", "payments", "training", "models"});
  provisioned_business one;
  one.line = line;
  one.name = from.required("business", longest_name);
  one.key = from.optional("key", longest_key, one.name.substr(0, longest_key));
  if (from.find("key") == nullptr && one.name.size() > longest_key)
    from.problem("key", "is missing and the name is too long to serve as one", "add a short \"key\"");
  one.currency = read_currency(from);
  one.timezone = from.optional("timezone", longest_zone, "UTC");
  one.locale = from.optional("locale", longest_locale, "en");
  if (!is_locale(one.locale)) from.problem("locale", "is no locale", "write one such as en-NG");
  if (from.find("plan") != nullptr) one.plan = from.token("plan", longest_plan);
  one.owner = read_owner(from);
  if (from.find("connections") == nullptr)
    from.problem("connections", "is missing", "add \"connections\", an empty list if there are none yet");
  from.for_objects("connections",
                   [&](object_reader& inner) { one.connections.push_back(read_connection(inner)); });
  from.for_objects("products", [&](object_reader& inner) { one.products.push_back(read_product(inner)); });
  from.for_objects("payments", [&](object_reader& inner) { one.payments.push_back(read_payment(inner)); });
  one.training = read_training(from);
  one.settings = read_settings(from);
  return one;
}

// --- rules across a business and across the file ---------------------------------------------------

class duplicate_finder {
 public:
  explicit duplicate_finder(std::vector<provisioning_problem>& problems) : problems_{problems} {}

  void check(const provisioned_business& one) {
    check_key(one);
    check_skus(one);
    check_payments(one);
    for (const auto& connection : one.connections) {
      check_id(one.line, connection.channel, connection.external_id);
      for (const auto& alias : connection.aliases) check_id(one.line, connection.channel, alias);
    }
  }

 private:
  void problem(int line, std::string what, std::string remedy) {
    problems_.push_back({line, std::move(what), std::move(remedy)});
  }

  void check_key(const provisioned_business& one) {
    if (one.key.empty()) return;
    if (const auto [found, is_new] = keys_.try_emplace(one.key, one.line); !is_new)
      problem(one.line,
              "key " + in_quotes(one.key) + " is that of line " + std::to_string(found->second) + " too",
              "give each business its own \"key\"");
  }
  void check_skus(const provisioned_business& one) {
    std::set<std::string> skus;
    for (const auto& product : one.products)
      if (!product.sku.empty() && !skus.insert(product.sku).second)
        problem(one.line, "sku " + in_quotes(product.sku) + " is there twice",
                "give each product its own sku");
  }
  void check_payments(const provisioned_business& one) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& payment : one.payments)
      if (!payment.provider.empty() && !seen.emplace(payment.provider, payment.mode).second)
        problem(one.line, "payments: " + payment.provider + " (" + payment.mode + ") is there twice",
                "keep one of them");
  }
  void check_id(int line, channel_kind channel, const std::string& id) {
    if (id.empty()) return;
    if (const auto [found, is_new] = ids_.try_emplace({std::string{id_space_of(channel)}, id}, line); !is_new)
      problem(line,
              std::string{to_string(channel)} + " id " + in_quotes(id) + " is on line " +
                  std::to_string(found->second) + " too",
              "an account belongs to one connection of one business");
  }

  std::map<std::string, int> keys_;
  std::map<std::pair<std::string, std::string>, int> ids_;
  std::vector<provisioning_problem>& problems_;
};

json parse_line(std::string_view text, int line, std::vector<provisioning_problem>& problems) {
  try {
    auto value = json::parse(text);
    if (value.is_object()) return value;
    problems.push_back({line, "is not a JSON object", "write one business a line: { … }"});
  } catch (const json::parse_error& failure) {  // its text may quote a secret
    problems.push_back({line, "is not JSON, near byte " + std::to_string(failure.byte),
                        "check quotes, commas and brackets; one business a line"});
  } catch (const std::exception&) {
    problems.push_back({line, "is not JSON", "check quotes, commas and brackets; one business a line"});
  }
  return {};
}

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string_view id_space_of(channel_kind channel) noexcept {
  switch (channel) {
    case channel_kind::messenger: return "page";
    case channel_kind::instagram: return "instagram";
    case channel_kind::whatsapp: return "whatsapp_phone";
  }
  return "page";
}

std::string to_string(const provisioning_problem& problem) {
  return "line " + std::to_string(problem.line) + ": " + problem.what + "; " + problem.remedy;
}

parsed_provisioning parse_provisioning(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  parsed_provisioning parsed;
  duplicate_finder duplicates{parsed.problems};
  for (int number = 1; !text.empty(); ++number) {
    const auto line = next_line(text);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const auto value = parse_line(line, number, parsed.problems);
    if (!value.is_object()) continue;
    object_reader reader{value, {}, number, parsed.problems};
    parsed.businesses.push_back(read_business(reader, number));
    duplicates.check(parsed.businesses.back());
  }
  if (parsed.businesses.empty() && parsed.problems.empty())
    parsed.problems.push_back({1, "the file is empty", "write one business a line"});
  return parsed;
}

}  // namespace sellavie::storage
