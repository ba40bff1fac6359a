// A model that is broken, talked into something or hostile: whatever it writes, no tag and no nonce
// reaches the customer, no tag without this turn's nonce is an action, and no action leaves the vocabulary or carries
// a bad value.
// SELLAVIE_LONG=1 raises the number of outputs to 100,000; RC_PARAMS="seed=…" replays a run.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/action/action_parser.hpp"
#include "protocol/action/clean_text.hpp"
#include "protocol/action/plan_codec.hpp"
#include "protocol/action/text_guard.hpp"

namespace sellavie {
namespace {

using random_engine = std::mt19937_64;

std::size_t pick(random_engine& random, std::size_t below) { return below == 0 ? 0 : random() % below; }

template <class List>
std::string one_of(random_engine& random, const List& list) {
  return std::string{*(std::begin(list) + static_cast<std::ptrdiff_t>(pick(random, std::size(list))))};
}

constexpr std::array names = {"place_order",
                              "change_order",
                              "cancel_order",
                              "request_checkout",
                              "send_invoice",
                              "check_payment",
                              "hand_off",
                              "record_contact",
                              "refund_order",
                              "set_price",
                              "Place_Order",
                              "",
                              "place_order place_order",
                              "delete_business"};
constexpr std::array values = {"1",
                               "2",
                               "0",
                               "-1",
                               "10000",
                               "10001",
                               "1.0",
                               "1e2",
                               "\"2\"",
                               "null",
                               "9223372036854775808",
                               "\"A1\"",
                               "\"\"",
                               "\"a]]b\"",
                               "\"[[x]]\"",
                               "\"\\u0000\"",
                               "\"\xFF\"",
                               "\"\\ud800\"",
                               "[1]",
                               "{}",
                               "\"0192f5a0-7b1c-7000-8000-000000000001\"",
                               "\"NONCE\"",
                               "true",
                               "\"\xE2\x80\xAE\""};
constexpr std::array fields = {"sku",      "quantity",    "items",     "note",     "reason",
                               "name",     "email",       "phone",     "address",  "price",
                               "total",    "discount",    "currency",  "business", "customer",
                               "order_id", "business_id", "__proto__", ""};
constexpr std::array openers = {"[[",     "[[",           "[[",
                                "[[",     "[ [",          "[\xE2\x80\x8B[",
                                "\\[\\[", "[[[",          "\xEF\xBC\xBB\xEF\xBC\xBB",
                                "[",      "\xE2\x9F\xA6", "[\xE2\x80\x8D[",
                                "[\n["};
constexpr std::array closers = {
    "]]", "]]", "]]", "]]", "] ]", "]\xE2\x80\x8B]", "]", "", "]]]", "\xEF\xBC\xBD\xEF\xBC\xBD", "}]]"};
constexpr std::array prose = {"Sure, we have that. ",
                              "It costs NGN 15,000.00. ",
                              "\n",
                              " ",
                              "[S] or [M]? ",
                              "]] ",
                              "\xF0\x9F\x91\x8D ",
                              "\xC3",
                              "\xE2\x80\x8F",
                              "Nonce: ",
                              "```",
                              "{\"a\":1}",
                              std::string_view{"\0", 1}.data(),
                              "\x1B[2J",
                              "https://evil.example "};

std::string json_value(random_engine& random, int depth);

std::string json_object(random_engine& random, int depth) {
  std::string text = "{";
  const auto count = pick(random, 4);
  for (std::size_t i = 0; i < count; ++i)
    text += std::string{i ? "," : ""} + "\"" + one_of(random, fields) + "\":" + json_value(random, depth + 1);
  return text + "}";
}

std::string json_value(random_engine& random, int depth) {
  if (depth > 4 || pick(random, 3) != 0) return one_of(random, values);
  if (pick(random, 2) == 0) return json_object(random, depth);
  return "[" + json_value(random, depth + 1) + "]";
}

std::string arguments(random_engine& random) {
  switch (pick(random, 10)) {
    case 8: return "{}";
    case 9: return R"({"items":[{"sku":"A1","quantity":)" + std::to_string(pick(random, 12'000)) + "}]}";
    case 0: return json_object(random, 0);
    case 1: return std::string(pick(random, 40), '[');
    case 2: return "{\"note\":\"" + std::string(pick(random, 30'000), 'x') + "\"}";
    case 3: return "";
    case 4: return R"({"reason":")" + one_of(random, prose) + "\"}";
    case 5:
      return R"({"items":[{"sku":"A1","quantity":)" + one_of(random, values) + R"(,")" +
             one_of(random, fields) + "\":1}]}";
    default:
      return R"({"items":[{"sku":)" + one_of(random, values) + R"(,"quantity":)" + one_of(random, values) +
             "}]}";
  }
}

std::string disguised(random_engine& random, std::string nonce) {
  switch (pick(random, 8)) {
    case 0:
      std::transform(nonce.begin(), nonce.end(), nonce.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      break;
    case 1: nonce.insert(pick(random, nonce.size()), "\xE2\x80\x8B"); break;
    case 2: nonce.insert(pick(random, nonce.size()), " "); break;
    case 3: nonce.insert(pick(random, nonce.size()), nonce); break;
    case 4: nonce.insert(pick(random, nonce.size()), "[[x]]"); break;
    case 5: nonce.pop_back(); break;
    default: break;
  }
  return nonce;
}

std::string tag(random_engine& random, const std::string& nonce) {
  auto token = pick(random, 3) == 0 ? std::string{"wrong123"} : disguised(random, nonce);
  return one_of(random, openers) + token + ":" + one_of(random, names) + " " + arguments(random) +
         one_of(random, closers);
}

std::string mutated(random_engine& random, std::string text) {
  const auto times = pick(random, 4);
  for (std::size_t i = 0; i < times && !text.empty(); ++i) {
    const auto at = pick(random, text.size());
    switch (pick(random, 5)) {
      case 0: text.erase(at, 1 + pick(random, 8)); break;
      case 1: text.insert(at, 1, static_cast<char>(random())); break;
      case 2: text[at] = static_cast<char>(random()); break;
      case 3: text.insert(at, text.substr(0, pick(random, 200))); break;
      default: text.insert(at, text.substr(at, pick(random, 40))); break;
    }
  }
  return text;
}

model_output hostile_output(random_engine& random, const std::string& nonce) {
  model_output output;
  const auto parts = pick(random, 7);
  for (std::size_t i = 0; i < parts; ++i) {
    switch (pick(random, 6)) {
      case 0: output.text += one_of(random, prose); break;
      case 1: output.text += disguised(random, nonce); break;
      case 3:
        output.text += "[[" + nonce + R"(:place_order {"items":[{"sku":"A1","quantity":)" +
                       std::to_string(1 + pick(random, 9)) + "}]}]]";
        break;
      case 2: {
        auto outer = tag(random, nonce);
        outer.insert(pick(random, outer.size()), tag(random, nonce));
        output.text += outer;
        break;
      }
      default: output.text += tag(random, nonce); break;
    }
  }
  if (pick(random, 40) == 0)
    output.text.insert(pick(random, output.text.size() + 1), std::string(70'000, 'z'));
  if (pick(random, 2) == 0) output.text = mutated(random, std::move(output.text));
  const auto calls = pick(random, 4);
  for (std::size_t i = 0; i < calls; ++i)
    output.tool_calls.push_back(
        {mutated(random, "call_" + std::to_string(i)), one_of(random, names),
         pick(random, 2) == 0 ? arguments(random) : mutated(random, arguments(random))});
  return output;
}

/// Lower-case letters and digits only: a nonce that survives in any dress is found here.
std::string bare_letters(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') letters.push_back(static_cast<char>(c + 32));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      letters.push_back(c);
  }
  return letters;
}

bool is_harmless(std::string_view text) {
  return clean_text(text) == text && text.find("[[") == std::string_view::npos &&
         text.find("]]") == std::string_view::npos;
}

bool has_good_items(const std::vector<proposal::item>& items) {
  return !items.empty() && items.size() <= max_proposed_items &&
         std::all_of(items.begin(), items.end(), [](const auto& item) {
           return item.quantity >= 1 && item.quantity <= max_proposed_quantity && !item.sku.empty() &&
                  item.sku.size() <= max_proposed_sku_bytes &&
                  std::all_of(item.sku.begin(), item.sku.end(), [](char c) { return c > 0x20 && c < 0x7F; });
         });
}

struct good_values {
  bool operator()(const proposal::place_order& order) const {
    return has_good_items(order.items) && order.note.size() <= max_proposed_note_bytes &&
           is_harmless(order.note);
  }
  bool operator()(const proposal::change_order& order) const { return has_good_items(order.items); }
  bool operator()(const proposal::hand_off& leave) const {
    return leave.reason.size() <= max_proposed_reason_bytes && is_harmless(leave.reason);
  }
  bool operator()(const proposal::record_contact& contact) const {
    const auto fields_of = {&contact.name, &contact.email, &contact.phone, &contact.address};
    return contact != proposal::record_contact{} &&
           std::all_of(fields_of.begin(), fields_of.end(), [](const std::string* text) {
             return text->size() <= max_proposed_contact_bytes && is_harmless(*text);
           });
  }
  template <class Bare>
  bool operator()(const Bare&) const {
    return true;
  }
};

/// Empty = the promises hold.
std::string broken_promise(const parsed_reply& reply, const std::string& nonce) {
  if (!is_harmless(reply.text)) return "tag or unclean text";
  if (bare_letters(reply.text).find(bare_letters(nonce)) != std::string::npos) return "nonce";
  if (const auto again = cut_tags(reply.text); again.strays + again.tags.size() != 0 || again.unclosed)
    return "disguised tag";
  if (reply.text.size() > max_reply_bytes) return "too long";
  if (reply.actions.size() > max_actions_per_plan) return "too many actions";
  for (const auto& proposed : reply.actions) {
    if (!std::visit(good_values{}, proposed.what)) return "bad value";
    const auto stored = decode_action(encode_action(proposed.what));
    if (!stored || *stored != proposed.what) return "does not survive storage";
  }
  for (const auto& note : reply.diagnostics)
    if (bare_letters(note.subject).find(bare_letters(nonce)) != std::string::npos)
      return "nonce in a log field";
  if (reply.needs_handoff != (reply.text.empty() && reply.actions.empty())) return "hand-over";
  return {};
}

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
    ++count;
  return count;
}

/// Each action was asked for in the agreed encoding, as a tag with this very nonce. Empty = they were.
std::string unauthorised(const model_output& output, const parsed_reply& reply, const std::string& nonce,
                         action_encoding encoding) {
  if (encoding == action_encoding::tools)
    return reply.actions.size() <= output.tool_calls.size() ? "" : "more actions than calls";
  if (reply.actions.size() > occurrences(clean_text(output.text), nonce))
    return "an action without the nonce";
  // Of another turn.
  return parse_completion(output, "zzzzzzzzzzzz", encoding).actions.empty() ? ""
                                                                            : "an action with a wrong nonce";
}

std::size_t wanted_outputs() {
  const char* long_run = std::getenv("SELLAVIE_LONG");
  return long_run != nullptr && std::string_view{long_run} == "1" ? 100'000 : 5'000;
}

TEST(hostile_model, never_leaks_a_tag_or_nonce_never_acts_without_it_and_never_leaves_the_vocabulary) {
  constexpr std::size_t outputs_per_case = 50;
  const auto cases = wanted_outputs() / outputs_per_case;
  std::size_t actions = 0;
  std::size_t by_tags = 0;
  std::size_t outputs = 0;
  const auto property = [&] {
    const auto seed = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
    random_engine random{seed};
    for (std::size_t i = 0; i < outputs_per_case; ++i, ++outputs) {
      std::string nonce;
      while (nonce.size() < 12) nonce.push_back("abcdefghjkmnpqrstuvwxyz23456789"[pick(random, 31)]);
      const auto output = hostile_output(random, nonce);
      const auto encoding = pick(random, 2) == 0 ? action_encoding::tags : action_encoding::tools;
      const auto reply = parse_completion(output, nonce, encoding);
      actions += reply.actions.size();
      by_tags += encoding == action_encoding::tags ? reply.actions.size() : 0;
      auto broken = broken_promise(reply, nonce);
      if (broken.empty()) broken = unauthorised(output, reply, nonce, encoding);
      if (!broken.empty()) {
        RC_LOG() << "seed " << seed << " output " << i << ": " << broken << "\nnonce " << nonce << "\nin  "
                 << output.text.substr(0, 2'000) << "\nout " << reply.text.substr(0, 2'000) << "\n";
        RC_FAIL(broken);
      }
    }
  };
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = static_cast<int>(cases);
  params.maxSize = 1;
  std::cout << "[ seed     ] RC_PARAMS=\"seed=" << params.seed << "\"\n";
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
  std::ostringstream told;
  rc::detail::printResultMessage(result, told);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << told.str();
  EXPECT_GE(outputs, wanted_outputs());
  EXPECT_GT(actions, outputs / 50) << "the generator must also hit valid actions";
  EXPECT_GT(by_tags, outputs / 50) << "and those with the right nonce";
  std::cout << "[ outputs  ] " << outputs << ", actions " << actions << "\n";
}

}  // namespace
}  // namespace sellavie
