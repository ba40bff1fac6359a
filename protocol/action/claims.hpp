#pragma once
// The model's free text may state only what this turn supplied (PRODUCT B4).
//
//  C1  An amount of money that is neither a supplied price nor in the supplied facts drops its sentence.
//  C2  A total is never stated by the model: a sentence with a word for total and an amount is dropped.
//  C3  A link, address or domain that was not supplied drops its sentence.
//  C4  A percentage with a word for discount that the facts do not have drops its sentence.
//  C5  A long number beside a word for bank, account or transfer that the facts do not have drops it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/money.hpp"

namespace sellavie {

enum class claim_violation : std::uint8_t { amount, total, link, discount, account };
[[nodiscard]] std::string_view to_string(claim_violation violation) noexcept;

struct supplied_claims {
  /// The prices of the products that the prompt showed.
  std::span<const money> prices;
  /// The business's own facts, FAQs and rules as the prompt showed them: what they state may be repeated.
  std::string_view facts;
};

struct checked_text {
  /// Without the dropped sentences; empty when nothing was left.
  std::string text;
  /// One per dropped sentence, its first reason.
  std::vector<claim_violation> violations;
};

/// `text` is the parser's output: valid UTF-8.
[[nodiscard]] checked_text check_claims(std::string_view text, const supplied_claims& supplied);

}  // namespace sellavie
