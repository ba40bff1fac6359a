#pragma once
// What the tests of turns say and look for.

#include <gmock/gmock.h>

#include "protocol/domain/reply_text.hpp"
#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {

inline constexpr const char* two_pieces = R"({"items":[{"sku":"A1","quantity":2}]})";

inline actors::model_answer orders_two() { return calls({{"place_order", two_pieces}}, "Happy to help."); }

inline std::string english(fixed_phrase which) { return std::string{phrase(which, reply_language::en)}; }

inline bool all_done(const shop_world& world) { return world.store->rows.inbox.empty(); }

/// The turn that gathers commits once, and the process is dead before it hears of it.
inline void die_at_the_next_commit(shop_world& world) {
  world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
  world.advance(milliseconds{1300});
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
}

/// Of the last question to the model.
inline std::string asked_text(const shop_world& world) {
  std::string text;
  const auto& question = world.model->asked.back();
  for (const auto& one : (question.with_tools ? question.with_tools : question.with_tags)->messages)
    text += one.text + '\n';
  return text;
}

/// What a question with tags tells the model; empty where only tools are offered.
inline std::string nonce_of(const actors::ask_model& asked) {
  if (!asked.with_tags) return {};
  for (const std::string& text : {asked.with_tags->system, asked.with_tags->messages.back().text})
    if (const auto at = text.find("Nonce: "); at != std::string::npos)
      return text.substr(at + 7, text.find('\n', at) - at - 7);
  return {};
}

}  // namespace sellavie::test
