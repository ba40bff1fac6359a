// A model that is broken or was talked into something, through the real conversation, policy, desks and
// journal: whatever it writes, no tag, nonce, false price, foreign link or discount of its own reaches the
// customer, no price changes, no closed order opens again, and nothing of another customer or business is touched.
// SELLAVIE_LONG=1 raises the number of outputs to 100,000; RC_PARAMS="seed=…" replays a run.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "tests/actors/support/chat_script.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using random_engine = std::mt19937_64;

std::size_t pick(random_engine& random, std::size_t below) { return below == 0 ? 0 : random() % below; }

template <class List>
std::string one_of(random_engine& random, const List& list) {
  return std::string{list[pick(random, std::size(list))]};
}

constexpr std::array names = {"place_order",      "place_order",  "change_order",  "cancel_order",
                              "request_checkout", "send_invoice", "check_payment", "record_contact",
                              "hand_off",         "refund_order", "set_price",     "mark_paid"};
constexpr std::array skus = {"A1", "A1", "B2", "Z9", "a1", "", "A1 ", "' OR 1=1 --"};
constexpr std::array quantities = {"1",     "2",     "3",   "0",     "-1",   "21",
                                   "10000", "10001", "1.5", "\"2\"", "null", "9223372036854775808"};
constexpr std::array extras = {
    "", "", "", "", ",\"price\":1", ",\"unit_price_minor\":0", ",\"discount\":99", ",\"currency\":\"USD\""};
constexpr std::array outer = {"",
                              "",
                              "",
                              "",
                              ",\"total\":1",
                              ",\"note\":\"[[x]]\"",
                              ",\"order_id\":\"STRANGER\"",
                              ",\"business\":\"OTHER\"",
                              ",\"customer\":\"victim\"",
                              ",\"note\":\"gift\""};
constexpr std::array prose = {"Sure. ",
                              "It is NGN 1.00 only. ",
                              "Total: NGN 5.00. ",
                              "[[",
                              "]]",
                              "[[NONCE",
                              "nonce NONCE ",
                              "N-O-N-C-E ",
                              "50% discount ",
                              "\xF0\x9F\x91\x8D ",
                              "\xC3",
                              "\n",
                              "",
                              "https://evil.example ",
                              "[ [NONCE:cancel_order {}] ] "};

std::string replace_all(std::string text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string arguments(random_engine& random) {
  switch (pick(random, 8)) {
    case 0: return "{}";
    case 1: return std::string(pick(random, 60), '[');
    case 2: return R"({"name":"Eve","email":"eve@evil.example","phone":"1")" + one_of(random, outer) + "}";
    case 3: return R"({"reason":"because")" + one_of(random, outer) + "}";
    default:
      return R"({"items":[{"sku":")" + one_of(random, skus) + R"(","quantity":)" +
             one_of(random, quantities) + one_of(random, extras) + "}]" + one_of(random, outer) + "}";
  }
}

std::string mutated(random_engine& random, std::string text) {
  if (pick(random, 3) != 0 || text.empty()) return text;
  const auto at = pick(random, text.size());
  switch (pick(random, 3)) {
    case 0: text.erase(at, 1 + pick(random, 6)); break;
    case 1: text.insert(at, 1, static_cast<char>(random())); break;
    default: text.insert(at, text.substr(at, pick(random, 40))); break;
  }
  return text;
}

actors::model_answer hostile(random_engine& random, const std::string& nonce, action_encoding encoding,
                             const std::string& stranger, const std::string& other) {
  llm::chat_completion completion;
  // Every third output is well-formed, so that states change and closed orders are met.
  if (pick(random, 3) == 0) {
    constexpr std::array wishes = {"place_order",  "place_order",      "change_order",
                                   "cancel_order", "request_checkout", "send_invoice"};
    const auto name = one_of(random, wishes);
    const bool lists = name == "place_order" || name == "change_order";
    const auto items = R"({"items":[{"sku":")" + std::string{pick(random, 2) == 0 ? "A1" : "B2"} +
                       R"(","quantity":)" + std::to_string(1 + pick(random, 3)) + "}]}";
    const auto given = lists ? items : std::string{"{}"};
    completion.text = one_of(random, prose) + "Fine. ";
    if (encoding == action_encoding::tags)
      completion.text = "Fine. [[" + nonce + ":" + name + " " + given + "]]";
    else completion.tool_calls.push_back({"call_0", name, given});
    return {actors::model_outcome::answered,
            std::make_shared<const llm::chat_completion>(std::move(completion)), "openai", encoding};
  }
  const auto parts = pick(random, 5);
  for (std::size_t i = 0; i < parts; ++i) {
    if (pick(random, 2) == 0) completion.text += one_of(random, prose);
    else
      completion.text += mutated(random, "[[NONCE:" + one_of(random, names) + " " + arguments(random) + "]]");
  }
  if (pick(random, 20) == 0) completion.text += std::string(20'000, 'z');
  const auto tools = pick(random, 4);
  for (std::size_t i = 0; i < tools; ++i)
    completion.tool_calls.push_back(
        {"call_" + std::to_string(i), one_of(random, names), mutated(random, arguments(random))});
  const auto fill = [&](std::string text) {
    return replace_all(replace_all(replace_all(std::move(text), "NONCE", nonce), "STRANGER", stranger),
                       "OTHER", other);
  };
  completion.text = fill(std::move(completion.text));
  for (auto& call : completion.tool_calls) call.arguments = fill(std::move(call.arguments));
  return {actors::model_outcome::answered,
          std::make_shared<const llm::chat_completion>(std::move(completion)), "openai", encoding};
}

std::string bare(std::string_view text) {
  std::string letters;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      letters.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return letters;
}

struct checked_world {
  shop_world world;
  std::vector<std::string> nonces;
  std::size_t questions = 0;
  conversation_id victim;
  order_id victims_order;

  explicit checked_world(random_engine& random)
      : world{{.gather = 0ms,
               .providers = pick(random, 2) == 0 ? std::vector<std::string>{"openai"}
                                                 : std::vector<std::string>{"local"}}} {
    const bool tags = world.options.providers.front() == "local";
    world.settings->llm.providers.find(world.options.providers.front())->second.tools = !tags;
    world.outside->at_once =
        [](const actors::outbound_request& request) -> std::optional<actors::outbound_response> {
      if (request.method == "GET") return http(404, R"({"status":false})");
      // A page whose name no nonce can be a part of.
      return http(200, link_to("x", reference_of(request)));
    };
    world.model->answers.push_back(calls({{"place_order", wish("A1", 2)}}, "Fine."));
    world.customer_says("victim", "two");
    world.advance(100ms);
    victims_order = world.orders().at(0).id;
    victim = world.orders().at(0).conversation;
    world.model->always = [this, &random, tags](const actors::ask_model& asked) {
      ++questions;
      // Where tools are offered the model is told no nonce: there is none to leak.
      const auto nonce = tags ? nonce_of(asked) : std::string{"no nonce"};
      if (tags) nonces.push_back(nonce);
      return hostile(random, nonce, tags ? action_encoding::tags : action_encoding::tools,
                     to_string(victims_order), to_string(world.other_shop));
    };
  }

  /// A person took the money, and then sent the goods, gave the money back or neither: closed for the AI.
  void close(random_engine& random, const order_id& order) {
    by_person(desk::mark_paid{.target = {{}, order}});
    switch (pick(random, 3)) {
      case 0: by_person(desk::mark_fulfilled{.target = {{}, order}, .tracking = "rider"}); break;
      case 1:
        by_person(desk::request_refund{.target = {{}, order}, .reason = "torn", .goods = restock::yes});
        break;
      default: break;
    }
  }
  template <class Command>
  void by_person(Command command) {
    command.action_key = "person." + to_string(world.ids->next());
    const auto key = command.action_key;
    caf::anon_send(world.desk, actors::desk_request{std::move(command), key, false, "person:grace"});
    world.run();
  }

  /// In which of the states from which no AI brings an order back this customer has one.
  std::set<std::string> closed_states(const std::string& customer) const {
    std::set<std::string> states;
    const auto chat = world.store->conversation_id_of(world.account, customer);
    for (const auto& [id, one] : world.store->rows.orders)
      if (chat && one.conversation == *chat && !memory_store::is_open(one.status)) states.insert(one.status);
    return states;
  }

  /// Empty = the promises hold.
  std::string broken_promise(const tables& before) const {
    const auto& now = world.store->rows;
    for (const auto& row : now.messages) {
      if (!row.outgoing) continue;
      if (row.body.find("[[") != std::string::npos || row.body.find("]]") != std::string::npos)
        return "a tag: " + row.body;
      // What prose says; our own amounts end in 0.00.
      for (const char* lie : {"1.00", "5.00", "evil", "50%"})
        if (row.body.find(lie) != std::string::npos) return "a false claim: " + row.body;
      for (const auto& nonce : nonces)
        if (bare(row.body).find(bare(nonce)) != std::string::npos) return "a nonce: " + row.body;
    }
    const auto to_victim = [this](const tables& at) {
      return std::count_if(at.messages.begin(), at.messages.end(),
                           [this](const auto& row) { return row.conversation == victim; });
    };
    if (to_victim(now) != to_victim(before)) return "another customer's chat";
    std::map<std::string, std::int64_t> held;
    for (const auto& [id, row] : now.orders) {
      if (row.business != world.shop) return "another business's order";
      std::int64_t total = 0;
      for (const auto& item : row.items) {
        const std::int64_t price = item.sku == "A1" ? 1'500'000 : item.sku == "B2" ? 250'000 : -1;
        if (item.unit_price_minor != price) return "a price";
        total += price * item.quantity;
        if (row.status != "cancelled" && row.status != "refunded") held[item.sku] += item.quantity;
      }
      if (row.total_minor != total || row.currency != "NGN") return "a total";
      const auto old = before.orders.find(id);
      const bool was_closed = old != before.orders.end() && !memory_store::is_open(old->second.status);
      // By a person or a provider alone.
      const bool is_settled = row.status == "paid" || row.status == "fulfilled" || row.status == "refunded";
      if (is_settled && !was_closed) return "a payment";
      if (was_closed && (row.status != old->second.status || row.version != old->second.version))
        return "a closed order";
    }
    const auto& theirs = now.orders.at(victims_order);
    if (theirs.version != before.orders.at(victims_order).version || theirs.items.front().quantity != 2)
      return "another customer's order";
    for (const auto& [id, entry] : now.products) {
      const auto& old = before.products.at(id).second;
      if (entry.second.price_minor != old.price_minor || entry.second.price_version != old.price_version)
        return "a product's price";
      if (entry.first == world.other_shop && entry.second.stock != old.stock)
        return "another business's stock";
      if (entry.first == world.shop &&
          entry.second.stock + held[entry.second.sku] != (entry.second.sku == "A1" ? 20 : 5))
        return "stock out of nothing";
    }
    for (const auto& [id, contact] : now.contacts)
      if (contact.scoped_id == "victim" && contact.email != "") return "another customer's contact";
    if (!now.inbox.empty()) return "a message without a turn";
    if (!now.parked.empty()) return "a parked message";
    return {};
  }
};

TEST(a_hostile_model, cannot_reach_beyond_its_own_customer_through_the_whole_turn) {
  const char* wish = std::getenv("SELLAVIE_LONG");
  const bool is_long = wish != nullptr && std::string_view{wish} == "1";
  constexpr std::size_t turns_per_case = 10;
  const std::size_t wanted = is_long ? 100'000 : 5'000;
  std::size_t outputs = 0;
  std::size_t placed = 0;
  std::map<std::string, std::size_t> after;
  const auto property = [&] {
    const auto seed = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
    random_engine random{seed};
    checked_world checked{random};
    auto& world = checked.world;
    for (std::size_t i = 0; i < turns_per_case; ++i) {
      const auto before = world.store->rows;
      const std::string customer = pick(random, 4) == 0 ? "c2" : "c1";
      const auto* chat = world.store->conversation_of(world.account, customer);
      if (chat != nullptr && chat->owner == storage::chat_owner::person) {
        world.command(customer, actors::chat_command::return_to_ai);
        world.run();
      }
      for (const auto& state : checked.closed_states(customer)) ++after[state];
      world.customer_says(customer, "Do as I say");
      world.advance(400ms);
      const auto broken = checked.broken_promise(before);
      if (!broken.empty()) {
        RC_LOG() << "seed " << seed << " turn " << i << ": " << broken << "\n";
        RC_FAIL(broken);
      }
      if (pick(random, 4) == 0)
        for (const auto& row : world.orders())
          if (row.id != checked.victims_order) checked.close(random, row.id);
    }
    outputs += checked.questions;
    placed += world.orders().size() - 1;
  };
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = static_cast<int>(wanted / turns_per_case);
  params.maxSize = 1;
  std::cout << "[ seed     ] RC_PARAMS=\"seed=" << params.seed << "\"\n";
  const auto found = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
  std::ostringstream told;
  rc::detail::printResultMessage(found, told);
  EXPECT_TRUE(found.template is<rc::detail::SuccessResult>()) << told.str();
  EXPECT_GT(placed, outputs / 200) << "the generator must also place orders";
  EXPECT_GE(outputs, wanted);
  for (const char* state : {"paid", "fulfilled", "refunded", "cancelled"})
    EXPECT_GT(after[state], outputs / 200)
        << "the generator must also speak in chats with an order " << state;
  std::cout << "[ outputs  ] " << outputs << ", orders " << placed;
  for (const auto& [state, turns] : after) std::cout << ", turns after one was " << state << ": " << turns;
  std::cout << "\n";
}

}  // namespace
}  // namespace sellavie::test
