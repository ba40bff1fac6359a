#pragma once
// Whether a customer's message holds a word after which a person must answer. Compared word by word,
// without case, accents and punctuation: "Réclamation!" is "reclamation", "refunded" is not "refund". Scripts that
// put no space between words are compared sign by sign. Several words must follow each other.

#include <string>
#include <string_view>
#include <vector>

namespace sellavie::training {

class hand_over_keywords {
 public:
  hand_over_keywords() = default;
  explicit hand_over_keywords(const std::vector<std::string>& keywords);

  [[nodiscard]] bool empty() const noexcept { return folded_.empty(); }
  /// The first keyword, in their order, that `text` holds, as it was given; null when it holds none.
  [[nodiscard]] const std::string* found_in(std::string_view text) const;

 private:
  struct entry {
    std::string keyword;
    std::string folded;
  };
  std::vector<entry> folded_;
};

/// The hand-over's reason, for the person who gets the chat.
[[nodiscard]] std::string reason_of(std::string_view keyword);

/// Has something that is compared.
[[nodiscard]] bool can_be_found(std::string_view keyword);

}  // namespace sellavie::training
