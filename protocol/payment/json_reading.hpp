#pragma once
// Reads the JSON of providers: any bytes give a value, nothing throws, nothing is guessed. A number that is
// no integer is kept as it was written, so that no amount ever passes through a double.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment {

constexpr std::size_t longest_body = 256 * 1024;

/// A discarded value when the bytes are no JSON object of at most `longest_body`. What is nested too deeply
/// is left out: copying a JSON value is recursive, and a stack is finite.
[[nodiscard]] nlohmann::json parse_object(std::string_view body);

/// Nothing when it is absent, null, or `object` is none.
[[nodiscard]] const nlohmann::json* member(const nlohmann::json& object, const char* name);
/// The text of a string member, empty when it is absent, too long or something else.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);
/// An integer that fits int64; a fraction, an exponent or a string is nothing.
[[nodiscard]] std::optional<std::int64_t> integer_of(const nlohmann::json& object, const char* name);
/// A number as it was written; a string is nothing.
[[nodiscard]] std::optional<std::string> literal_of(const nlohmann::json& object, const char* name);
/// An id that may be a number or a string.
[[nodiscard]] std::string id_of(const nlohmann::json& object, const char* name);
[[nodiscard]] std::optional<bool> boolean_of(const nlohmann::json& object, const char* name);
/// Machine codes are short lower-case words; free text of a provider goes nowhere.
[[nodiscard]] std::string code_of(const nlohmann::json& object, const char* name = "code");

[[nodiscard]] bool is_success(int http_status) noexcept;
/// 4xx and 5xx by what they mean everywhere; whatever else is no answer of an API. A 401 or 403 with a page for people (`answer`
/// is no object) is of something on the way, and says nothing of the key.
[[nodiscard]] failure_class class_of(int http_status, const nlohmann::json& answer) noexcept;

/// Fit for a path's segment and a note: letters, digits and - . = _, at most 256.
[[nodiscard]] bool is_plain_id(std::string_view text) noexcept;
[[nodiscard]] bool is_web_address(std::string_view url) noexcept;
[[nodiscard]] bool is_mail_address(std::string_view email) noexcept;

/// The fact answers the question: it has a reference, and names the payment that was asked about.
[[nodiscard]] bool is_about(const payment_fact& fact, const payment_query& asked) noexcept;
/// The page behind `cursor`, the number of the one before or empty; nothing when it is neither.
[[nodiscard]] std::optional<std::uint32_t> page_after(std::string_view cursor) noexcept;

}  // namespace sellavie::payment
